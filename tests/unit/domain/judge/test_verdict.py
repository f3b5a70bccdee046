"""The verdict: a good run passes, and every way to be green by accident does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.judge.judgement import Fault, Record, judge
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Limit, Objective, Operator
from dr_orchestrator.domain.recovery_point import PointKind, WorstCase
from dr_orchestrator.domain.run import PROBE, Phase, Role
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict, WorstCaseVerdict
from tests.support.records import (
    CONTINUOUS,
    GOOD,
    HEARTBEAT,
    OPENED,
    POINT,
    PROVENANCE,
    ROWS,
    RPO,
    RTO,
    STEPS,
    US,
    event,
    events,
    minutes,
    run_with,
    step,
)

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.INCONCLUSIVE
NO_TARGET = Objective(None, None, "tier 3")
DISRUPTED = OPENED + minutes(1)


def test_a_run_that_kept_its_promise_passes() -> None:
    """Only then, and the reasons say by how much."""
    judged = judge(GOOD)
    assert judged.verdict is PASSED
    assert judged.reasons == ("RTO met: 1 h against < 4 h", "RPO met: 21 m against < 1 h")
    assert (judged.measures.rta, judged.measures.rpa, judged.measures.rpa_grade) == (minutes(60), minutes(21), "A")
    assert judged.worst_case_verdict is WorstCaseVerdict.MET
    assert judged.findings == ()


# Each line: what was spoiled, the verdict, and words that its reason must hold.
SPOILED: list[tuple[str, dict[str, Any], Verdict, str]] = [
    ("no checks at all", {"checks": [], "planned_checks": ()}, UNKNOWN, "no mandatory check of the data ran"),
    ("nothing but optional checks", {"checks": [replace(ROWS, mandatory=False)]}, UNKNOWN, "no mandatory check"),
    ("only the surface", {"checks": [replace(ROWS, proves_data=False)]}, UNKNOWN, "no mandatory check of the data"),
    ("zero rows", {"checks": [replace(ROWS, outcome=Outcome.FAILED, observed="0 rows"), HEARTBEAT]}, FAILED, "0 rows"),
    ("a crash", {"checks": [replace(ROWS, outcome=Outcome.INCONCLUSIVE), HEARTBEAT]}, UNKNOWN, "could not tell"),
    ("a skip", {"checks": [replace(ROWS, outcome=Outcome.SKIPPED), HEARTBEAT]}, UNKNOWN, "could not tell"),
    ("a check not reached", {"checks": [HEARTBEAT]}, Verdict.PARTIAL, "check 'rows' was not reached"),
    ("never verified", {"events": events()[:4]}, UNKNOWN, "RTA was not measured"),
    ("no event", {"events": []}, UNKNOWN, "RTA was not measured"),
    ("no point, no instant", {"checks": [ROWS], "points": [], "planned_checks": ()}, UNKNOWN, "RPA was not measured"),
    ("no target", {"objective": NO_TARGET}, UNKNOWN, "no target"),
    ("RTA at the limit", {"events": events(RTO)}, FAILED, "RTO missed: 4 h against < 4 h (tier 1)"),
    ("RTA over the limit by a microsecond", {"events": events(RTO + US)}, FAILED, "RTO missed: 4 h 00 m 01 s"),
    (
        "RPA at the limit",
        {"checks": [ROWS, replace(HEARTBEAT, newest=DISRUPTED - RPO)]},
        FAILED,
        "RPO missed: 1 h against < 1 h",
    ),
    ("an RTA of nothing", {"events": events(timedelta())}, UNKNOWN, "RTA is zero or negative"),
    ("a negative RTA", {"events": events(-minutes(5), minutes(30))}, UNKNOWN, "RTA is zero or negative"),
    (
        "rows from the future",
        {"checks": [ROWS, replace(HEARTBEAT, newest=DISRUPTED + US)]},
        UNKNOWN,
        "RPA is negative: the copy holds data from after 2026-11-20 09:01:00 UTC",
    ),
    (
        "a step that took no time",
        {"steps": [step(1, "restore", minutes(1), timedelta())]},
        UNKNOWN,
        "step 'restore' took no time or less",
    ),
    (
        "a step that ran backwards",
        {"steps": [step(1, "restore", minutes(1), -minutes(1))]},
        UNKNOWN,
        "step 'restore' took no time or less",
    ),
    (
        "steps that overlap",
        {"steps": [step(1, "a", minutes(1), minutes(9)), step(2, "b", minutes(5), minutes(1))]},
        UNKNOWN,
        "steps 'a' and 'b' overlap",
    ),
    (
        "a wall clock set back",
        {"events": [*events()[:-1], replace(events()[-1], at=OPENED)]},
        UNKNOWN,
        "the wall clock jumped between 'data verified' and 'service verified'",
    ),
    (
        "a wall clock set back before the disruption",
        {"steps": [replace(STEPS[0], offset=timedelta(), duration=US, started_at=OPENED + minutes(300))]},
        UNKNOWN,
        "the wall clock jumped between step 'choose snapshot' and 'disruption'",
    ),
    (
        "a fault that a script swallowed",
        {"steps": [replace(STEPS[0], outcome=Outcome.FAILED, detail="denied")]},
        UNKNOWN,
        "step 'choose snapshot' did not pass: denied",
    ),
    (
        "a step that did not end",
        {"steps": [replace(STEPS[0], outcome=None, duration=None)]},
        UNKNOWN,
        "step 'choose snapshot' did not pass: it did not end",
    ),
]


@pytest.mark.parametrize(("spoiled", "verdict", "reason"), [each[1:] for each in SPOILED], ids=[e[0] for e in SPOILED])
def test_green_by_accident(spoiled: dict[str, Any], verdict: Verdict, reason: str) -> None:
    """Each way to be green by accident has its verdict, and its reason names the cause."""
    judged = judge(run_with(**spoiled))
    assert judged.verdict is verdict
    assert not judged.verdict.green
    assert reason in "; ".join(judged.reasons)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.INCONCLUSIVE])
@pytest.mark.parametrize("mandatory", [True, False])
def test_a_missing_heartbeat_is_replaced_by_nothing(outcome: Outcome, mandatory: bool) -> None:
    """A canary that should be there and is not leaves only arithmetic: no younger row and no grade C stand in."""
    missing = replace(HEARTBEAT, newest=None, outcome=outcome, mandatory=mandatory)
    younger = replace(ROWS, newest=DISRUPTED - minutes(1))
    judged = judge(run_with(checks=[younger, missing], points=[CONTINUOUS]))
    assert (judged.measures.rpa, judged.measures.rpa_grade) == (minutes(30), "E")
    assert judge(run_with(checks=[younger, missing], points=[CONTINUOUS], worst_cases=[])).measures.rpa is None
    assert not judged.verdict.green
    if not (mandatory and outcome is Outcome.FAILED):
        assert judged.verdict is UNKNOWN


FAULTS = {
    FAILED: Fault(Outcome.FAILED, "rds:DescribeDBSnapshots: no available snapshot of orders-prod"),
    UNKNOWN: Fault(Outcome.INCONCLUSIVE, "rds:DescribeDBSnapshots: AccessDenied"),
    Verdict.ABORTED: Fault(Outcome.ABORTED, "stopped on request"),
}


@pytest.mark.parametrize("verdict", FAULTS)
def test_a_fault_makes_the_verdict(verdict: Verdict) -> None:
    """Not recoverable is FAILED, not measured INCONCLUSIVE, a stop ABORTED; the reason names the call."""
    fault = FAULTS[verdict]
    judged = judge(run_with(fault=fault, events=events()[:4], checks=[], points=[]))
    assert judged.verdict is verdict
    assert judged.reasons[0] == fault.text


def test_a_stop_outweighs_everything() -> None:
    """A drill that was stopped is ABORTED, whatever had failed before; the failure stays among the reasons."""
    failing = replace(ROWS, outcome=Outcome.FAILED)
    judged = judge(run_with(fault=FAULTS[Verdict.ABORTED], checks=[failing], events=events(RTO)))
    assert judged.verdict is Verdict.ABORTED
    assert any("check 'rows' failed" in reason for reason in judged.reasons)


LADDER: list[tuple[Verdict, Callable[[Record], Record]]] = [
    (Verdict.ABORTED, lambda record: run_with(record, fault=FAULTS[Verdict.ABORTED])),
    (FAILED, lambda record: run_with(record, checks=[replace(ROWS, outcome=Outcome.FAILED), *record.checks[1:]])),
    (UNKNOWN, lambda record: run_with(record, objective=NO_TARGET)),
    (Verdict.PARTIAL, lambda record: run_with(record, planned_checks=("rows", "heartbeat", "more"))),
    (Verdict.PASSED_WITH_FINDINGS, lambda record: run_with(record, cleanup=Cleanup.LEFTOVERS)),
]


@given(st.sets(st.integers(0, len(LADDER) - 1)))
def test_the_first_that_applies_is_the_verdict(applying: set[int]) -> None:
    """Whatever combination of troubles a run has, its verdict is the highest of them in precedence."""
    record = GOOD
    for index in applying:
        record = LADDER[index][1](record)
    expected = LADDER[min(applying)][0] if applying else PASSED
    assert judge(record).verdict is expected


def test_a_recovery_of_26_hours_reads_26_hours() -> None:
    """Nothing wraps at a day."""
    judged = judge(run_with(events=events(timedelta(hours=26))))
    assert judged.reasons == ("RTO missed: 26 h against < 4 h (tier 1)",)


@given(st.timedeltas(US, RTO - US))
def test_below_the_limit_is_met(rta: timedelta) -> None:
    """Every positive time under a strict limit keeps it, unrounded: 3:59:59.999999 is met."""
    assert judge(run_with(events=events(rta))).verdict.green


def test_at_most_is_met_at_equality_but_without_headroom() -> None:
    """`<=` is kept at equality; that nothing was left of the target is worth a finding."""
    objective = Objective(Limit(RTO, Operator.AT_MOST), Limit(RPO), "tier 1")
    judged = judge(run_with(objective=objective, events=events(RTO)))
    assert judged.verdict is Verdict.PASSED_WITH_FINDINGS
    assert judged.reasons[-1].startswith("RTO headroom is thin: 0")


# Allowances and the start of the clock.


def test_the_allowances_are_on_top_when_judged_from_the_disruption() -> None:
    """What a scheduled drill does not exercise (detection, decision) is added before it is judged."""
    policy = ClockPolicy(ClockStart.DISRUPTION, minutes(10), minutes(5))
    judged = judge(run_with(policy=policy, events=events(RTO - minutes(15))))
    assert judged.measures.rta == RTO
    assert judged.verdict is FAILED
    assert judged.measures.rta_from_disruption == RTO - minutes(15)


def test_judged_from_the_declaration_it_counts_from_there() -> None:
    """Both spans are kept; the policy says which is judged."""
    policy = ClockPolicy(ClockStart.DECLARATION, minutes(60), minutes(60))
    late = [event(Moment.DISRUPTION, minutes(1)), event(Moment.DECLARED, minutes(31)), *events()[-2:]]
    judged = judge(run_with(policy=policy, events=late))
    assert judged.measures.rta == judged.measures.rta_from_declaration == minutes(30)
    assert judged.measures.rta_from_disruption == minutes(60)


def test_an_allowance_does_not_hide_a_broken_clock() -> None:
    """A recovery that ended before it began is INCONCLUSIVE though the allowance makes the figure positive."""
    policy = ClockPolicy(ClockStart.DISRUPTION, minutes(60), minutes(60))
    judged = judge(run_with(policy=policy, events=events(-minutes(5), minutes(30))))
    assert judged.verdict is UNKNOWN
    assert "RTA is zero or negative" in judged.reasons


def test_without_a_disruption_nothing_is_judged_from_it() -> None:
    """The clock is never exchanged for another: with no disruption noted, RTA is not measured."""
    judged = judge(run_with(events=events()[2:]))
    assert judged.measures.rta is None
    assert judged.verdict is UNKNOWN


# The worst case.


@pytest.mark.parametrize(
    ("cases", "verdict"),
    [
        ([], WorstCaseVerdict.NOT_MEASURED),
        ([WorstCase(RPO - US, "gap")], WorstCaseVerdict.MET),
        ([WorstCase(RPO, "gap")], WorstCaseVerdict.MISSED),
        ([WorstCase(minutes(1), "gap"), WorstCase(timedelta(days=1), "gap")], WorstCaseVerdict.MISSED),
        ([WorstCase(-minutes(1), "gap")], WorstCaseVerdict.NOT_MEASURED),
    ],
)
def test_the_worst_case_has_a_verdict_of_its_own(cases: list[WorstCase], verdict: WorstCaseVerdict) -> None:
    """The worst of all stores is held against the RPO; a negative one is no measure."""
    assert judge(run_with(worst_cases=cases)).worst_case_verdict is verdict


def test_a_lucky_drill_does_not_hide_a_daily_snapshot() -> None:
    """A met RPO with recovery points that cannot guarantee it passes with a finding."""
    judged = judge(run_with(worst_cases=[WorstCase(timedelta(hours=24), "largest gap between 90 snapshots")]))
    assert judged.verdict is Verdict.PASSED_WITH_FINDINGS
    assert judged.findings[0].detail == "Worst case 24 h: largest gap between 90 snapshots."


def test_no_worst_case_is_less_than_what_the_drill_itself_lost() -> None:
    """A lag that is shorter when it is looked up does not make less of it; an asked instant was no disaster's."""
    lag, point = [WorstCase(minutes(5), "lag")], replace(CONTINUOUS, data_time=OPENED - RPO)
    lost = judge(run_with(points=[point], checks=[ROWS, replace(HEARTBEAT, newest=point.data_time)], worst_cases=lag))
    assert (lost.measures.worst_case, lost.worst_case_verdict) == (RPO + minutes(1), WorstCaseVerdict.MISSED)
    assert lost.measures.worst_case_source.endswith("lay that far back; afterwards 5 m: lag")
    asked = judge(run_with(points=[replace(point, reference=point.data_time)], worst_cases=lag))
    assert (asked.measures.worst_case, asked.measures.worst_case_source) == (minutes(5), "lag")


