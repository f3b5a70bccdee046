"""The calendar: which drills are due, and in what order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.drill import Drill, Pick, Selection
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption, Limit, Objective, Tier
from dr_orchestrator.domain.programme import (
    Exercise,
    RealRun,
    due,
    due_states,
    left,
    missing,
    period_end,
    period_start,
    proofs_wanted,
    quarter_of,
    verdict_of,
)
from dr_orchestrator.domain.run import Closing, Measures, Run
from dr_orchestrator.domain.service import Resource, Runbook, Service
from dr_orchestrator.domain.verdict import Cleanup, Verdict, WorstCaseVerdict
from tests.support.records import HEADER

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RED = RealRun("r-2", NOW, Verdict.FAILED, "", "latest")
PROMISE = Objective(Limit(timedelta(hours=4)), Limit(timedelta(hours=1)), "tier")


def drill(name: str, tier: int = 1, service: str = "orders", every: Frequency = Frequency.QUARTER) -> Drill:
    of = Service(service, service, Tier(tier, "t", PROMISE), "o", "c", Runbook("u", date(2026, 1, 1)))
    resource = Resource("db", "rds-instance", "orders-prod", "us-east-1")
    return Drill(name, of, resource, Kind.SNAPSHOT_RESTORE, Disruption.INFRASTRUCTURE, PROMISE, (), every=every)


def test_tier_0_comes_first() -> None:
    """Due drills are ordered by tier, then service, then name, whatever order they are declared in."""
    declared = [drill("b", 2), drill("z", 0, "zoo"), drill("a", 1), drill("c", 0, "ant"), drill("b0", 0, "ant")]
    chosen, left_out = due(declared, {}, NOW)
    assert [each.name for each in chosen] == ["b0", "c", "z", "a", "b"]
    assert not left_out


@pytest.mark.parametrize(
    ("every", "passed", "is_due"),
    [
        (Frequency.QUARTER, datetime(2026, 10, 1, tzinfo=UTC), False),
        (Frequency.QUARTER, datetime(2026, 9, 30, 23, 59, 59, 999999, tzinfo=UTC), True),
        (Frequency.HALF_YEAR, datetime(2026, 7, 1, tzinfo=UTC), False),
        (Frequency.HALF_YEAR, datetime(2026, 6, 30, 23, tzinfo=UTC), True),
        (Frequency.YEAR, datetime(2026, 1, 1, tzinfo=UTC), False),
        (Frequency.YEAR, datetime(2025, 12, 31, 23, 59, tzinfo=UTC), True),
    ],
)
def test_a_drill_is_due_once_a_period(every: Frequency, passed: datetime, is_due: bool) -> None:
    """A pass counts for the calendar period that it lies in, to the microsecond, and for no other."""
    chosen, left_out = due([drill("a", every=every)], {("a", "", "latest"): (passed,)}, NOW)
    assert bool(chosen) is is_due
    assert bool(left_out) is not is_due


def test_who_is_left_out_is_named_with_the_reason() -> None:
    """Every declared drill is either chosen or left out by name; none disappears."""
    declared = [drill("a"), drill("b")]
    chosen, left_out = due(declared, {("a", "", "latest"): (NOW - timedelta(days=3),)}, NOW)
    assert [each.name for each in chosen] == ["b"]
    assert left_out == {"a": "passed on 2026-11-17, due once a quarter"}


def test_every_draw_has_to_have_passed() -> None:
    """A drill of three random points is due again unless its three newest runs passed, whatever else was drawn."""
    three = replace(drill("a"), selection=Selection(Pick.RANDOM, runs=3))
    assert due([three], {("a", "", "random"): (NOW, NOW)}, NOW)[0]
    assert due([three], {("a", "", "oldest"): (NOW, NOW, NOW)}, NOW)[0]
    assert not due([three], {("a", "", "random"): (NOW, NOW, NOW)}, NOW)[0]


def test_a_drill_that_never_passed_is_due() -> None:
    """No green run on real AWS (none is ever passed in for a simulated one) means due, not forgotten."""
    assert due([drill("a")], {("another", "", "latest"): (NOW,)}, NOW)[0]
    assert due([drill("a")], {("a", "as it was defined before", "latest"): (NOW,)}, NOW)[0]


def test_due_states_agree_with_due() -> None:
    """The list that is shown and the exercise that is run come of one rule, in one order."""
    declared = [drill("b", 2), drill("z", 0, "zoo"), drill("a", 1), drill("c", 0, "ant")]
    green = {("a", "", "latest"): (NOW,), ("b", "", "latest"): (datetime(2026, 1, 1, tzinfo=UTC),)}
    states = due_states(declared, green, NOW)
    chosen, left_out = due(declared, green, NOW)
    assert [each.drill for each in states if each.due] == chosen
    assert {each.drill.name: each.why for each in states if not each.due} == left_out
    assert [each.drill.name for each in states] == ["c", "z", "a", "b"]
    assert [each.proven_at for each in states] == [None, None, NOW, datetime(2026, 1, 1, tzinfo=UTC)]


def test_draws_that_are_still_to_pass_are_counted() -> None:
    """Two of three draws prove nothing yet, and it is said how many have passed."""
    three = replace(drill("a"), selection=Selection(Pick.RANDOM, runs=3))
    newest = {"a": RealRun("r", NOW, Verdict.PASSED, "", "random")}
    (state,) = due_states([three], {("a", "", "random"): (NOW, NOW)}, NOW, newest)
    assert (state.due, state.proven_at) == (True, None)
    assert state.why == "2 of the 3 runs that prove it have passed, the last on 2026-11-20"
    assert proofs_wanted([three]) == {("a", "", "random"): 3}


@pytest.mark.parametrize(
    ("newest", "why"),
    [
        (None, "never proven: no run on real AWS has ended"),
        (RealRun("r-1", NOW, Verdict.FAILED, "", "latest"), "its newest run, r-1 of 2026-11-20, is FAILED"),
        (RealRun("r-1", NOW, Verdict.PASSED, "before", "latest"), "changed since it was proven by r-1 of 2026-11-20"),
        (RealRun("r-1", NOW, Verdict.PASSED, "", "oldest"), "proven only for 'oldest', by r-1 of 2026-11-20"),
    ],
)
def test_why_a_drill_is_due_is_told_by_its_newest_run(newest: RealRun | None, why: str) -> None:
    """Whoever reads the calendar learns whether it was never run, did not pass, or passed as something else."""
    (state,) = due_states([drill("a")], {}, NOW, {"a": newest} if newest else {"another": RED})
    assert (state.due, state.proven_at, state.why) == (True, None, why)


@pytest.mark.parametrize(
    ("every", "end"),
    [(Frequency.QUARTER, (2027, 1)), (Frequency.HALF_YEAR, (2027, 1)), (Frequency.YEAR, (2027, 1))],
)
def test_a_period_ends_where_the_next_begins(every: Frequency, end: tuple[int, int]) -> None:
    """The last periods of a year end with it; each end is the beginning of the next period."""
    assert period_end(every, NOW) == datetime(*end, 1, tzinfo=UTC)
    assert period_start(every, period_end(every, NOW)) == period_end(every, NOW)
    assert period_end(Frequency.QUARTER, datetime(2026, 2, 3, tzinfo=UTC)) == datetime(2026, 4, 1, tzinfo=UTC)


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(Frequency))
def test_an_instant_lies_in_its_own_period(instant: datetime, every: Frequency) -> None:
    """A period begins at or before the instant, at midnight UTC, and is the same for its own beginning."""
    start = period_start(every, instant)
    assert start <= instant
    assert (start.day, start.hour, start.tzinfo) == (1, 0, UTC)
    assert period_start(every, start) == start
    assert every is not Frequency.QUARTER or quarter_of(start) == quarter_of(instant)


def test_quarters_are_counted_in_utc() -> None:
    """New Year's Eve in New York is the next quarter in UTC, which is what counts."""
    evening = datetime(2026, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))
    assert quarter_of(evening) == "2027-Q1"
    assert period_start(Frequency.YEAR, evening) == datetime(2027, 1, 1, tzinfo=UTC)


