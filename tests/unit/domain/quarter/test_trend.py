"""The trend of a drill: what is not alike is neither joined nor compared, and what got worse is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.objective import Goal, Limit
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.quarter.trend import Point, Regression, Series, quarters_until, regressions, trends, worse
from dr_orchestrator.domain.verdict import Verdict
from tests.support.programmes import HOUR, Q4, RTO, ran

MINUTE = timedelta(minutes=1)


def at(back: int) -> datetime:
    """An instant in the quarter so many before the fourth of 2026."""
    return Q4.moved(-back).start("UTC") + timedelta(days=20)


def series(*runs: Ran) -> Series:
    (found,) = trends(runs, Q4, "UTC")
    return found


def last(*runs: Ran) -> Point:
    point = series(*runs).newest
    assert point is not None
    return point


def found(*runs: Ran) -> list[Regression]:
    return regressions(trends(runs, Q4, "UTC"))


def test_eight_quarters_are_told_with_their_gaps() -> None:
    """A quarter without a run has no point; runs before and after the eight are left out."""
    told = series(ran(at=at(8)), ran(at=at(7)), ran(at=at(2)), ran(at=Q4.end("UTC")))
    assert [point is not None for point in told.points] == [True, False, False, False, False, True, False, False]
    assert quarters_until(Q4)[0] == Q4.moved(-7)
    assert told.newest is None
    assert found(ran(at=at(7)), ran(at=at(2))) == []


def test_for_a_quarter_its_newest_word_on_aws_speaks() -> None:
    """A later simulated run, an aborted one and an open one do not; that another did not pass is told."""
    failed, passed = ran(at=at(0), verdict=Verdict.FAILED), ran(at=at(0) + HOUR)
    rest = [ran(at=at(0) + 2 * HOUR, world=World.LAB), ran(at=at(0) + 3 * HOUR, verdict=Verdict.ABORTED)]
    point = last(failed, passed, *rest, ran(at=at(0) + 4 * HOUR, verdict=None))
    assert (point.run, point.runs, point.unpassed) == (passed, 2, 1)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"world": World.SEEDED}, "the run before is seeded"),
        ({"world": World.LAB}, "the run before is simulated"),
        ({"resource_id": "another"}, "another resource"),
        ({"resource": "x", "resource_id": "y", "selection": "random"}, "another resource and choice of points"),
    ],
)
def test_what_is_not_alike_is_not_compared(more: dict[str, Any], why: str) -> None:
    """Neither joined nor a regression, and the page says why; a comparable one further back still counts."""
    before = ran(at=at(1), rta=MINUTE, **more)
    point = last(before, ran(at=at(0), rta=3 * HOUR))
    assert (dict(point.before), point.apart) == ({}, why)
    assert found(before, ran(at=at(0), rta=3 * HOUR)) == []
    assert last(ran(at=at(1)), ran(at=at(0), world=World.LAB)).apart == "the run before is on AWS"
    earlier = ran(at=at(2))
    assert last(earlier, before, ran(at=at(0))).before == {Goal.RTO: earlier, Goal.RPO: earlier}


def test_a_run_that_measured_nothing_hides_no_regression() -> None:
    """The figure is compared with the newest comparable one that was measured, over those that were not."""
    unmeasured = ran(at=at(1), verdict=Verdict.INCONCLUSIVE, rta=None, rpa=2 * HOUR, rpa_grade="E")
    good, bad = ran(at=at(2)), ran(at=at(0), rta=3 * HOUR)
    assert last(good, unmeasured, bad).before == {Goal.RTO: good, Goal.RPO: good}
    (one,) = found(good, unmeasured, bad)
    assert (one.goal, one.measure, one.was.actual, one.now.actual) == (Goal.RTO, "RTA", HOUR, 3 * HOUR)
    assert last(good, unmeasured, bad).apart == ""


def test_a_moved_target_and_another_definition_are_marked() -> None:
    """They do not hide a regression: its words say so."""
    before = ran(at=at(1), rto=Limit(2 * HOUR), rpo=None)
    now = ran(at=at(0), rta=2 * HOUR, definition="other")
    point = last(before, now)
    assert point.moved == ("RTO < 4 h, was < 2 h", "RPO < 1 h, was none")
    assert point.redefined
    (one,) = found(before, now)
    assert one.words == (
        "RTA 2 h, was 1 h (target < 4 h; the target of then, < 2 h, would be missed); RTO < 4 h, was < 2 h; "
        "RPO < 1 h, was none; the drill was defined otherwise then"
    )


def test_a_kept_target_that_is_missed_is_a_regression_however_near() -> None:
    """One microsecond over the limit is missed; loss counts as time does."""
    before, now = ran(at=at(1), rta=RTO.value - MINUTE), ran(at=at(0), rta=RTO.value, verdict=Verdict.FAILED)
    (one,) = found(before, now)
    assert one.words == "RTA 4 h, was 3 h 59 m (target < 4 h, missed now)"
    (loss,) = found(ran(at=at(1)), ran(at=at(0), rpa=17 * MINUTE))
    assert (loss.measure, loss.words) == ("RPA", "RPA 17 m, was 10 m (target < 1 h)")


def test_the_rule_is_a_tenth_of_the_target() -> None:
    """At a tenth it is one, a second below it is none; what is better is none."""
    tenth = RTO.value / 10
    assert [len(found(ran(at=at(1)), ran(at=at(0), rta=HOUR + grown))) for grown in (tenth, tenth - MINUTE / 60)] == [
        1,
        0,
    ]
    assert found(ran(at=at(1), rta=3 * HOUR), ran(at=at(0))) == []


def test_regressions_on_aws_come_first() -> None:
    """Before those of seeded runs, whatever their tier."""
    seeded = [ran("s", at(back), world=World.SEEDED, tier=0, rta=HOUR * (3 - back)) for back in (1, 0)]
    real = [ran("r", at(back), tier=3, rta=HOUR * (3 - back)) for back in (1, 0)]
    assert [each.series.drill for each in found(*seeded, *real)] == ["r", "s"]


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from([None, 1, 60, 240]))
def test_worse_is_never_said_of_what_cannot_be_compared(was: int, now: int, limit: int | None) -> None:
    """Without a target, or of a recovery that took no time, there is none; and never of both directions at once."""
    target = Limit(limit * MINUTE) if limit else None
    one, other = (ran(rta=each * MINUTE, rto=target).against(Goal.RTO) for each in (was, now))
    assert not (worse(one, other) and worse(other, one))
    if target is None or not was or not now:
        assert not worse(one, other)


@pytest.mark.parametrize(
    ("limit", "taken", "said"),
    [
        (
            Limit(41 * HOUR),
            4 * HOUR,
            "(target < 41 h; the target of then, < 4 h, would be missed); RTO < 41 h, was < 4 h",
        ),
        (Limit(41 * HOUR), HOUR + RTO.value / 10, "(target < 41 h); RTO < 41 h, was < 4 h"),
        (None, 20 * HOUR, "(no target; the target of then, < 4 h, would be missed); RTO none, was < 4 h"),
    ],
)
def test_a_loosened_target_hides_no_regression(limit: Limit | None, taken: timedelta, said: str) -> None:
    """A figure is held against the stricter of both targets, and against the old one where there is none any more."""
    (one,) = found(ran(at=at(1)), ran(at=at(0), rta=taken, rto=limit))
    assert one.words.endswith(f"was 1 h {said}")


def test_a_newer_run_without_a_figure_hides_no_miss() -> None:
    """For each figure of the quarter the newest run speaks that measured it; for the promise the newest of all."""
    missed = ran(at=at(0), rta=9 * HOUR, verdict=Verdict.FAILED)
    silent = ran(at=at(0) + HOUR, verdict=Verdict.INCONCLUSIVE, rta=None, rpa=2 * MINUTE)
    (one,) = found(ran(at=at(1)), missed, silent)
    assert (one.goal, one.run) == (Goal.RTO, missed)
    point = last(ran(at=at(1)), missed, silent)
    assert (point.run, point.of(Goal.RTO), point.of(Goal.RPO)) == (silent, missed, silent)
    later = ran(at=at(-1), rta=11 * HOUR, verdict=Verdict.FAILED)
    (told,) = trends([missed, silent, later], Q4.moved(1), "UTC")
    assert told.newest is not None
    assert told.newest.before == {Goal.RTO: missed, Goal.RPO: silent}


def test_creep_is_a_regression_against_the_best() -> None:
    """Less than a tenth each quarter adds up: a fifth more than the best comparable one, which is named as the best."""
    creeping = [ran(at=at(back), rta=20 * MINUTE + 21 * MINUTE * (7 - back)) for back in reversed(range(8))]
    (one,) = found(*creeping)
    assert (one.before, one.run) == (creeping[0], creeping[-1])
    assert one.words == "RTA 2 h 47 m, was 20 m at its best of these quarters (target < 4 h)"
    assert found(*(replace(each, rta=HOUR + MINUTE * 6 * index) for index, each in enumerate(creeping))) == []
    assert found(replace(creeping[0], resource_id="another"), *creeping[6:]) == []