def test_without_a_target_there_is_no_worst_case_verdict() -> None:
    """No RPO, nothing to miss; and it is shown as such."""
    assert judge(run_with(objective=Objective(Limit(RTO), None, "t"))).worst_case_verdict is WorstCaseVerdict.NO_TARGET


# Findings.


@pytest.mark.parametrize("cleanup", [Cleanup.LEFTOVERS, Cleanup.UNPROVEN])
def test_a_copy_that_may_still_exist_is_a_finding(cleanup: Cleanup) -> None:
    """Whatever the recovery was worth, an unproven clean-up is never silent."""
    judged = judge(run_with(cleanup=cleanup, cleanup_reasons=["rds-instance dro-x: throttled"]))
    assert judged.verdict is Verdict.PASSED_WITH_FINDINGS
    assert "dro-x" in judged.findings[0].detail


@pytest.mark.parametrize(("rta", "thin"), [(RTO * 0.81, True), (RTO * 0.8, False), (RTO * 0.5, False)])
def test_thin_headroom_is_a_finding(rta: timedelta, thin: bool) -> None:
    """Less than a fifth of the target left is worth knowing before it is missed."""
    found = [item.title for item in judge(run_with(events=events(rta))).findings]
    assert [title[:24] for title in found] == (["RTO headroom is thin: 19"] if thin else [])


