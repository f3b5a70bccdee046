"""What the ledger promises of looks at the posture: the newest of each service, and since when each rule stands so."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.posture.ruling import Look, Ruling, Standing, Stood
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.ledger import tables_of_posture
from dr_orchestrator.ledger.engine import create
from dr_orchestrator.ledger.ledger import SqlLedger
from tests.support.ledger_samples import START

DAY = timedelta(days=1)
SHORT = Ruling(Rule.POSTURE_LOCK, Standing.SHORT, "seen", "backup:ListBackupVaults", Severity.HIGH, "lock it")
HELD = Ruling(Rule.POSTURE_LOCK, Standing.HELD, "locked", "backup:ListBackupVaults")
UNKNOWN = Ruling(Rule.POSTURE_LOCK, Standing.UNKNOWN, "no right", "backup:ListBackupVaults", None, "ask", True)


def row(ruling: Ruling, service: str = "orders", resource: str = "db") -> Stood:
    return Stood(service, "Orders", "Orders team", 1, resource, "a-type", f"{resource}-prod", "us-east-1", ruling)


def look(ledger: SqlLedger, at: datetime, *rows: Stood, simulated: bool = False) -> list[Stood]:
    services = tuple(sorted({each.service for each in rows}))
    return ledger.keep_posture(Look(at, simulated, "123456789012", "2026-Q4", services), rows)


def test_a_look_is_read_back_as_it_was_seen(ledger: SqlLedger) -> None:
    """Every word of it, with when it was first seen so."""
    rows = [row(SHORT), row(UNKNOWN, resource="other")]
    kept = look(ledger, START, *rows)
    assert kept == [replace(each, since=START) for each in rows]
    seen = ledger.queries.posture(["orders"])
    assert seen == (Look(START, False, "123456789012", "2026-Q4", ("orders",)), kept)


def test_each_service_has_the_look_at_it(ledger: SqlLedger) -> None:
    """With when that was, though others were looked at since; the real one, where there was any."""
    look(ledger, START, row(SHORT), row(HELD, "carts"))
    look(ledger, START + DAY, row(HELD, "carts"))
    look(ledger, START + 2 * DAY, row(HELD), simulated=True)
    found = ledger.queries.looks(["orders", "carts", "stock"])
    assert {name: (each.at, each.simulated, each.services) for name, each in found.items()} == {
        "orders": (START, False, ("orders",)),
        "carts": (START + DAY, False, ("carts",)),
    }


def test_nobody_looked_yet(ledger: SqlLedger) -> None:
    """An empty ledger tells of no look, nor of one at a service that was left out."""
    look(ledger, START, row(SHORT))
    assert ledger.queries.posture(["carts"]) is None


def test_a_shortfall_stands_since_it_was_first_seen(ledger: SqlLedger, database_url: str) -> None:
    """Looks that see no change renew its words, and add no row."""
    look(ledger, START, row(SHORT))
    (kept,) = look(ledger, START + DAY, row(replace(SHORT, evidence="seen again")))
    assert (kept.since, kept.ruling.evidence) == (START, "seen again")
    engine = create(database_url)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(tables_of_posture.posture)).scalar() == 1
    engine.dispose()


def test_one_that_was_mended_begins_anew(ledger: SqlLedger) -> None:
    """Held in between, it is another shortfall."""
    for day, ruling in enumerate((SHORT, HELD, SHORT)):
        (kept,) = look(ledger, START + day * DAY, row(ruling))
        assert kept.since == START + day * DAY


def test_what_could_not_be_asked_ends_no_shortfall(ledger: SqlLedger) -> None:
    """A right that is lost for some days mends nothing; what was held before is short since it was seen."""
    for day, ruling in enumerate((SHORT, UNKNOWN, UNKNOWN, SHORT)):
        (kept,) = look(ledger, START + day * DAY, row(ruling))
    assert kept.since == START
    for day, ruling in enumerate((HELD, UNKNOWN, SHORT)):
        (kept,) = look(ledger, START + day * DAY, row(ruling, "carts"))
    assert kept.since == START + 2 * DAY


@pytest.mark.parametrize(
    "seen", [(SHORT, HELD, SHORT), (HELD, SHORT, HELD), (SHORT, SHORT, SHORT), (UNKNOWN, SHORT, HELD)]
)
def test_looks_that_are_written_late_hide_no_later_one(ledger: SqlLedger, seen: tuple[Ruling, ...]) -> None:
    """In whichever order they are written, what is told is what the last look saw; the next one goes on from there."""
    for number, order in enumerate(itertools.permutations(range(3))):
        name = f"service-{number}"
        for turn in order:
            look(ledger, START + turn * DAY, row(replace(seen[turn], evidence=f"of day {turn}"), name))
        told = ledger.queries.posture([name])
        assert told is not None
        assert (told[0].at, told[1][0].ruling.evidence) == (START + 2 * DAY, "of day 2"), order
        assert ledger.queries.looks([name])[name].at == START + 2 * DAY
        (after,) = look(ledger, START + 3 * DAY, row(seen[2], name))
        assert after.since == told[1][0].since, order


def test_each_service_is_told_as_it_was_looked_at_last(ledger: SqlLedger) -> None:
    """A look at one service leaves the others as they were; what is declared no more is not told."""
    look(ledger, START, row(SHORT), row(SHORT, resource="gone"), row(HELD, "carts"))
    look(ledger, START + DAY, row(HELD))
    seen = ledger.queries.posture(["orders", "carts"])
    assert seen is not None
    at, rows = seen
    assert at.at == START + DAY
    assert [(each.service, each.resource, each.ruling.standing) for each in rows] == [
        ("carts", "db", Standing.HELD),
        ("orders", "db", Standing.HELD),
    ]


def test_a_simulated_look_is_never_taken_for_a_real_one(ledger: SqlLedger) -> None:
    """It renews nothing of it, and is told only where there is no real one."""
    look(ledger, START, row(SHORT))
    (kept,) = look(ledger, START + DAY, row(SHORT), row(HELD, "carts"), simulated=True)[:1]
    assert kept.since == START + DAY
    seen = ledger.queries.posture(["orders"])
    assert seen is not None
    assert (seen[0].simulated, seen[1][0].since) == (False, START)
    only = ledger.queries.posture(["carts"])
    assert only is not None
    assert only[0].simulated
    both = ledger.queries.posture(["orders", "carts"])
    assert both is not None
    assert (both[0].simulated, both[0].services) == (True, ("carts", "orders"))
