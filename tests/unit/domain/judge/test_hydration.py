"""When a copy is whole: counted as the recovery time is, against an objective of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Limit
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Outcome, Verdict
from tests.support.cases import hydrated
from tests.support.records import GOOD, HOUR, STEPS, US, event, events, minutes, run_with


def test_a_copy_that_was_whole_in_time_is_told_so() -> None:
    """Beside RTO and RPO; the recovery time is what it was."""
    judged = judge(hydrated(minutes(50)))
    assert judged.verdict is Verdict.PASSED
    assert "hydration met: 50 m against < 1 h" in judged.reasons
    assert (judged.measures.whole_after, judged.measures.rta) == (minutes(50), minutes(30))


def test_a_mandatory_reading_that_came_too_late_fails() -> None:
    """Equality fails a `<`, as of every objective; it is a promise that was not kept."""
    judged = judge(hydrated(HOUR))
    assert judged.verdict is Verdict.FAILED
    assert "hydration missed: 1 h against < 1 h (tier 1)" in judged.reasons
    assert [found.severity for found in judged.findings if found.rule is Rule.HYDRATION_MISSED] == ["high"]
    assert judge(hydrated(HOUR - US)).verdict is Verdict.PASSED


def test_an_optional_reading_that_came_too_late_is_a_finding() -> None:
    """The service was verified in time: the drill passes, and somebody has to see to it."""
    judged = judge(hydrated(HOUR, mandatory=False))
    assert judged.verdict is Verdict.PASSED_WITH_FINDINGS
    assert [(found.rule, found.severity) for found in judged.findings] == [(Rule.HYDRATION_MISSED, "medium")]
    assert judge(hydrated(minutes(59), mandatory=False)).findings == ()


@pytest.mark.parametrize("mandatory", [True, False])
def test_an_objective_that_was_not_measured_is_told(mandatory: bool) -> None:
    """A sample leaves a copy that is not whole: the promise was not tried."""
    judged = judge(hydrated(None, mandatory=mandatory))
    assert judged.measures.whole_after is None
    assert [found.rule for found in judged.findings] == [Rule.HYDRATION_UNMEASURED]
    assert not any(reason.rule is Rule.HYDRATION_MET for reason in judged.grounds)


def test_without_an_objective_it_is_measured_and_not_judged() -> None:
    """However long it took."""
    record = replace(hydrated(timedelta(days=3)), header=GOOD.header)
    judged = judge(record)
    assert (judged.verdict, judged.findings) == (Verdict.PASSED, ())
    assert judged.measures.whole_after == timedelta(days=3)


def test_a_drill_that_reads_nothing_whole_has_nothing_to_tell() -> None:
    """The objective of a tier says nothing of its tables, and of drills without such a check."""
    objective = replace(GOOD.header.objective, hydration=Limit(HOUR))
    assert judge(run_with(objective=objective)).findings == ()


def test_it_is_counted_as_the_recovery_time_is() -> None:
    """From the disruption with the policy's allowances, or from the declaration without them."""
    declared = [replace(each, offset=minutes(9)) if each.moment is Moment.DECLARED else each for each in events()]
    read = [*declared, event(Moment.DATA_WHOLE, minutes(31))]
    policy = ClockPolicy(ClockStart.DISRUPTION, minutes(2), minutes(3))
    assert judge(run_with(events=read, policy=policy)).measures.whole_after == minutes(35)
    assert judge(run_with(events=read, policy=ClockPolicy(ClockStart.DECLARATION))).measures.whole_after == minutes(22)


def test_no_figure_comes_from_a_clock_that_is_bad() -> None:
    """As of the recovery time: what ran on it is not told."""
    record = replace(hydrated(minutes(50)), steps=[replace(STEPS[0], duration=timedelta())])
    judged = judge(record)
    assert (judged.measures.whole_after, judged.verdict) == (None, Verdict.INCONCLUSIVE)


def test_a_mandatory_reading_that_could_not_tell_is_inconclusive() -> None:
    """As any other mandatory check."""
    record = hydrated(None)
    checks = [replace(each, outcome=Outcome.INCONCLUSIVE) if each.reads_whole else each for each in record.checks]
    assert judge(replace(record, checks=checks)).verdict is Verdict.INCONCLUSIVE