def test_an_optional_check_that_fails_is_a_finding() -> None:
    """It does not fail the drill, and it is not forgotten either."""
    optional = replace(ROWS, name="extra", mandatory=False, outcome=Outcome.FAILED, observed="3 rows")
    judged = judge(run_with(checks=[ROWS, HEARTBEAT, optional]))
    assert judged.verdict is Verdict.PASSED_WITH_FINDINGS
    assert judged.findings[0].detail == "3 rows"


def probed(*tries: bool, told: str = "what was seen") -> list[Any]:
    """The steps of a run that was to try to reach production, and each time did or could not."""
    probe = {"phase": Phase.TEARDOWN, "role": Role.PROBE, "detail": told}
    numbered = enumerate(tries, start=len(STEPS) + 1)
    return [*STEPS, *(step(n, PROBE, minutes(44 + n), US, tried=tried, **probe) for n, tried in numbered)]


def test_a_copy_that_was_not_probed_is_a_finding() -> None:
    """Nobody knows whether production answers it; the step passed, and the run is green with that finding at most."""
    judged = judge(run_with(steps=probed(False, told="not probed: no extension dblink")))
    assert judged.verdict is Verdict.PASSED_WITH_FINDINGS
    (item,) = judged.findings
    assert (item.title, item.detail) == (
        "That production does not answer the copy was not tried",
        "not probed: no extension dblink",
    )
    assert item.title in judged.reasons


