"""A run that kept its promise, for tests to spoil in one place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.judge.judgement import RULES, Record, judge
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import ClockPolicy, Disruption, Limit, Objective
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import CheckResult, Closing, Phase, Provenance, Run, RunHeader, Step
from dr_orchestrator.domain.verdict import Cleanup, Outcome

OPENED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RTO, RPO = timedelta(hours=4), timedelta(hours=1)
PROVENANCE = Provenance("1", "digest", "rev", "123", "arn:me", "us-east-1", "https://sts", False, 1.0, "local", "me")
HEADER = RunHeader(
    id="20261120-abc123",
    drill="orders-restore",
    kind=Kind.SNAPSHOT_RESTORE,
    service="orders",
    service_title="Orders",
    owner="Orders team",
    tier=1,
    resource="orders-db",
    resource_id="orders-prod",
    disruption=Disruption.INFRASTRUCTURE,
    path=RecoveryPath.PRIMARY,
    selection="latest",
    objective=Objective(Limit(RTO), Limit(RPO), "tier 1"),
    policy=ClockPolicy(),
    provenance=PROVENANCE,
    started_at=OPENED,
    planned_checks=("rows", "heartbeat"),
)
US = timedelta(microseconds=1)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def event(moment: Moment, offset: timedelta) -> Event:
    return Event(moment, OPENED + offset, offset)


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def events(rta: timedelta = HOUR, start: timedelta = MINUTE) -> list[Event]:
    started = (Moment.DISRUPTION, Moment.DETECTED, Moment.DECLARED, Moment.RECOVERY_STARTED)
    verified = (Moment.DATA_VERIFIED, Moment.SERVICE_VERIFIED)
    return [*(event(each, start) for each in started), *(event(each, start + rta) for each in verified)]


def step(seq: int, name: str, start: timedelta, lasted: timedelta | None, **given: Any) -> Step:
    phase, outcome = given.pop("phase", Phase.RECOVER), given.pop("outcome", Outcome.PASSED)
    return Step(seq, name, phase, OPENED + start, start, None, lasted, outcome, **given)


STEPS = [
    step(1, "choose snapshot", minutes(1), minutes(1)),
    step(2, "wait until ready", minutes(2), minutes(40)),
    step(3, "verify", minutes(43), minutes(2), phase=Phase.VERIFY),
]
ROWS = CheckResult("rows", "at least 10 rows", "12 rows", Outcome.PASSED)
HEARTBEAT = CheckResult("heartbeat", "a row", "a row", Outcome.PASSED, newest=OPENED - minutes(20), canary=True)
POINT = RecoveryPoint("rds:orders-1", PointKind.SNAPSHOT, OPENED - minutes(21), "SnapshotDatabaseTime")
CONTINUOUS = replace(POINT, kind=PointKind.CONTINUOUS)
GOOD = Record(HEADER, events(), STEPS, [ROWS, HEARTBEAT], [POINT], [WorstCase(minutes(30), "gaps")], Cleanup.CLEAN)


def run_with(record: Record = GOOD, **changes: Any) -> Record:
    """The good run with fields of the record, or of its header, changed."""
    own = {name: value for name, value in changes.items() if name in Record.__dataclass_fields__}
    heading = {name: value for name, value in changes.items() if name not in own}
    return replace(record, **{"header": replace(record.header, **heading), **own})


def closed(record: Record = GOOD) -> Run:
    """The run as the ledger holds it once it was judged."""
    judged = judge(record)
    ending = Closing(
        OPENED + minutes(90),
        judged.verdict,
        judged.reasons,
        record.cleanup,
        tuple(record.cleanup_reasons),
        judged.measures,
        judged.worst_case_verdict,
        judged.findings,
        RULES,
        judged.reason_rules,
    )
    facts = (tuple(each) for each in (record.events, record.steps, record.checks))
    points, segments = tuple(record.points), tuple(record.segments)
    return Run(record.header, *facts, points=points, segments=segments, closing=ending)


def above_the_worst_case() -> Run:
    """A run whose heartbeat lies a minute before its recovery point, which is as old as a disaster's could be."""
    early = replace(HEARTBEAT, newest=CONTINUOUS.data_time - MINUTE)
    return closed(run_with(points=[CONTINUOUS], checks=[ROWS, early], worst_cases=[WorstCase(minutes(9), "lag")]))
