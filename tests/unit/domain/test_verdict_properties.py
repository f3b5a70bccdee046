"""The verdict, over whatever a run may have recorded, as properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.judge.measure import Fault, Record, clocks
from dr_orchestrator.domain.objective import Limit, Objective, Operator
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import CheckResult, Phase, Step
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from tests.support.records import (
    OPENED,
    US,
    event,
    minutes,
    run_with,
    step,
)

# The same examples in every run: a property that fails, fails for everybody.
steady = settings(derandomize=True, database=None, deadline=None, max_examples=100)

SECOND = timedelta(seconds=1)
AT_MOST_A_WEEK = st.timedeltas(-timedelta(days=7), timedelta(days=7))
SPANS = st.timedeltas(US, timedelta(days=3))
MOMENTS = st.lists(st.sampled_from(list(Moment)), unique=True)


OUTCOMES = st.sampled_from(Outcome)
INSTANTS = st.one_of(st.none(), st.integers(-90, 5).map(lambda number: OPENED + number * minutes(1)))
STORES = st.sampled_from(["", "orders", "archive"])
LIMITS = st.one_of(st.none(), st.builds(Limit, st.sampled_from([minutes(30), minutes(240)]), st.sampled_from(Operator)))
MOSTLY = st.sampled_from([True, True, True, False])
PASSING = st.one_of(st.just(Outcome.PASSED), st.just(Outcome.PASSED), OUTCOMES)
CHECKS = st.builds(
    CheckResult,
    st.sampled_from(["rows", "heartbeat", "more"]),
    st.just("expected"),
    st.just("observed"),
    PASSING,
    mandatory=MOSTLY,
    newest=INSTANTS,
    canary=MOSTLY,
    proves_data=MOSTLY,
    store=STORES,
)
POINTS = st.builds(
    RecoveryPoint,
    st.sampled_from(["one", "other"]),
    st.sampled_from(PointKind),
    st.integers(-60, 0).map(lambda number: OPENED + number * minutes(1)),
    st.just("field"),
    reference=st.one_of(st.none(), st.none(), st.just(OPENED - minutes(30))),
    store=STORES,
)
ON_THE_CLOCK = (Phase.RECOVER, Phase.VERIFY)


@st.composite
def broken_events(draw: Any) -> list[Event]:
    """Moments in order or in disorder, some missing, one perhaps read from a clock that was set."""
    offsets = draw(st.lists(st.integers(0, 200), min_size=11, max_size=11))
    moments = [each for each in Moment if draw(MOSTLY)]
    made = [event(each, minutes(offset)) for each, offset in zip(moments, sorted(offsets), strict=False)]
    return [replace(each, at=each.at + draw(st.sampled_from([timedelta(), SECOND, minutes(5)]))) for each in made]


@st.composite
def broken_steps(draw: Any) -> list[Step]:
    """Steps that may overlap, take no time, or not have passed."""
    phases = draw(st.lists(st.sampled_from(Phase), max_size=4))
    lasts = st.sampled_from([1, 2, 4, 5, 0]).map(minutes)
    return [
        step(number, f"step {number}", minutes(4 * number), draw(lasts), outcome=draw(PASSING), phase=phase)
        for number, phase in enumerate(phases, start=1)
    ]


SPOILT: dict[str, st.SearchStrategy[Any]] = {
    "events": broken_events(),
    "steps": broken_steps(),
    "checks": st.lists(CHECKS, max_size=4),
    "points": st.lists(POINTS, max_size=2),
    "worst_cases": st.lists(st.sampled_from([WorstCase(minutes(20), "g"), WorstCase(minutes(900), "g")]), max_size=2),
    "cleanup": st.sampled_from(Cleanup),
    "objective": st.builds(Objective, LIMITS, LIMITS, st.just("t")),
    "fault": st.sampled_from(
        [Fault(Outcome.FAILED, "f"), Fault(Outcome.INCONCLUSIVE, "i"), Fault(Outcome.ABORTED, "a")]
    ),
    "planned_checks": st.sampled_from([(), ("rows", "heartbeat", "more")]),
}


@st.composite
def records(draw: Any) -> Record:
    """The good run, spoilt in none, some or all of its parts."""
    spoilt = draw(st.sets(st.sampled_from(sorted(SPOILT)), max_size=4))
    return run_with(**{name: draw(SPOILT[name]) for name in sorted(spoilt)})


@settings(steady, max_examples=250)
@given(records())
def test_no_run_is_green_by_accident(record: Record) -> None:
    """A green verdict needs every one of: checks, figures, evidence, clocks, a promise that was kept."""
    judged = judge(record)
    if not judged.verdict.green:
        return
    measures, objective = judged.measures, record.header.objective
    mandatory = [check for check in record.checks if check.mandatory]
    assert mandatory
    assert all(check.outcome is Outcome.PASSED for check in mandatory)
    assert set(record.header.planned_checks) <= {check.name for check in record.checks}
    assert measures.rta is not None
    assert measures.rta > timedelta()
    assert measures.rpa is not None
    assert measures.rpa >= timedelta()
    assert measures.rpa_grade in tuple("ABCD")
    assert record.points
    assert not clocks(record).faults
    assert record.fault is None
    assert all(each.outcome is Outcome.PASSED for each in record.steps if each.phase in (Phase.PREPARE, Phase.RECOVER))
    assert objective.rto or objective.rpo
    assert objective.rto is None or objective.rto.kept_by(measures.rta, measures.rta_clock_error)
    assert objective.rpo is None or objective.rpo.kept_by(measures.rpa, measures.rpa_clock_error)
    assert all(moment in {each.moment for each in record.events} for moment in (Moment.DISRUPTION, Moment.DECLARED))


@settings(steady, max_examples=150)
@given(records())
def test_the_rpa_is_no_better_than_any_heartbeat_and_store(record: Record) -> None:
    """No heartbeat is older than a measured RPA says, and no store's grade is better than what was read of it."""
    measures = judge(record).measures
    if measures.rpa is None or measures.rpa_grade == "E" or not record.points:
        return
    assert measures.rpa_reference is not None
    beats = [check for check in record.checks if check.canary and check.proves_data]
    assert all(check.newest is not None and check.outcome in ("passed", "failed") for check in beats)
    assert all(measures.rpa >= measures.rpa_reference - check.newest for check in beats if check.newest)
    if measures.rpa_grade == "A":
        assert len(beats) >= len(record.points)
        names = {point.store for point in record.points}
        assert len(record.points) == 1 or names == {check.store for check in beats} & names


def test_the_generator_makes_green_runs() -> None:
    """A property over runs of which none is green would promise nothing."""
    seen: set[Verdict] = set()

    @settings(steady, max_examples=300)
    @given(records())
    def look(record: Record) -> None:
        seen.add(judge(record).verdict)

    look()
    assert seen == set(Verdict)


@pytest.mark.parametrize("duration", [timedelta(), -US, -timedelta(days=1)])
@pytest.mark.parametrize("phase", ON_THE_CLOCK)
def test_a_step_on_the_clock_takes_time(duration: timedelta, phase: Phase) -> None:
    """Zero and negative step times are clock faults on the recovery clock, wherever the run passed."""
    odd = Step(9, "odd", phase, OPENED + minutes(50), minutes(50), None, duration, Outcome.PASSED)
    judged = judge(run_with(steps=[odd]))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert judged.reasons == ("step 'odd' took no time or less, so that RTA cannot be told",)
    assert (judged.measures.rta, judged.measures.rpa) == (None, minutes(21))