def test_a_probe_that_was_answered_by_silence_is_no_finding() -> None:
    """Nor one that failed to try at first, and tried when the run was resumed."""
    assert judge(run_with(steps=probed(True))).findings == ()
    assert judge(run_with(steps=probed(False, True))).findings == ()


def test_a_lab_is_not_blamed_for_having_no_network() -> None:
    """A simulated run is no evidence anyway: what cannot be tried there is no finding."""
    simulated = replace(PROVENANCE, simulated=True)
    record = run_with(steps=probed(False), provenance=simulated)
    assert judge(record).findings == ()


def test_a_fallback_without_a_target_is_a_finding() -> None:
    """A fallback that nobody holds to anything is told."""
    judged = judge(run_with(path=RecoveryPath.FALLBACK, objective=Objective(Limit(RTO), None, "t")))
    assert "A fallback without a target" in [item.title for item in judged.findings]


def fingerprint_of(fault: Fault, run: str = "20261120-abc123") -> str:
    """The fingerprint of the one finding of a run that a fault ended."""
    (found,) = judge(run_with(id=run, fault=fault, events=[], checks=[], points=[], worst_cases=[])).findings
    return found.fingerprint


@given(st.text(), st.text())
def test_the_same_trouble_has_the_same_fingerprint_in_every_run(message: str, other: str) -> None:
    """Whatever is said of it, in whichever run: a finding is known again by the step, the call and the cause."""
    cause = ("wait until ready", "rds:DescribeDBInstances")
    first = fingerprint_of(Fault(Outcome.FAILED, message, cause))
    assert first == fingerprint_of(Fault(Outcome.FAILED, other, cause), "20270220-def456")
    assert first != fingerprint_of(Fault(Outcome.FAILED, message, ("restore snapshot", "rds:DescribeDBInstances")))


