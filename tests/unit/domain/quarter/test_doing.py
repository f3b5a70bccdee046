"""The plan of a quarter: each drill is in one state, and what was put off says by what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.agenda import Planned, year_of
from dr_orchestrator.domain.calendar import Calendar, Freeze, Frequency
from dr_orchestrator.domain.drill import Drill, Pick, Selection
from dr_orchestrator.domain.quarter.doing import Calling, Doing, Done, besides, doings, left_out
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.service import Exclusion
from dr_orchestrator.domain.verdict import Verdict
from tests.support.calendar import drill
from tests.support.ledger_samples import EXERCISE
from tests.support.programmes import DAY, HOUR, NOW, Q4, calling, ran

END = Q4.end("UTC")
(SLOT,) = (each for each in year_of(Calendar(), [drill("a")], {}, 2026).slots if each.began == Q4.start("UTC"))
A = drill("a")
IN_TIME = SLOT.at + timedelta(minutes=5)


def only(of: Calling, *runs: Ran) -> Doing:
    (found,) = doings(of, runs)
    return found


def of_a(**more: Any) -> Ran:
    """A run of the drill as it is defined now."""
    return ran(**{"definition": A.digest, "selection": A.selection.key, **more})


def done(made: Drill, *runs: Ran) -> Doing:
    """What became of a drill by runs of the definition and the points that it has now."""
    return only(calling([made], runs), *runs)


@pytest.mark.parametrize(
    ("more", "state", "why"),
    [
        ({}, Done.PASSED, ""),
        ({"verdict": Verdict.PASSED_WITH_FINDINGS}, Done.PASSED, ""),
        ({"verdict": Verdict.FAILED}, Done.FAILED, "FAILED"),
        ({"verdict": Verdict.INCONCLUSIVE}, Done.INCONCLUSIVE, "INCONCLUSIVE"),
        ({"verdict": Verdict.PARTIAL}, Done.INCONCLUSIVE, "PARTIAL"),
        ({"verdict": Verdict.ABORTED}, Done.ABORTED, "ABORTED"),
        ({"verdict": None}, Done.UNDER_WAY, ""),
        ({"world": World.LAB}, Done.REHEARSED, "simulated, PASSED: proves nothing"),
        ({"world": World.SEEDED, "verdict": None}, Done.SEEDED, "seeded, not ended: proves nothing"),
    ],
)
def test_the_state_is_that_of_the_newest_word(more: dict[str, Any], state: Done, why: str) -> None:
    """Only a run on AWS does a drill; a simulated one, passed or not, leaves it a rehearsal."""
    found = done(A, of_a(at=IN_TIME, **more))
    assert (found.state, found.why, found.late) == (state, why, False)


def test_a_made_up_history_is_no_rehearsal() -> None:
    """Seeded runs never took place: they are told as such, and beside one that was rehearsed they say nothing."""
    seeded, rehearsed = of_a(at=IN_TIME + DAY, world=World.SEEDED), of_a(at=IN_TIME, world=World.LAB)
    assert (done(A, seeded).state, done(A, seeded).why) == (Done.SEEDED, "seeded, PASSED: proves nothing")
    both = done(A, rehearsed, seeded)
    assert (both.state, both.run) == (Done.REHEARSED, rehearsed)


def test_a_retest_does_not_hide_what_came_first() -> None:
    """It passed, and every run that did not is named; one that was aborted after a pass takes nothing away."""
    failed, passed = of_a(at=IN_TIME, verdict=Verdict.FAILED), of_a(at=IN_TIME + DAY)
    aborted = of_a(at=IN_TIME + 2 * DAY, verdict=Verdict.ABORTED)
    found = done(A, failed, passed, aborted)
    assert (found.state, found.run) == (Done.PASSED, passed)
    assert found.why == f"{failed.id} was FAILED, {aborted.id} was ABORTED"
    assert done(A, passed, failed).why == "FAILED"
    assert done(A, failed, of_a(at=IN_TIME + DAY, verdict=Verdict.PARTIAL)).why == f"PARTIAL; {failed.id} was FAILED"


def test_a_drill_is_late_by_its_first_run_on_aws() -> None:
    """One that began in time is not late for being repeated, nor in time for having been rehearsed."""
    early, late = of_a(at=IN_TIME), of_a(at=SLOT.window.end)
    assert [done(A, *runs).late for runs in ([early, late], [late])] == [False, True]
    assert done(A, of_a(at=IN_TIME, world=World.LAB), late).late


def test_only_what_coverage_holds_for_proven_is_done() -> None:
    """A run that passed of another definition, of other points, or one draw of several proves the drill not."""
    changed = done(A, ran(at=IN_TIME, definition="old"))
    assert (changed.state, changed.run is None) == (Done.UNPROVEN, False)
    assert changed.why.startswith("changed since it was proven by ")
    assert done(A, of_a(at=IN_TIME, selection="random")).state is Done.UNPROVEN
    drawn = replace(A, selection=Selection(Pick.RANDOM, runs=3))
    draws = [
        ran(at=IN_TIME + number * HOUR, definition=drawn.digest, selection=drawn.selection.key) for number in range(3)
    ]
    lost = replace(draws[1], verdict=Verdict.FAILED)
    assert done(drawn, *draws).state is Done.PASSED
    found = done(drawn, draws[0], lost, draws[2])
    assert found.state is Done.UNPROVEN
    assert found.why.startswith("1 of the 3 runs that prove it have passed")
    assert f"{lost.id} was FAILED" in found.why


def test_a_simulated_exercise_excuses_no_drill() -> None:
    """What it left out says nothing of why nobody ran it on AWS."""
    exercise = replace(EXERCISE, simulated=True, left_out={"a": "put off by its owner"})
    found = only(calling([A], now=SLOT.window.end, left_out=left_out([exercise])))
    assert found.why == "nobody ran it"


def test_what_is_to_come_is_not_postponed() -> None:
    """Until its window is over it may still begin; then it is postponed, by whom where that is known."""
    assert only(calling([drill("a")], now=SLOT.window.end - timedelta(seconds=1))).state is Done.TO_COME
    found = only(calling([drill("a")], now=SLOT.window.end))
    assert (found.state, found.why) == (Done.POSTPONED, "nobody ran it")
    exercise = replace(
        EXERCISE, simulated=False, left_out={"a": "put off: the budget of an exercise does not hold it, too"}
    )
    found = only(calling([drill("a")], now=SLOT.window.end, left_out=left_out([exercise])))
    assert found.why == "put off: the budget of an exercise does not hold it, too (exercise 2026-q4)"


def test_an_exclusion_says_by_whom_and_until_when() -> None:
    """One that had expired when the drill was planned excuses nothing."""
    made = drill("a")
    aside = Exclusion("Dana Whitfield", "moves to another table", date(2026, 12, 31))
    found = only(calling([replace(made, service=replace(made.service, exclusions={"db": aside}))], now=END))
    assert found.state is Done.EXCLUDED
    assert found.why == "excluded until 2026-12-31 by Dana Whitfield: moves to another table"
    over = replace(aside, expires=SLOT.window.day - DAY)
    found = only(calling([replace(made, service=replace(made.service, exclusions={"db": over}))], now=END))
    assert found.state is Done.POSTPONED


def test_what_was_proven_before_in_its_period_is_not_needed_again() -> None:
    """A drill of half-years that passed in the third quarter is done in the fourth; a proof of before is not."""
    half = drill("a", every=Frequency.HALF_YEAR)
    slot = replace(SLOT, drill=half, began=Q4.moved(-1).start("UTC"))
    planned = Planned((slot,))
    early = ran(at=slot.began + DAY)
    found = only(calling([half], [early], now=END - DAY, planned=planned))
    assert (found.state, found.why) == (Done.NOT_NEEDED, "passed on 2026-07-02, due once a half-year")
    before = calling([half], [ran(at=slot.began - DAY)], now=END - DAY, planned=planned)
    assert only(before).state is Done.POSTPONED
    assert only(replace(before, states={})).state is Done.POSTPONED


def test_a_freeze_that_moved_a_drill_is_named() -> None:
    """The day that it would have had, the reason, and the freeze's end: whether it was run then or not."""
    freeze = Freeze(SLOT.window.day, SLOT.window.day + 7 * DAY, "a migration")
    calendar = Calendar(freezes=(freeze,))
    thawed = year_of(Calendar(), [drill("a")], {}, 2026)
    moved = f"moved from {freeze.first} by the freeze until {freeze.last}: a migration"
    found = only(calling([drill("a")], now=END, calendar=calendar, unfrozen=thawed))
    assert found.why == f"nobody ran it; {moved}"
    assert found.slot is not None
    assert found.slot.window.day > freeze.last
    late = of_a(at=NOW - HOUR * 3)
    assert only(calling([A], [late], calendar=calendar, unfrozen=thawed), late).why == moved
    elsewhere = replace(freeze, first=date(2026, 2, 1), last=date(2026, 2, 2))
    calm = calling([drill("a")], now=END, calendar=Calendar(freezes=(elsewhere,)), unfrozen=thawed)
    assert only(calm).why == "nobody ran it"


def test_a_drill_without_a_day_is_postponed_and_says_so() -> None:
    """More drills than the days of the quarter hold: the rest is told with the limit, and counts in the plan."""
    many = [drill(f"d{number:03}") for number in range(70)]
    planned = year_of(Calendar(a_day=1), many, {}, 2026)
    run = ran("d069", at=IN_TIME, definition=many[69].digest)
    found = doings(calling(many, [run], now=END - DAY, calendar=Calendar(a_day=1), planned=planned), [run])
    assert len(found) == 70
    without = [each for each in found if each.slot is None]
    assert {each.state for each in without} == {Done.POSTPONED, Done.PASSED}
    assert "no day of its quarter had room: 1 drills begin on a day at most" in {each.why for each in without}


def test_runs_beside_the_plan_are_told() -> None:
    """Of a drill that is no more declared, or that the quarter's plan does not hold."""
    other = ran("b")
    assert besides(doings(calling([drill("a")]), [ran(), other]), [ran(), other]) == [other]
