"""What the ledger promises of what resources were: as runs were told, as looks were, and as of which instant."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from dr_orchestrator.domain.posture.ruling import Look
from dr_orchestrator.domain.resource_type import Described, Told, Traits
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger.engine import create
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.ledger.tables_of_traits import look_source
from tests.support.ledger_samples import PROVENANCE, START, closing, header

DAY = timedelta(days=1)
LARGE = 2**45
DB = Described("db", "orders-prod", "us-east-1", Traits("postgres", "15.4", LARGE))
FILES = Described("files", "fs-1", "us-east-1", Traits())
NEW = replace(DB, traits=replace(DB.traits, version="16.3"))


LOOK = Look(START, False, "123456789012", "2026-Q4", ("orders",))


def run(ledger: SqlLedger, name: str, *sources: Described, **changed: object) -> None:
    simulated, verdict = bool(changed.get("simulated")), changed.get("verdict", Verdict.PASSED)
    ledger.open_run(header(name, provenance=replace(PROVENANCE, simulated=simulated)))
    for each in sources:
        ledger.record_source(name, each)
    if isinstance(verdict, Verdict):
        ledger.close_run(name, closing(verdict, ended_at=changed.get("ended_at", START + DAY)))


def look(
    ledger: SqlLedger, at: datetime, *seen: Described, simulated: bool = False, services: tuple[str, ...] = ("orders",)
) -> None:
    found = replace(LOOK, at=at, simulated=simulated, services=services)
    ledger.keep_posture(found, (), [("orders", each) for each in seen])


def looked(ledger: SqlLedger, until: datetime, simulated: bool = False) -> dict[str, Told]:
    found = ledger.queries.looked_sources(["orders"], until)
    return {name: each for (_, name, world), each in found.items() if world is simulated}


def test_what_a_run_was_told_is_read_back_with_its_end(ledger: SqlLedger) -> None:
    """Every word of it, what is not known, too; the last word of a source counts, and an open run tells nothing yet."""
    run(ledger, "r-1", NEW, FILES, DB)
    run(ledger, "r-2", DB, verdict=None)
    found = ledger.queries.sources_of(["r-1", "r-2", "r-3"])
    end = START + DAY
    assert found == {
        "r-1": {
            "db": Told(DB, end, PROVENANCE.account, False),
            "files": Told(FILES, end, PROVENANCE.account, False),
        }
    }


def test_a_rehearsal_is_the_newest_simulated_run_that_passed(ledger: SqlLedger) -> None:
    """One that failed since takes it away, an aborted one does not, nor one that ended later; a real run is none."""
    assert ledger.queries.rehearsals(["orders-snapshot"], START + DAY) == {}
    run(ledger, "r-1", simulated=True)
    run(ledger, "r-2", simulated=True, verdict=Verdict.ABORTED)
    run(ledger, "r-3")
    run(ledger, "r-4", simulated=True, verdict=Verdict.FAILED, ended_at=START + 3 * DAY)
    assert ledger.queries.rehearsals(["orders-snapshot"], START + DAY) == {"orders-snapshot": "r-1"}
    assert ledger.queries.rehearsals(["another"], START + DAY) == {}
    assert ledger.queries.rehearsals(["orders-snapshot"], START + 3 * DAY) == {}


def test_a_rehearsal_that_ended_last_is_the_newest(ledger: SqlLedger) -> None:
    """Of two machines' runs that is not always the one that began last."""
    run(ledger, "r-1", simulated=True, ended_at=START + 2 * DAY)
    run(ledger, "r-2", simulated=True, verdict=Verdict.FAILED, ended_at=START + DAY)
    assert ledger.queries.rehearsals(["orders-snapshot"], START + DAY) == {}
    assert ledger.queries.rehearsals(["orders-snapshot"], START + 2 * DAY) == {"orders-snapshot": "r-1"}


def test_a_look_is_read_back_with_when_it_began(ledger: SqlLedger) -> None:
    """What it read may be of any instant between; of a look that did not say so that is not known."""
    look(ledger, START, DB)
    ledger.keep_posture(replace(LOOK, at=START + DAY, began=START + DAY / 2), (), [("orders", DB)])
    assert looked(ledger, START)["db"].began is None
    assert looked(ledger, START + DAY)["db"].began == START + DAY / 2


def test_a_look_that_sees_the_same_adds_no_row(ledger: SqlLedger, database_url: str) -> None:
    """A row goes on for as long as it is told the same; the newest look's instant and account are told with it."""
    for day in range(3):
        look(ledger, START + day * DAY, DB, FILES)
    last = START + 2 * DAY
    assert looked(ledger, last) == {
        "db": Told(DB, last, "123456789012", False),
        "files": Told(FILES, last, "123456789012", False),
    }
    engine = create(database_url)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(look_source)).scalar() == 2
    engine.dispose()


