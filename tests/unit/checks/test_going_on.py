"""What goes on until it is promoted: a heartbeat counts as of what was read before the disruption, and no later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.checks.held import Held
from dr_orchestrator.checks.sql import newest
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import NewestRow, Query, RowsAtLeast
from dr_orchestrator.domain.proof import Command
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from tests.support.fakes import FakeClock

STRUCK = datetime(2026, 11, 20, 9, tzinfo=UTC)
HELD = STRUCK - timedelta(minutes=3)
POINT = RecoveryPoint("orders-eu@then", PointKind.CONTINUOUS, HELD, "newest heartbeat", store="orders")
COPY = Copy("rds-instance", "dro-r-orders-eu", "eu-central-1", "r", "d", "s")
BEAT = NewestRow("heartbeat", "heartbeat", "at", canary=True)


ORDERS = NewestRow("orders", "orders", "at", within=timedelta(minutes=30))


def read(
    at: datetime, check: NewestRow = BEAT, held: dict[str, datetime | None] | None = None, *beside: NewestRow
) -> list[CheckResult]:
    """The results of a promoted copy whose newest row is of an instant; `held` is what was read before."""

    class Sql:
        def perform(self, check: NewestRow, _copy: Copy, reference: datetime) -> CheckResult:
            return newest(check, at, reference)

    asked, clock = cast(Any, Sql()), cast(Any, FakeClock())
    suite = Suite((check, *beside), clock, sql=asked, store_of=lambda _: "orders", held=held or {})
    return suite.all(COPY, [POINT], STRUCK)


@pytest.mark.parametrize("later", [timedelta(), timedelta(seconds=1), timedelta(minutes=30)])
def test_what_came_after_it_was_read_counts_for_nothing(later: timedelta) -> None:
    """Not even what is from after the disruption: the loss is never smaller than it was."""
    (found,) = read(HELD + later)
    assert (found.outcome, found.newest) == (Outcome.PASSED, HELD)
    assert ("which counts for nothing" in found.observed) is bool(later)


def test_its_age_is_counted_from_what_was_read() -> None:
    """A bound that the standing replica did not keep is not kept by what came since."""
    (found,) = read(STRUCK + timedelta(minutes=1), replace(BEAT, within=timedelta(minutes=2)))
    assert found.outcome is Outcome.FAILED


def test_what_was_there_and_is_no_more_was_lost_by_the_promotion() -> None:
    """It fails, and the loss is that of what is left."""
    (found,) = read(HELD - timedelta(seconds=1))
    assert (found.outcome, found.newest) == (Outcome.FAILED, HELD - timedelta(seconds=1))
    assert "before the disruption it held one of 2026-11-20 08:57:00 UTC" in found.observed


def test_other_rows_are_no_heartbeats() -> None:
    """A table that is written to seldom is as old as it is."""
    (found,) = read(HELD - timedelta(days=1), replace(BEAT, canary=False))
    assert (found.outcome, found.newest) == (Outcome.PASSED, HELD - timedelta(days=1))


def test_each_heartbeat_is_held_to_its_own() -> None:
    """Of two the older one is the recovery point; what the other had beyond that may not be lost either."""
    newer = HELD + timedelta(minutes=1)
    (found,) = read(newer - timedelta(seconds=1), held={"heartbeat": newer})
    assert (found.outcome, found.newest) == (Outcome.FAILED, newer - timedelta(seconds=1))
    (found,) = read(newer + timedelta(minutes=5), held={"heartbeat": newer})
    assert (found.outcome, found.newest) == (Outcome.PASSED, newer)


@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        (STRUCK - timedelta(minutes=20), Outcome.PASSED),
        (STRUCK - timedelta(hours=2), Outcome.FAILED),
        (None, Outcome.FAILED),
    ],
)
def test_another_row_is_as_old_as_it_was_then(before: datetime | None, outcome: Outcome) -> None:
    """An order that came after the disruption makes none young that were hours old by then, nor a table full."""
    (found,) = read(STRUCK + timedelta(minutes=1), ORDERS, {"heartbeat": HELD, "orders": before})
    assert (found.outcome, found.newest) == (outcome, before)


def test_what_another_process_read_of_it_is_not_made_up() -> None:
    """It died, and what was not a heartbeat is known no more: a bound is not measured, its absence needs no measure."""
    (found,) = read(STRUCK + timedelta(minutes=1), ORDERS)
    assert found.outcome is Outcome.INCONCLUSIVE
    (found,) = read(STRUCK + timedelta(minutes=1), replace(ORDERS, within=timedelta(minutes=2)))
    assert found.outcome is Outcome.FAILED
    (found,) = read(STRUCK + timedelta(minutes=1), replace(ORDERS, within=None))
    assert (found.outcome, found.newest) == (Outcome.PASSED, HELD)


def test_two_heartbeats_of_which_nobody_knows_what_each_held_are_not_measured() -> None:
    """The process died that read them: the recovery point is that of the older one, and which it was is not known."""
    other = replace(BEAT, name="other")
    found = read(STRUCK, BEAT, {}, other)
    assert [each.outcome for each in found] == [Outcome.INCONCLUSIVE] * 2
    assert all("which heartbeat was the older one" in each.observed for each in found)
    assert [each.outcome for each in read(HELD - timedelta(seconds=1), BEAT, {}, other)] == [Outcome.FAILED] * 2
    known: dict[str, datetime | None] = {"heartbeat": HELD, "other": STRUCK}
    assert [each.newest for each in read(STRUCK + timedelta(minutes=1), BEAT, known, other)] == [HELD, STRUCK]


def test_a_heartbeat_of_a_clock_that_is_ahead_is_of_the_disruption_at_the_latest() -> None:
    """It was read before: its loss is none, and not less than none."""
    (found,) = read(STRUCK + timedelta(seconds=2), BEAT, {"heartbeat": STRUCK + timedelta(seconds=2)})
    assert (found.outcome, found.newest) == (Outcome.PASSED, STRUCK)
    assert "it went on" not in found.observed


@pytest.mark.parametrize(
    ("check", "outcome", "told"),
    [
        (RowsAtLeast("rows", "orders", 1), Outcome.PASSED, True),
        (Query("query", "SELECT 1", "1"), Outcome.PASSED, True),
        (RowsAtLeast("rows", "orders", 1), Outcome.FAILED, False),
    ],
)
def test_what_looks_at_no_instant_says_so(check: RowsAtLeast | Query, outcome: Outcome, told: bool) -> None:
    """Rows that came after the disruption are counted with the others: its reader is told in each result that held."""
    sql = cast(Any, SimpleNamespace(perform=lambda *_: CheckResult("rows", "", "5 rows", outcome)))
    for held, words in (({}, told), (None, False)):
        (found,) = Suite((check,), cast(Any, FakeClock()), sql=sql, held=held).all(COPY, [POINT], STRUCK)
        assert found.outcome is outcome
        assert ("also after the disruption" in found.observed) is words


def test_a_program_of_the_teams_says_so_too() -> None:
    """Its own result, not what it tells beside."""
    program = Command("counts", ("x",))
    told = [CheckResult(each, "", "yes", Outcome.PASSED) for each in ("counts", "beside")]
    deep = cast(Any, SimpleNamespace(perform=lambda *_: told))
    found = Suite((program,), cast(Any, FakeClock()), deep=deep, held={}).all(COPY, [POINT], STRUCK)
    assert ["also after the disruption" in each.observed for each in found] == [True, False]


class Tables:
    """A copy with tables, each of which holds a newest row, none, or cannot be read."""

    def __init__(self, **held: datetime | NotMeasured | None) -> None:
        self._held = held

    writes = False

    def follows(self, _copy: Copy) -> bool:
        return not self.writes

    def perform(self, check: NewestRow, _copy: Copy, reference: datetime) -> CheckResult:
        found = self._held[check.table]
        if isinstance(found, NotMeasured):
            raise found
        return newest(check, found, reference)


def held(tables: Tables, *checks: NewestRow) -> Held:
    return Held(checks, cast(Any, tables), cast(Any, FakeClock(STRUCK)))


def test_the_oldest_of_the_heartbeats_is_what_it_held() -> None:
    """Each newest row is remembered by its check; what is no heartbeat is nobody's recovery point."""
    other = replace(BEAT, name="other", table="other")
    found = held(Tables(heartbeat=HELD, other=HELD - timedelta(hours=1), orders=None), BEAT, other, ORDERS)
    assert found.read(COPY) == HELD - timedelta(hours=1)
    assert found.of == {"heartbeat": HELD, "other": HELD - timedelta(hours=1), "orders": None}