def run(name: str, verdict: Verdict | None) -> Run:
    end = verdict and Closing(NOW, verdict, (), Cleanup.CLEAN, (), Measures(), WorstCaseVerdict.NOT_MEASURED)
    return Run(replace(HEADER, drill=name), closing=end)


PASSED, FAILED, OPEN = Verdict.PASSED, Verdict.FAILED, None


def test_every_planned_draw_has_to_be_there() -> None:
    """An exercise of three draws that was killed between two of them is not green with two."""
    exercise = Exercise("x", "t", "p", "2026-Q4", NOW, ("a",) * 3, {}, 1, simulated=False, pace=1, engine="local")
    assert verdict_of(exercise, [run("a", PASSED)] * 2) is Verdict.INCONCLUSIVE
    assert verdict_of(exercise, [run("a", PASSED)] * 3) is PASSED


@pytest.mark.parametrize(
    ("runs", "verdict"),
    [
        ([("a", PASSED), ("b", PASSED)], PASSED),
        ([("a", FAILED), ("a", PASSED), ("b", PASSED)], FAILED),
        ([("a", PASSED), ("a", FAILED), ("b", PASSED)], FAILED),
        ([("a", PASSED), ("a", OPEN), ("b", PASSED)], Verdict.INCONCLUSIVE),
        ([("a", OPEN), ("a", PASSED), ("b", PASSED)], Verdict.INCONCLUSIVE),
        ([("a", PASSED), ("a", PASSED)], Verdict.INCONCLUSIVE),
        ([("a", PASSED), ("b", PASSED), ("unplanned", FAILED)], FAILED),
        ([], Verdict.INCONCLUSIVE),
    ],
)
def test_no_run_of_an_exercise_hides_another(runs: list[tuple[str, Verdict | None]], verdict: Verdict) -> None:
    """Of several runs of one drill the worst counts, whichever was last; a drill without a run is no pass."""
    exercise = Exercise("x", "t", "p", "2026-Q4", NOW, ("a", "b"), {}, 1, simulated=False, pace=1, engine="local")
    assert verdict_of(exercise, [run(name, ended) for name, ended in runs]) is verdict


def test_what_is_missing_and_what_is_left_is_told_for_every_run_that_was_planned() -> None:
    """A run that is open is there and not done: joined again, the exercise makes what is left, in the plan's order."""
    plan = ("b", "a", "a", "a", "c")
    exercise = Exercise("x", "t", "p", "2026-Q4", NOW, plan, {}, 1, simulated=False, pace=1, engine="local")
    runs = [run("a", PASSED), run("a", OPEN), run("b", FAILED), run("unplanned", PASSED)]
    assert missing(exercise, runs) == ("a", "c")
    assert left(exercise, runs) == ("a", "a", "c")
    assert missing(exercise, []) == left(exercise, []) == ("b", "a", "a", "a", "c")