def test_what_was_seen_is_told_as_of_any_instant(ledger: SqlLedger) -> None:
    """What came later says nothing of then, though the row went on; there is nothing before the first look."""
    for day, seen in enumerate((DB, DB, NEW, DB)):
        look(ledger, START + day * DAY, seen)
    half = DAY / 2
    assert looked(ledger, START - half) == {}
    told = [looked(ledger, START + day * DAY + half)["db"] for day in range(4)]
    assert [(each.of, each.at) for each in told] == [
        (seen, START + day * DAY) for day, seen in enumerate((DB, DB, NEW, DB))
    ]


def test_the_newest_look_alone_counts(ledger: SqlLedger) -> None:
    """What it did not see any more is not known; one at other services takes nothing away."""
    look(ledger, START, DB, FILES)
    look(ledger, START + DAY, FILES)
    look(ledger, START + 2 * DAY, services=("carts",))
    assert {name: each.at for name, each in looked(ledger, START + 2 * DAY).items()} == {"files": START + DAY}


def test_what_a_look_did_not_see_stays_unknown_whatever_comes_later(ledger: SqlLedger) -> None:
    """A later look that is told the same as before it fills no gap."""
    look(ledger, START, DB, FILES)
    look(ledger, START + DAY, FILES)
    then = looked(ledger, START + DAY)
    look(ledger, START + 2 * DAY, DB, FILES)
    assert looked(ledger, START + DAY) == then
    assert {*then} == {"files"}
    assert {*looked(ledger, START + 2 * DAY)} == {"db", "files"}


def test_the_newest_look_is_the_one_of_the_latest_instant(ledger: SqlLedger) -> None:
    """A look of another machine that is written later, and was performed earlier, is none since."""
    look(ledger, START, DB)
    look(ledger, START + 2 * DAY, NEW)
    look(ledger, START + DAY, DB)
    found = looked(ledger, START + 3 * DAY)["db"]
    assert (found.of, found.at) == (NEW, START + 2 * DAY)
    assert looked(ledger, START + DAY)["db"].of == DB


def test_a_look_that_is_written_late_is_told_as_it_was(ledger: SqlLedger) -> None:
    """What it did not see, between two that did, is not known then; before and since nothing changes."""
    for day in range(4):
        look(ledger, START + 2 * day * DAY, DB, FILES)
    look(ledger, START + 3 * DAY, FILES)
    assert {*looked(ledger, START + 3 * DAY)} == {"files"}
    for day in (2, 4, 6):
        assert {*looked(ledger, START + day * DAY)} == {"db", "files"}


@pytest.mark.parametrize("seed", range(8))
def test_in_whatever_order_looks_are_written_each_is_told_as_it_was(ledger: SqlLedger, seed: int) -> None:
    """Of each service at each instant the newest look by then at it counts, and that alone: nothing of any other."""
    chance = random.Random(seed)
    saw: list[tuple[Look, dict[tuple[str, str], Described]]] = []
    for day in range(10):
        services = tuple(chance.sample(("orders", "carts"), chance.choice((1, 2))))
        seen = {
            (service, each.resource): chance.choice((each, each, replace(each, traits=NEW.traits)))
            for service in services
            for each in (DB, FILES)
            if chance.random() < 0.7
        }
        saw.append((replace(LOOK, at=START + day * DAY, services=services), seen))
    for one, seen in chance.sample(saw, len(saw)):
        ledger.keep_posture(one, (), [(service, each) for (service, _), each in seen.items()])
    for until, _ in saw:
        newest = {name: pair for pair in saw if pair[0].at <= until.at for name in pair[0].services}
        expected = {
            (*key, False): (each, one.at)
            for name, (one, seen) in newest.items()
            for key, each in seen.items()
            if key[0] == name
        }
        found = ledger.queries.looked_sources(["orders", "carts"], until.at)
        assert {key: (each.of, each.at) for key, each in found.items()} == expected


def test_worlds_are_kept_apart(ledger: SqlLedger) -> None:
    """A simulated look renews no row of a real one, and is told as what it is."""
    look(ledger, START, DB)
    look(ledger, START + DAY, DB, simulated=True)
    assert looked(ledger, START + DAY)["db"].at == START
    assert looked(ledger, START + DAY, simulated=True)["db"] == Told(DB, START + DAY, "123456789012", True)
