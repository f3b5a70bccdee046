"""A record for each rule that a judgement may end by, and words that mislead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain import lost_region, planes
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.failover import (
    FAILBACK,
    FAILOVER,
    NAMES,
    REFERENCE,
    Counted,
    Outage,
    Switched,
    Zones,
)
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.judge.judgement import Fault, Record
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import ClockPolicy, Disruption, Limit, Objective
from dr_orchestrator.domain.parity import Difference, Standing
from dr_orchestrator.domain.recovery_point import PointKind, WorstCase
from dr_orchestrator.domain.replica import Empty
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Phase, Role
from dr_orchestrator.domain.verdict import Cleanup, Outcome
from tests.support.records import (
    GOOD,
    HEARTBEAT,
    HOUR,
    MINUTE,
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

MISLEADING = (
    "not probed: the lab has no network",
    "try to reach production from the copy",
    "prove the copy's isolation",
    "verify",
    "A copy may still exist",
    "RTO missed: 5 h against < 4 h",
    "check 'rows' was not reached",
    "newest instant in the copy, check 'rows'",
    "SnapshotCreateTime of rds:orders-1",
    "missed",
    "met",
    "not measured",
    "no target",
    "no instant was read from the copy",
    "RPO",
    "arithmetic: E",
)


def difference(standing: Standing) -> Difference:
    """A setting in which the copy is not as its source."""
    return Difference("orders-db", "stream", "NEW_IMAGE", "off", standing, Severity.MEDIUM, "nobody hears of changes")


def probe(seq: int, outcome: Outcome, *, role: Role = Role.PROBE, tried: bool = True) -> Any:
    """A step off the recovery clock, after the checks."""
    details = {"role": role, "outcome": outcome, "tried": tried, "detail": "what came of it"}
    return step(seq, "a step for safety", minutes(44 + seq), US, phase=Phase.TEARDOWN, **details)


FAILED, UNKNOWN = Outcome.FAILED, Outcome.INCONCLUSIVE


LATE = replace(HEARTBEAT, newest=OPENED + HOUR)


ITSELF = replace(POINT, reference=POINT.data_time)


APART = [replace(POINT, store="a"), replace(POINT, id="rds:orders-2", store="b", data_time=OPENED - minutes(30))]


def hydrated(after: timedelta | None, *, mandatory: bool = True) -> Record:
    """A run whose blocks were to be read within an hour, and were so long after the disruption."""
    objective = replace(GOOD.header.objective, hydration=Limit(HOUR))
    whole = replace(ROWS, name="whole", reads_whole=True, mandatory=mandatory, proves_data=False)
    read = [event(Moment.DATA_WHOLE, MINUTE + after)] if after is not None else []
    return run_with(objective=objective, events=[*events(minutes(30)), *read], checks=[ROWS, HEARTBEAT, whole])


OTHER = Zones("b", "a")


def failed_over(
    outage: timedelta | None = MINUTE,
    back: timedelta = MINUTE,
    lost: int = 0,
    after: Zones = OTHER,
    *,
    dated: bool = True,
    usual: tuple[timedelta, timedelta] = REFERENCE,
) -> Record:
    """A failover, with a client's outage there and back."""
    zones, began = Zones("a", "b"), minutes(5)
    counted = Counted(201, 200, 200 - lost, lost, in_doubt=1, lost_for=timedelta(seconds=lost) if dated else None)
    seen = [Outage(began, began + each) if each is not None else None for each in (outage, back)]
    there = Switched(FAILOVER, began, zones, after, MINUTE, counted, seen[0], usual=usual)
    whole = replace(counted, lost=0, present=200, lost_for=timedelta())
    again = Switched(FAILBACK, began, after, zones, MINUTE, whole, seen[1])
    clock = [] if outage is None else [*events(start=began)[:4], event(Moment.SERVICE_VERIFIED, began + outage)]
    planned = (*NAMES.values(), "rows")
    return run_with(
        kind=Kind.AZ_FAILOVER,
        events=clock,
        checks=[there.result, again.result, ROWS],
        planned_checks=planned,
        worst_cases=[],
        policy=ClockPolicy(),
    )


