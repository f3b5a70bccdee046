"""The verdict of a game day is never green by accident, and stays once it is given."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.by_exercise import sightings
from dr_orchestrator.domain.game_day.acts import Abort, Close, Deliver, End, Rate
from dr_orchestrator.domain.game_day.log import Entry, Kind
from dr_orchestrator.domain.game_day.plan import Scoped
from dr_orchestrator.domain.game_day.standing import RunOutcome
from dr_orchestrator.domain.game_day.verdict import held_as_aborted, held_as_closed, judge
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from tests.support.game_days import DIRECTOR, DRILL, EVALUATOR, EXECUTOR, MINUTE, PLAN, PLAYED, SCRIBE, Played, started

RATINGS = [(Rate("restored", Rating.PERFORMED), EVALUATOR), (Rate("told", Rating.PERFORMED), EVALUATOR)]


def texts(of: Played) -> str:
    return "\n".join(each.text for each in judge(of.standing)[1])


def drilled(outcome: RunOutcome) -> Played:
    """All was played, a drill ended so, then all was rated as performed."""
    day = started()
    day.all(PLAYED)
    day.do(DRILL, EXECUTOR)
    day.runs["r-1"] = outcome
    day.do(End(), DIRECTOR)
    day.all(RATINGS)
    return day


def test_a_game_day_of_which_nothing_was_played_is_inconclusive() -> None:
    """Whatever was rated at its first second."""
    day = started()
    day.all([*RATINGS, (End(), DIRECTOR)])
    assert judge(day.standing)[0] is Verdict.INCONCLUSIVE and "nothing was played" in texts(day)


def test_a_rating_from_before_a_drill_was_over_is_none() -> None:
    """It is said so, and rated again it counts."""
    day = started()
    day.all([*PLAYED, *RATINGS, (DRILL, EXECUTOR)])
    day.runs["r-1"] = RunOutcome(Verdict.PASSED, Cleanup.CLEAN, day.now + 5 * MINUTE)
    day.do(End(), DIRECTOR, 6 * MINUTE)
    assert judge(day.standing)[0] is Verdict.INCONCLUSIVE
    assert "restored: it was rated before the last drill was over: rate it again" in texts(day)
    assert day.standing.unrated == ("restored", "told")
    day.all(RATINGS)
    assert judge(day.standing)[0] is Verdict.PASSED


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (RunOutcome(Verdict.FAILED, Cleanup.CLEAN), "shop-database: FAILED"),
        (RunOutcome(Verdict.INCONCLUSIVE, Cleanup.CLEAN), "shop-database: INCONCLUSIVE"),
        (RunOutcome(Verdict.ABORTED, Cleanup.CLEAN), "shop-database: ABORTED"),
        (RunOutcome(Verdict.PASSED, Cleanup.LEFTOVERS), "its copies are not proven gone"),
    ],
)
def test_a_run_that_did_not_pass_or_left_something_is_a_finding(outcome: RunOutcome, told: str) -> None:
    """At least: plainly passed it is never."""
    assert judge(drilled(RunOutcome(Verdict.PASSED, Cleanup.CLEAN)).standing)[0] is Verdict.PASSED
    day = drilled(outcome)
    assert judge(day.standing)[0] is Verdict.PASSED_WITH_FINDINGS and told in texts(day)


def test_what_was_planned_and_not_done_is_a_finding_each() -> None:
    """Injects that were not delivered or not answered in time, and a scope of which no drill was begun."""
    day = started()
    day.do(Deliver("alarm"), SCRIBE)
    day.do(End(), DIRECTOR, 60 * MINUTE)
    day.all(RATINGS)
    told = texts(day)
    assert judge(day.standing)[0] is Verdict.PASSED_WITH_FINDINGS
    for each in ("inject alarm went without", "inject page was not", "inject press was not", "inject late was not"):
        assert each in told
    assert "no drill of its scope was begun: shop-database" in told
    titles = [each.title for each in held_as_closed(day.standing, "g", False, day.now).gaps]
    assert len(titles) == len(set(titles)) == 5


def test_the_verdict_of_the_close_is_changed_by_nothing() -> None:
    """Neither by a run that turns out otherwise, nor by what is judged anew."""
    day = drilled(RunOutcome(Verdict.PASSED, Cleanup.CLEAN))
    day.do(Close(), EVALUATOR)
    day.runs["r-1"] = RunOutcome(Verdict.FAILED, Cleanup.LEFTOVERS)
    assert judge(day.standing) == (Verdict.PASSED, ())
    other = drilled(RunOutcome(Verdict.FAILED, Cleanup.CLEAN))
    before = judge(other.standing)
    other.do(Close(), EVALUATOR)
    other.runs.clear()
    assert judge(other.standing) == before


def test_a_service_that_is_added_later_is_no_other_cause() -> None:
    """The findings of a game day keep their fingerprints, so that a later one can settle them."""
    day = started()
    day.do(Deliver("alarm"), SCRIBE)
    day.all([(Rate("restored", Rating.UNABLE, "nothing came back"), EVALUATOR), (End(), DIRECTOR)])
    wider = replace(PLAN, services=(*PLAN.services, Scoped("search", "Search", 2)))
    one, two = (
        {each.finding.fingerprint for each in sightings(held_as_closed(of, "g", False, day.now + timedelta(hours=1)))}
        for of in (day.standing, replace(day.standing, plan=wider))
    )
    assert one == two and one


def test_an_entry_of_a_newer_release_leaves_the_verdict_open() -> None:
    """What it says may be what fails the game day: it is told by its kind, and nothing is green meanwhile."""
    day = drilled(RunOutcome(Verdict.PASSED, Cleanup.CLEAN))
    day.entries.append(Entry(len(day.entries) + 1, day.now, DIRECTOR, Kind.UNKNOWN, {"kind": "overruled"}))
    assert judge(day.standing)[0] is Verdict.INCONCLUSIVE and "a newer release: overruled" in texts(day)


def test_what_has_no_criterion_or_goes_on_is_never_passed() -> None:
    """Nothing says when it would have been met; and nothing is known of what is yet to come."""
    day = drilled(RunOutcome(Verdict.PASSED, Cleanup.CLEAN))
    bare = replace(day.standing, plan=replace(PLAN, criteria=()))
    assert judge(bare)[0] is Verdict.INCONCLUSIVE
    assert "it has no success criterion" in [each.text for each in judge(bare)[1]]
    under_way = started()
    under_way.all([*PLAYED, *RATINGS])
    assert judge(under_way.standing)[0] is Verdict.INCONCLUSIVE and "it has not ended" in texts(under_way)


def test_a_drill_that_has_not_ended_is_waited_for_at_the_close() -> None:
    """Neither an end nor the close after an abort is had before: both name its run."""
    day = started()
    day.all([*PLAYED, (DRILL, EXECUTOR)])
    with pytest.raises(UsageError, match=r"drills under way: shop-database \(run r-1"):
        day.do(End(), DIRECTOR)
    day.do(Abort("errors rose"), DIRECTOR)
    with pytest.raises(UsageError, match=r"runs that did not end: r-1"):
        day.do(Close(), DIRECTOR)
    day.runs["r-1"] = RunOutcome(Verdict.ABORTED, Cleanup.CLEAN)
    day.do(Close(), DIRECTOR)
    assert judge(day.standing)[0] is Verdict.ABORTED


def test_an_abort_is_a_finding_at_once() -> None:
    """By whom and why, at the director; nothing is shown to hold by it."""
    day = started()
    day.do(Abort("errors rose"), DIRECTOR)
    held = held_as_aborted(day.standing, "gd-1", False, day.now)
    assert [(each.severity, each.rule) for each in held.gaps] == [(Severity.HIGH, Rule.EXERCISE_ABORTED)]
    assert held.gaps[0].detail.endswith("errors rose")
    assert not held.shown
    assert judge(day.standing)[0] is Verdict.ABORTED


def test_a_criterion_that_was_not_met_is_a_gap_of_its_own() -> None:
    """A critical one is grave, and fails it."""
    day = started()
    day.all(PLAYED)
    day.do(DRILL, EXECUTOR)
    day.runs["r-1"] = RunOutcome(Verdict.PASSED, Cleanup.CLEAN)
    day.all([(End(), DIRECTOR), (Rate("restored", Rating.UNABLE, "no"), EVALUATOR)])
    day.do(Rate("told", Rating.MAJOR_CHALLENGES, "late"), EVALUATOR)
    held = held_as_closed(day.standing, "gd-1", False, day.now)
    assert {(each.subject, each.severity) for each in held.gaps} == {
        ("restored", Severity.HIGH),
        ("told", Severity.MEDIUM),
    }
    assert judge(day.standing)[0] is Verdict.FAILED


@pytest.mark.parametrize(
    ("outcome", "gone"),
    [
        (None, False),
        (RunOutcome(Verdict.PASSED, Cleanup.CLEAN), True),
        (RunOutcome(Verdict.ABORTED, Cleanup.LEFTOVERS), False),
    ],
)
def test_of_a_drill_nothing_is_left_where_its_run_proves_it(outcome: RunOutcome | None, gone: bool) -> None:
    """Of one that has begun and is silent nobody knows."""
    day = started()
    day.all(PLAYED)
    day.do(DRILL, EXECUTOR)
    if outcome is not None:
        day.runs["r-1"] = outcome
    assert [each.gone for each in day.standing.drills] == [gone]