@given(st.timedeltas(RTO, timedelta(days=3)), st.timedeltas(RTO, timedelta(days=3)))
def test_a_missed_objective_is_one_finding_however_far_it_was_missed(first: timedelta, second: timedelta) -> None:
    """By three minutes or three days: the same finding, which a ticket can be kept for."""
    one, other = (judge(run_with(events=events(rta))).findings for rta in (first, second))
    assert [item.fingerprint for item in one] == [item.fingerprint for item in other]


def test_no_finding_hides_another() -> None:
    """Checks with long names that begin alike fail as two findings, not as one."""
    names = ("newest order of the shop table", "newest order of the shop archive")
    failing = [replace(ROWS, name=name, outcome=Outcome.FAILED) for name in names]
    judged = judge(run_with(checks=[*failing, HEARTBEAT], events=events(RTO)))
    assert len({item.fingerprint for item in judged.findings}) == len(judged.findings) == 3


def test_the_lab_clock_may_jitter_by_a_real_second() -> None:
    """At pace 120 two lab minutes of scheduling noise are no jump; at pace 1 they are."""
    shaken = [*events()[:-1], replace(events()[-1], at=events()[-1].at + minutes(1.9))]
    fast = replace(PROVENANCE, pace=120.0, simulated=True)
    assert judge(run_with(events=shaken, provenance=fast)).verdict is PASSED
    assert judge(run_with(events=shaken)).verdict is UNKNOWN


def test_a_teardown_that_takes_no_time_is_no_clock_fault() -> None:
    """Only steps on the recovery clock must take time: a fast teardown spoils nothing."""
    quick = step(4, "destroy copy", minutes(90), timedelta(), phase=Phase.TEARDOWN)
    assert judge(run_with(steps=[*STEPS, quick])).verdict is PASSED


@pytest.mark.parametrize("kind", PointKind)
def test_a_reason_is_told_once(kind: PointKind) -> None:
    """Reasons are not repeated."""
    judged = judge(run_with(checks=[ROWS, ROWS, HEARTBEAT], points=[replace(POINT, kind=kind)], objective=NO_TARGET))
    assert len(set(judged.reasons)) == len(judged.reasons)
