"""The sources of a run are written as they were described last, before the recovery point that is chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.resource_type import Traits
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.runner.journal import Journal
from tests.support.fakes import FakeClock, MemoryLedger
from tests.support.records import HEADER

POINT = RecoveryPoint("p-1", PointKind.SNAPSHOT, datetime(2026, 11, 20, tzinfo=UTC), "a field")
DB = Resource("db", "rds-instance", "orders-prod", "us-east-1")


def context(ledger: MemoryLedger) -> tuple[RunContext, Journal]:
    journal = Journal(HEADER, ledger, FakeClock())
    return RunContext(HEADER.id, FakeClock(), ledger, journal=journal), journal


def test_the_last_description_is_written_before_the_point() -> None:
    """Of each source one, and of a later point only what was described since."""
    ledger = MemoryLedger()
    told, journal = context(ledger)
    for size in (1, 2):
        told.described(DB, Traits(size=size))
    journal.choose(POINT, known=False)
    assert ledger.story == [f"source db of {HEADER.id}", f"point p-1 of {HEADER.id}"]
    assert (ledger.sources["db"].id, ledger.sources["db"].traits.size) == ("orders-prod", 2)
    journal.choose(POINT, known=False)
    assert ledger.story[2:] == [f"point p-1 of {HEADER.id}"]


def test_what_the_point_holds_is_what_was_restored() -> None:
    """Where it tells engine, version or size, its source's may be others by now; of another store it says nothing."""
    ledger = MemoryLedger()
    told, journal = context(ledger)
    live = Traits("postgres", "16.3", 400)
    told.described(DB, live)
    told.described(replace(DB, name="files"), live)
    journal.choose(replace(POINT, store="db", traits=Traits(version="15.4", size=40)), known=False)
    assert ledger.sources["db"].traits == Traits("postgres", "15.4", 40)
    assert ledger.sources["files"].traits == live


@pytest.mark.parametrize("known", [False, True])
def test_a_source_stays_as_it_was_when_its_own_point_was_chosen(known: bool) -> None:
    """Whatever it is described as later, with whichever point of another store, in whichever process."""
    ledger = MemoryLedger()
    told, journal = context(ledger)
    told.described(DB, Traits(size=40))
    journal.choose(replace(POINT, store="db"), known=known)
    told.described(DB, Traits(size=400))
    journal.choose(replace(POINT, id="p-2", store="files"), known=False)
    assert [each for each in ledger.story if each.startswith("source")] == (
        [] if known else [f"source db of {HEADER.id}"]
    )
    told.described(DB, Traits(size=500))
    journal.choose(replace(POINT, id="p-3", store="db"), known=False)
    assert ledger.sources["db"].traits.size == 500


def test_of_a_point_that_is_known_the_source_is_too() -> None:
    """Whoever dies at the source has no point yet, and chooses anew; with a point of an earlier process nothing is."""

    def full(line: str) -> None:
        if line.startswith("source"):
            raise RuntimeError("the ledger is full")

    ledger = MemoryLedger(before=full)
    told, journal = context(ledger)
    told.described(DB, Traits(size=1))
    with pytest.raises(RuntimeError):
        journal.choose(POINT, known=False)
    assert ledger.points == []
    journal.choose(POINT, known=True)
    assert ledger.story == []


def test_a_plan_writes_nothing() -> None:
    """Without a journal nobody keeps what is described."""
    ledger = MemoryLedger()
    RunContext("plan", FakeClock(), ledger).described(DB, Traits(size=1))
    assert ledger.story == []