CASES: dict[Rule | str, Callable[[], Record]] = {
    "a good run": lambda: GOOD,
    Rule.STOPPED: lambda: run_with(fault=Fault(Outcome.ABORTED, "stopped"), doubts=["a doubt"]),
    Rule.FAULT: lambda: run_with(fault=Fault(FAILED, "no snapshot", ("choose",)), events=events()[:3], checks=[]),
    Rule.FAULT_UNKNOWN: lambda: run_with(fault=Fault(UNKNOWN, "denied", ("choose",)), checks=[]),
    Rule.CHECK_FAILED: lambda: run_with(checks=[replace(ROWS, outcome=FAILED), HEARTBEAT]),
    Rule.CHECK_UNKNOWN: lambda: run_with(checks=[replace(ROWS, outcome=UNKNOWN), HEARTBEAT]),
    Rule.CHECK_NOT_REACHED: lambda: run_with(planned_checks=("rows", "heartbeat", "more")),
    Rule.OPTIONAL_CHECK: lambda: run_with(checks=[replace(ROWS, name="x", mandatory=False, outcome=FAILED), HEARTBEAT]),
    Rule.NO_DATA_CHECK: lambda: run_with(checks=[replace(HEARTBEAT, mandatory=False)]),
    Rule.NO_TARGET: lambda: run_with(objective=Objective(None, None, "tier 3")),
    Rule.RTO_MISSED: lambda: run_with(events=events(RTO)),
    Rule.RTO_THIN: lambda: run_with(events=events(RTO - US)),
    Rule.RTA_UNMEASURED: lambda: run_with(events=events()[:-1]),
    Rule.RTA_INCREDIBLE: lambda: run_with(events=events(timedelta())),
    Rule.RPO_MISSED: lambda: run_with(checks=[ROWS, replace(HEARTBEAT, newest=OPENED - RPO)]),
    Rule.RPO_THIN: lambda: run_with(checks=[ROWS, replace(HEARTBEAT, newest=OPENED - RPO + minutes(2))]),
    Rule.RPA_UNMEASURED: lambda: run_with(points=[], checks=[ROWS], worst_cases=[]),
    Rule.RPA_ARITHMETIC: lambda: run_with(checks=[ROWS, replace(HEARTBEAT, newest=None, outcome=FAILED)]),
    Rule.RPA_NEGATIVE: lambda: run_with(checks=[ROWS, LATE]),
    Rule.RPA_UNWITNESSED: lambda: run_with(checks=[ROWS], planned_checks=("rows",)),
    Rule.RPA_GRADE: lambda: run_with(checks=[ROWS], planned_checks=("rows",)),
    Rule.CANARY_AHEAD: lambda: run_with(checks=[ROWS, HEARTBEAT, replace(LATE, name="late")]),
    Rule.HYDRATION_MET: lambda: hydrated(minutes(59)),
    Rule.HYDRATION_MISSED: lambda: hydrated(HOUR),
    Rule.HYDRATION_UNMEASURED: lambda: hydrated(None, mandatory=False),
    "a late hydration of an optional check": lambda: hydrated(HOUR, mandatory=False),
    Rule.REGION_NOT_LEFT: lambda: run_with(disruption=Disruption.REGION),
    "a region that was left": lambda: run_with(disruption=Disruption.REGION, elsewhere=True),
    Rule.LOST_REGION: lambda: run_with(
        checks=[ROWS, HEARTBEAT, lost_region.result("us-east-1", ["rds:DescribeDBInstances"])]
    ),
    "a region that was asked nothing": lambda: run_with(checks=[ROWS, HEARTBEAT, lost_region.result("us-east-1", [])]),
    Rule.CONTROL_PLANE: lambda: run_with(
        checks=[ROWS, HEARTBEAT, planes.result("us-east-1", "aws", [planes.Need("Route 53", "a call")])]
    ),
    "a region without them": lambda: run_with(checks=[ROWS, HEARTBEAT, planes.result("eu-west-1", "aws", [])]),
    Rule.FAILOVER_SLOW: lambda: failed_over(outage=REFERENCE[1] + US),
    Rule.FAILBACK_SLOW: lambda: failed_over(back=RTO),
    "a failover as it should be": failed_over,
    "a failover that lost what it acknowledged": lambda: failed_over(lost=3),
    "a failover that nobody saw": lambda: failed_over(outage=None),
    "a failover that left no zone": lambda: failed_over(after=Zones("a", "b")),
    Rule.NO_POINT: lambda: run_with(points=[]),
    Rule.POINT_OF_ITSELF: lambda: run_with(points=[ITSELF], worst_cases=[]),
    Rule.POINTS_DISAGREE: lambda: run_with(points=[replace(POINT, store="a"), replace(ITSELF, store="b")]),
    Rule.NEWER_THAN_POINT: lambda: run_with(points=[replace(POINT, data_time=OPENED - HOUR)]),
    Rule.PACE: lambda: run_with(provenance=replace(PROVENANCE, pace=60.0)),
    Rule.DOUBT: lambda: run_with(doubts=["a call went elsewhere"]),
    Rule.CLOCK: lambda: run_with(steps=[replace(STEPS[0], duration=timedelta())]),
    Rule.TOO_CLOSE: lambda: run_with(
        events=[*events()[:-1], replace(events()[-1], at=events()[-1].at + timedelta(seconds=0.5))],
        checks=[ROWS, replace(HEARTBEAT, newest=OPENED + minutes(1) - RPO)],
    ),
    Rule.STEP_PASSED_OVER: lambda: run_with(steps=[*STEPS, probe(4, FAILED, role=Role.PROVE_ISOLATION)]),
    "a step that was made good": lambda: run_with(steps=[*STEPS, probe(4, UNKNOWN), probe(5, Outcome.PASSED)]),
    "a step of no safety": lambda: run_with(steps=[*STEPS, probe(4, UNKNOWN, role=Role.DESTROY)]),
    Rule.FAILED_AT_FIRST: lambda: run_with(
        steps=[
            *STEPS,
            step(4, "verify", minutes(46), US, phase=Phase.VERIFY),
            probe(5, FAILED, role=Role.LOOK_BACK),
            replace(STEPS[2], seq=6, outcome=FAILED, offset=minutes(50)),
        ]
    ),
    Rule.WORST_CASE: lambda: run_with(worst_cases=[WorstCase(HOUR * 24, "gaps")]),
    Rule.LEFTOVER: lambda: run_with(cleanup=Cleanup.LEFTOVERS, cleanup_reasons=["it resisted"]),
    Rule.EMPTY: lambda: replace(GOOD, empty=[Empty("Orders", "AWS::DynamoDB::Table")]),
    Rule.PARITY: lambda: replace(GOOD, differences=[difference(Standing.DIFFERS)]),
    Rule.PARITY_UNKNOWN: lambda: replace(GOOD, differences=[difference(Standing.NOT_COMPARED)]),
    "a difference that is accepted": lambda: replace(GOOD, differences=[difference(Standing.ACCEPTED)]),
    "a difference of the drill's own": lambda: replace(GOOD, differences=[difference(Standing.BY_DRILL)]),
    Rule.NOT_PROBED: lambda: run_with(steps=[*STEPS, probe(4, Outcome.PASSED, tried=False)]),
    "a probe that was tried": lambda: run_with(steps=[*STEPS, probe(4, Outcome.PASSED)]),
    Rule.TLS_UNVERIFIED: lambda: run_with(steps=[*STEPS, probe(4, Outcome.PASSED, role=Role.LOG_IN, tried=False)]),
    "a login that TLS verified": lambda: run_with(steps=[*STEPS, probe(4, Outcome.PASSED, role=Role.LOG_IN)]),
    Rule.FALLBACK_WITHOUT_TARGET: lambda: run_with(
        path=RecoveryPath.FALLBACK, objective=Objective(Limit(RTO), None, "t")
    ),
    "a claim of one of two stores": lambda: run_with(checks=[ROWS, replace(HEARTBEAT, store="a")], points=APART),
    "a claim": lambda: run_with(checks=[ROWS], points=[replace(POINT, kind=PointKind.CONTINUOUS)]),
}