def test_one_that_takes_writes_is_no_witness() -> None:
    """It has the standing replica's settings: a heartbeat may be written there, whatever replication does."""
    tables = Tables(heartbeat=HELD)
    tables.writes = True
    with pytest.raises(NotMeasured, match="takes writes, and so does what it replicates"):
        held(tables, BEAT).read(COPY)


def test_a_heartbeat_that_is_not_there_is_not_measured() -> None:
    """Nor one that cannot be read; another table that cannot is its own check's to tell."""
    with pytest.raises(NotMeasured, match="no heartbeat is in dro-r-orders-eu"):
        held(Tables(heartbeat=None), BEAT).read(COPY)
    with pytest.raises(NotMeasured, match="denied"):
        held(Tables(heartbeat=NotMeasured("denied")), BEAT).read(COPY)
    found = held(Tables(heartbeat=HELD, orders=NotMeasured("denied")), BEAT, ORDERS)
    assert found.read(COPY) == HELD
    assert "orders" not in found.of


def test_of_several_databases_each_has_its_own() -> None:
    """One that was promoted is counted as it was before the disruption; one beside it, restored, as it is."""
    of_both = (replace(BEAT, database="Orders"), replace(BEAT, name="other", database="Books"))

    class Sql:
        def perform(self, check: NewestRow, _copy: Copy, reference: datetime) -> CheckResult:
            return newest(check, HELD + timedelta(seconds=30), reference)

    held = {"Orders": {BEAT.name: HELD}}
    asked, clock = cast(Any, Sql()), cast(Any, FakeClock())
    suite = Suite(of_both, clock, sql=asked, store_of=lambda _: "orders", held_in=held)
    found = {each.name: each for each in suite.all(COPY, [POINT], STRUCK)}
    assert found[BEAT.name].newest == HELD
    assert "which counts for nothing" in found[BEAT.name].observed
    assert found["other"].newest == HELD + timedelta(seconds=30)
    assert "other: the asked instant" in found
    assert f"{BEAT.name}: the asked instant" not in found
