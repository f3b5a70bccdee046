"""Tells a run step by step, with figures that never change, and has it judged as a real one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.judge.judgement import RULES, Fault, Record, judge
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import ClockPolicy, Disruption, Limit, Objective
from dr_orchestrator.domain.parity import Difference, Parity
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import (
    COMPARE,
    PROVE_IN_DEPTH,
    CheckResult,
    Closing,
    Observation,
    Phase,
    Provenance,
    Role,
    Run,
    RunHeader,
    Segment,
    SegmentKind,
    ServerTime,
    Step,
)
from dr_orchestrator.domain.verdict import Cleanup, Outcome

DAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
REAL = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
"""When the machine's clock showed that the lab's day began."""
REGION = "us-east-1"
LAB = Provenance(
    tool_version="0.1.0",
    definition="sha256:5f0c6e0b1d7a4c9e",
    catalogue_revision="git:8c41f2a",
    account="123456789012",
    caller="arn:aws:sts::123456789012:assumed-role/dr-drill/quarterly",
    region=REGION,
    endpoint="http://127.0.0.1:4566",
    simulated=True,
    pace=120.0,
    engine="local",
    operator="dr-team",
)
PROMISES = {0: (4, 1), 1: (6, 1), 2: (24, 8), 3: (72, 24)}


def promise(tier: int) -> Objective:
    """RTO and RPO of a tier of the sample company."""
    rto, rpo = (Limit(timedelta(hours=hours)) for hours in PROMISES[tier])
    return Objective(rto, rpo, f"tier {tier}", "2026-Q4")


def header(number: int, drill: str, kind: Kind, tier: int, title: str, resource: str, **more: object) -> RunHeader:
    """What is known when a run opens; whatever is not told is the sample company's usual."""
    decision = timedelta(minutes=20 if tier < 2 else 30 * (tier - 1))
    usual = RunHeader(
        id=f"{drill}-20261120-{number:02}",
        drill=drill,
        kind=kind,
        service=drill.rpartition("-")[0],
        service_title=title,
        owner=f"{title} team",
        tier=tier,
        resource=resource,
        resource_id=f"{resource}-prod",
        disruption=Disruption.APPLICATION,
        path=RecoveryPath.PRIMARY,
        selection="latest",
        objective=promise(tier),
        policy=ClockPolicy(detection_allowance=decision / 2 if tier < 2 else decision, decision_allowance=decision),
        provenance=LAB,
        started_at=DAY,
        exercise="2026-Q4-quarterly",
        tier_objective=promise(tier),
    )
    told = replace(usual, **more)  # type: ignore[arg-type]
    return replace(told, real_started_at=REAL + (told.started_at - DAY) / LAB.pace)


