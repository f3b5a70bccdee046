"""What the ledger promises of silences: copies are told with their run's heartbeat, each silence is one's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from dr_orchestrator.domain.copy import CopyState, Place, Source
from dr_orchestrator.domain.silences.silence import Silence, Standing, State
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.ledger.engine import LedgerDefect, create, transaction
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.times import BootTimes, this_boot
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import IDENTITY, START, closing, copy, header
from tests.support.set_back import set_back

LEASE, SPAN = timedelta(seconds=30), timedelta(minutes=2)
COPY = copy("r-1", source=Source("rds-instance", "orders-prod", Place("", "eu-west-2")))
MEANT = Silence(COPY.run, COPY.type, COPY.region, COPY.id, State.MEANT, tries=1, ends_at=START, asked_at=START)


@pytest.fixture
def clock(ledger: SqlLedger) -> FakeClock:
    """The clock of leases and claims: a test's, whatever database it is."""
    made = FakeClock()
    ledger.leases.times = ledger.silences.times = BootTimes(made, this_boot())
    return made


@pytest.fixture
def opened(ledger: SqlLedger, clock: FakeClock) -> SqlLedger:
    """A run under way with one copy."""
    ledger.open_run(header("r-1"))
    ledger.leases.take("r-1", "one:1", LEASE)
    ledger.intend_copy(COPY, START)
    return ledger


def only(ledger: SqlLedger) -> Standing:
    (found,) = ledger.silences.standing()
    return found


def test_a_copy_that_stands_is_told_with_its_run(opened: SqlLedger, clock: FakeClock) -> None:
    """From its intent on, with account, source and heartbeat; what has a lease is alive until that runs out."""
    clock.sleep(10)
    found = only(opened)
    assert (found.record.copy, found.account, found.sources) == (COPY, "111122223333", frozenset({"orders-prod"}))
    assert (found.alive, found.heard, found.silence) == (True, timedelta(seconds=10), None)
    opened.change_copy(COPY, CopyState.CREATED, START, IDENTITY)
    clock.sleep(25)
    assert (only(opened).alive, only(opened).heard) == (False, timedelta(seconds=35))
    assert only(opened).record.identity == IDENTITY


def test_a_copy_that_is_gone_is_told_for_its_silence_alone(opened: SqlLedger) -> None:
    """For as long as that may stand; one of a run that was never driven, or has ended, is not alive."""
    box = opened.silences.box("one:1")
    assert box.begin(MEANT, SPAN)
    opened.change_copy(COPY, CopyState.DELETED, START)
    assert only(opened).gone
    box.keep(replace(MEANT, state=State.ENDED))
    assert opened.silences.standing() == []
    opened.open_run(header("r-2"))
    opened.intend_copy(copy("r-2"), START)
    assert (only(opened).alive, only(opened).heard) == (False, None)
    opened.close_run("r-2", closing(cleanup=Cleanup.LEFTOVERS))
    assert not only(opened).alive


def test_a_silence_is_begun_by_one(opened: SqlLedger, clock: FakeClock) -> None:
    """Of many at once, by the database; nobody begins what was tried since they looked, or what another holds."""
    with ThreadPoolExecutor(8) as threads:
        got = [*threads.map(lambda n: opened.silences.box(f"n:{n}").begin(MEANT, SPAN), range(8))]
    assert sum(got) == 1
    again = replace(MEANT, tries=2)
    assert not opened.silences.box("late:1").begin(again, SPAN)
    clock.sleep(SPAN.total_seconds())
    assert opened.silences.box("late:1").begin(again, SPAN)
    opened.silences.box(f"n:{got.index(True)}").keep(replace(MEANT, state=State.STANDS, remote="x"))
    assert only(opened).silence == again


def test_what_is_written_is_read_back(opened: SqlLedger) -> None:
    """All of it; and it is let go then."""
    box = opened.silences.box("one:1")
    assert box.begin(MEANT, SPAN)
    kept = replace(MEANT, state=State.STANDS, remote="a-b", error="Zoë: “x”", ends_at=START + SPAN)
    box.keep(kept)
    assert only(opened).silence == kept
    assert opened.silences.box("two:2").begin(replace(kept, tries=2), SPAN)


def test_impossible_silences_are_refused(opened: SqlLedger, database_url: str) -> None:
    """By the database itself: one that stands under no id, or without an end, and a state that is none."""
    assert opened.silences.box("one:1").begin(MEANT, SPAN)
    engine = create(database_url)
    for change in ("state = 'stands'", "state = 'stands', remote = 'x', ends_at = NULL", "state = 'lost'"):
        with pytest.raises(LedgerDefect), transaction(engine) as connection:
            connection.execute(text(f"UPDATE silence SET {change}"))
    engine.dispose()


def test_an_upgrade_brings_the_table(ledger: SqlLedger, database_url: str) -> None:
    """A ledger from before has none, and loses nothing."""
    ledger.open_run(header("r-1"))
    ledger.intend_copy(COPY, START)
    engine = create(database_url)
    with engine.begin() as connection:
        set_back(connection, "0028")
    engine.dispose()
    upgraded = connect(database_url)
    assert only(upgraded).record.copy == COPY
    upgraded.close()