@dataclass
class Story:
    """A run in the making: every call moves its clock on."""

    header: RunHeader
    at: timedelta = timedelta()
    events: list[Event] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    points: list[RecoveryPoint] = field(default_factory=list)
    worst: list[WorstCase] = field(default_factory=list)
    copies: list[CopyRecord] = field(default_factory=list)
    seen: list[Observation] = field(default_factory=list)
    waited: list[Segment] = field(default_factory=list)
    told: list[ServerTime] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.header.started_at + self.at

    def reached(self, *moments: Moment) -> None:
        self.events += [Event(moment, self.now, self.at) for moment in moments]

    def disrupt(self) -> None:
        self.reached(Moment.DISRUPTION, Moment.DETECTED, Moment.DECLARED, Moment.RECOVERY_STARTED)

    def step(
        self, name: str, seconds: float, phase: Phase = Phase.RECOVER, outcome: Outcome = Outcome.PASSED, **more: object
    ) -> None:
        if phase is Phase.RECOVER and not self.events:
            self.disrupt()
        begun, offset, took = self.now, self.at, timedelta(seconds=seconds)
        self.at += took
        done = Step(len(self.steps) + 1, name, phase, begun, offset, self.now, took, outcome)
        self.steps.append(replace(done, **more))  # type: ignore[arg-type]

    def point(
        self, id: str, age: timedelta, source: str, *, continuous: bool = False, gib: int | None = None, store: str = ""
    ) -> None:
        """The newest recovery point, so old at the disruption."""
        held = self.events[0].at - age
        kind = PointKind.CONTINUOUS if continuous else PointKind.SNAPSHOT
        window = (held - timedelta(days=7), held) if continuous else (None, None)
        point = RecoveryPoint(id, kind, held, source, held, True, gib, *window, store=store or self.header.resource)
        self.points.append(point)

    def copy(self, type: str, id: str, unique: str, parent: str = "") -> Copy:
        head = self.header
        copy = Copy(type, id, REGION, head.id, head.drill, head.service, parent)
        prefix = {"rds-instance": "rds:{}:{}:db:", "dynamodb-table": "dynamodb:{}:{}:table/"}
        arn = prefix.get(type, "cloudformation:{}:{}:stack/").format(REGION, LAB.account)
        known = Identity(f"arn:aws:{arn}{id}", unique)
        self.copies.append(CopyRecord(copy, CopyState.CREATED, known, self.now, self.now))
        return copy

    def observe(self, copy: Copy, state: str) -> None:
        self.seen.append(Observation(copy.id, state, self.now, self.at))

    def wait(self, kind: SegmentKind, reason: str, seconds: float) -> None:
        """For the last so many seconds the run waited for something else than the recovery."""
        took = timedelta(seconds=seconds)
        self.waited.append(Segment(kind, reason, self.now - took, self.at - took, took))

    def tell(self, copy: Copy, state: str, source: str, before: float) -> None:
        """AWS's own clock: the state came so many seconds before it was last seen."""
        seen = next(each for each in reversed(self.seen) if (each.copy, each.state) == (copy.id, state))
        self.told.append(ServerTime(copy.id, state, seen.at - timedelta(seconds=before), source))

    def verified(self, checks: Sequence[CheckResult], seconds: float) -> None:
        """Perform the checks; only when all the mandatory ones have passed is the service verified."""
        self.reached(Moment.DATA_RESTORED)
        self.checks += checks
        unproven = [check for check in checks if check.mandatory and check.outcome is not Outcome.PASSED]
        bad = [check.name for check in unproven]
        failed = any(check.outcome is Outcome.FAILED for check in unproven)
        outcome = Outcome.FAILED if failed else Outcome.INCONCLUSIVE if bad else Outcome.PASSED
        self.step("verify", seconds, Phase.VERIFY, outcome, detail=f"did not pass: {', '.join(bad)}" if bad else "")
        if not bad:
            self.reached(Moment.DATA_VERIFIED, Moment.SERVICE_VERIFIED)

    def in_depth(self, checks: Sequence[CheckResult]) -> None:
        """Perform checks off the clock, one after the other; one that reads the copy whole reaches that moment."""
        began, self.at = self.at, self.at
        for check in checks:
            self.at += check.duration
            if check.reads_whole:
                self.reached(Moment.DATA_WHOLE)
        self.checks += checks
        lasted, self.at = self.at - began, began
        self.step(PROVE_IN_DEPTH, lasted.total_seconds(), Phase.TEARDOWN, role=Role.PROVE_IN_DEPTH)

    def compared(self, settings: int, *differences: Difference) -> None:
        """Compare so many settings of the copy with its source's; these were not the same."""
        self.differences += differences
        told = str(Parity(settings, tuple(self.differences)))
        self.step(COMPARE, 0.0, Phase.TEARDOWN, role=Role.COMPARE, detail=told)

    def gone(self, seconds: float) -> None:
        """Destroy every copy, last first, and prove it."""
        for index, record in reversed(list(enumerate(self.copies))):
            if not record.copy.parent:
                self.step(f"destroy {record.copy.type}", seconds, Phase.TEARDOWN)
            self.copies[index] = replace(record, state=CopyState.DELETED, gone_at=self.now)
        self.reached(Moment.CLEAN)

    def closed(
        self,
        cleanup: Cleanup = Cleanup.CLEAN,
        cleanup_reasons: Sequence[str] = (),
        fault: Fault | None = None,
    ) -> Run:
        """Judge and close; the verdict follows from what was told, it is not chosen."""
        record = Record(
            self.header,
            self.events,
            self.steps,
            self.checks,
            self.points,
            self.worst,
            cleanup,
            cleanup_reasons,
            fault,
            self.waited,
            differences=self.differences,
        )
        judged = judge(record)
        closing = Closing(
            self.now,
            judged.verdict,
            judged.reasons,
            cleanup,
            tuple(cleanup_reasons),
            judged.measures,
            judged.worst_case_verdict,
            judged.findings,
            RULES,
            judged.reason_rules,
        )
        return replace(self.open(), closing=closing)

    def open(self) -> Run:
        """The run as it stands, not closed."""
        return Run(
            self.header,
            tuple(self.events),
            tuple(self.steps),
            tuple(self.checks),
            tuple(self.copies),
            tuple(self.points),
            tuple(self.seen),
            tuple(self.waited),
            tuple(self.told),
            tuple(self.differences),
        )
