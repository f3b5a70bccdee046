"""Records to write and read back: runs in which every field says something, and runs in which none need not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.finding import Finding, Severity
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Disruption, Limit, Objective, Operator
from dr_orchestrator.domain.parity import Difference, Standing
from dr_orchestrator.domain.ports import Ledger
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.replica import Allowance, Edit, Made
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import (
    CheckResult,
    Clocks,
    Closing,
    Measures,
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
from dr_orchestrator.domain.skew import Skew
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict, WorstCaseVerdict

START = datetime(2026, 11, 20, 9, 0, 0, 123457, tzinfo=UTC)
LONG = timedelta(hours=26, minutes=5, microseconds=1)
ODD = timedelta(microseconds=999_999)
PROVENANCE = Provenance(
    "1.2.3",
    "sha256:aa",
    "r7",
    "111122223333",
    "arn:aws:sts::1:x",
    "eu-west-2",
    "",
    False,
    1.0,
    "local",
    "Zoë",
    clocks=Clocks(Skew(timedelta(seconds=-3), ODD), Skew(ODD, timedelta(microseconds=1))),
)

EXERCISE = Exercise(
    id="2026-q4",
    title="Quarter 4",
    purpose="the quarter's drills — all of them",
    quarter="2026-Q4",
    started_at=START,
    planned=("orders-pitr", "carts-pitr"),
    left_out={"search": "passed on 2026-10-02", "a": "not due"},
    at_once=4,
    simulated=True,
    pace=61.7,
    engine="prefect",
)


def header(run: str = "r-1", **more: Any) -> RunHeader:
    """A run as it opens, with nothing that may be left out."""
    plain = RunHeader(
        id=run,
        drill="orders-snapshot",
        kind=Kind.SNAPSHOT_RESTORE,
        service="orders",
        service_title="Orders",
        owner="payments",
        tier=0,
        resource="database",
        resource_id="orders-prod",
        disruption=Disruption.INFRASTRUCTURE,
        path=RecoveryPath.FALLBACK,
        selection="latest",
        objective=Objective(None, None, "none set"),
        policy=ClockPolicy(),
        provenance=PROVENANCE,
        started_at=START,
    )
    return replace(plain, **more)


def closing(verdict: Verdict = Verdict.PASSED, **more: Any) -> Closing:
    """A run's end that measured nothing."""
    plain = Closing(
        ended_at=START + LONG,
        verdict=verdict,
        reasons=(),
        cleanup=Cleanup.CLEAN,
        cleanup_reasons=(),
        measures=Measures(),
        worst_case_verdict=WorstCaseVerdict.NOT_MEASURED,
    )
    return replace(plain, **more)


def step(seq: int = 1, **more: Any) -> Step:
    """A step under way."""
    return replace(Step(seq, "restore", Phase.RECOVER, START, timedelta(seconds=seq)), **more)


def copy(run: str = "r-1", **more: Any) -> Copy:
    """A planned copy."""
    planned = Copy("rds-instance", f"drill-{run}", "eu-west-2", run, "orders-snapshot", "orders")
    return replace(planned, **more)


IDENTITY = Identity("arn:aws:rds:eu-west-2:1:db:drill", "db-ABC")

FIGURES = {"mb_per_s": 0.1, "whole": False, "seed": 2**40, "unread": ["“x”", None], "tables": {"a.b": {"copy": 3}}}

MINIMAL = Run(header("r-minimal"))

MAXIMAL = Run(
    header=header(
        "r-maximal",
        objective=Objective(Limit(LONG), Limit(ODD, Operator.AT_MOST), "tiers.yaml", "r9", Limit(LONG + ODD)),
        policy=ClockPolicy(ClockStart.DECLARATION, timedelta(minutes=5), ODD),
        provenance=replace(PROVENANCE, simulated=True, pace=1 / 3, endpoint="http://127.0.0.1:5000"),
        exercise=EXERCISE.id,
        planned_checks=("rows", "canary"),
        tier_objective=Objective(None, Limit(LONG, Operator.AT_MOST), "tiers.yaml: tier 0", "r8"),
        real_started_at=START - ODD,
    ),
    # Two moments at one offset, out of the order of their names: they come back as they were written.
    events=(
        Event(Moment.RECOVERY_STARTED, START, timedelta()),
        Event(Moment.DISRUPTION, START, timedelta()),
        Event(Moment.DATA_WHOLE, START + ODD, ODD),
        Event(Moment.CLEAN, START + LONG, LONG),
        Event(Moment.DECLARED, START - ODD, -ODD),
    ),
    steps=(
        step(1, ended_at=START + LONG, duration=LONG, outcome=Outcome.PASSED, detail="2 rows\n“fine”", attempts=3),
        step(
            2,
            phase=Phase.TEARDOWN,
            ended_at=START,
            duration=timedelta(),
            outcome=Outcome.SKIPPED,
            role=Role.PROBE,
            tried=False,
        ),
        step(3, phase=Phase.VERIFY),
    ),
    checks=(
        CheckResult("rows", "≥ 1", "7", Outcome.PASSED),
        CheckResult("canary", "fresh", "", Outcome.INCONCLUSIVE, False, LONG, START - ODD, True, False, "carts"),
        CheckResult("whole", "all", "", Outcome.PASSED, reads_whole=True, figures=FIGURES),
    ),
    copies=(
        CopyRecord(copy("r-maximal", parent="stack/1"), CopyState.DELETED, IDENTITY, START, START + ODD, START + LONG),
        CopyRecord(copy("r-maximal", region="us-east-1", made_by="a-service"), CopyState.UNPROVEN, None, START),
        CopyRecord(copy("r-maximal", type="dynamodb-table"), CopyState.NEVER_CREATED, None, START, None, START + ODD),
    ),
    points=(
        RecoveryPoint("snap", PointKind.SNAPSHOT, START - ODD, "SnapshotCreateTime"),
        RecoveryPoint(
            *("pitr", PointKind.CONTINUOUS, START, "LatestRestorableTime", START, False, 0, START - LONG, START, START),
            store="carts",
        ),
    ),
    observations=(
        Observation("drill-r-maximal", "creating", START, timedelta()),
        Observation("drill-r-maximal", "available", START + ODD, ODD),
    ),
    # One that lies before the run, one that is longer than a day, and two that overlap, as they were written.
    segments=(
        Segment(SegmentKind.QUEUEING, "for a lane: 4 at a time", START - LONG, -LONG, LONG),
        Segment(SegmentKind.APPROVAL, "Zoë’s “yes”", START + ODD, ODD, LONG),
        Segment(SegmentKind.THROTTLING, "", START, timedelta(), ODD),
    ),
    server_times=(
        ServerTime("drill-r-maximal", "available", START + ODD, "rds:DescribeEvents: 'DB instance created'"),
        ServerTime("drill-r-maximal", "creating", START - ODD, "rds:DescribeEvents"),
    ),
    differences=(
        Difference("orders-db", "log-exports", "postgresql", "none", Standing.DIFFERS, Severity.LOW, "“no” logs"),
        Difference("orders-db", "multi-az", "yes", "no", Standing.BY_DRILL, Severity.HIGH, "no standby is needed"),
    ),
    template=Made(
        "5f" * 32,
        "60" * 32,
        (
            Edit("Orders", "DeletionPolicy", "Retain", "Delete", "it would stay behind", 12, "“shop”.template.yaml"),
            Edit("Data/Api", "Tags.0.Value", {"Fn::Sub": ["${a}-\u2028", {"a": 1.5}]}, [True, None, ""], "w", 0, ""),
            Edit("Pager", "", "AWS::SNS::Subscription", None, "its owner left it out", 40, "data/child.json"),
            Edit("Orders", "PermissionsBoundary", None, "arn", "held", 12, "shop.template.yaml"),
        ),
        (Allowance("Partner", "their sandbox"), Allowance("vpc-0123abcd", "")),
    ),
    closing=Closing(
        ended_at=START + LONG,
        verdict=Verdict.PASSED_WITH_FINDINGS,
        reasons=("worst case misses the RPO", "z", "a"),
        cleanup=Cleanup.UNPROVEN,
        cleanup_reasons=("access denied",),
        measures=Measures(
            rta=LONG,
            rta_from_disruption=LONG,
            rta_from_declaration=LONG - ODD,
            rta_net=timedelta(hours=2, microseconds=3),
            rpa=ODD,
            rpa_grade="B",
            rpa_source="canary",
            rpa_check="canary",
            rpa_point="pitr",
            rpa_reference=START,
            newest_data=START - ODD,
            rpa_skew=timedelta(microseconds=7),
            rta_clock_error=timedelta(),
            rpa_clock_error=timedelta(milliseconds=250),
            whole_after=LONG + LONG,
            worst_case=timedelta(days=90),
            worst_case_source="api",
            worst_case_gap=timedelta(days=89, microseconds=1),
            worst_case_p95=timedelta(),
            worst_case_backup=timedelta(hours=24) - timedelta(microseconds=1),
        ),
        worst_case_verdict=WorstCaseVerdict.MISSED,
        findings=(
            Finding("f00d", Severity.HIGH, "RPO at risk", "a daily snapshot", "payments", Rule.WORST_CASE),
            Finding("beef", Severity.LOW, "t", "d", "o", Rule.OPTIONAL_CHECK),
        ),
        rule_version="2",
        reason_rules=(Rule.WORST_CASE, Rule.DOUBT, Rule.NOT_KEPT),
    ),
)


def write(ledger: Ledger, run: Run) -> None:
    """Write a run as it would happen, fact by fact, through the port."""
    key = run.header.id
    ledger.open_run(run.header)
    for event in run.events:
        ledger.record_event(key, event)
    for each in run.steps:
        ledger.start_step(key, Step(each.seq, each.name, each.phase, each.started_at, each.offset, role=each.role))
        if each.ended_at is not None:
            ledger.finish_step(key, each)
    for point in run.points:
        ledger.record_point(key, point)
    for record in run.copies:
        write_copy(ledger, record)
    for result in run.checks:
        ledger.record_check(key, result)
    for observation in run.observations:
        ledger.record_observation(key, observation)
    for segment in run.segments:
        ledger.record_segment(key, segment)
    for told in run.server_times:
        ledger.record_server_time(key, told)
    if run.differences:
        ledger.record_differences(key, run.differences)
    if run.template is not None:
        ledger.record_template(key, run.template)
    if run.closing is not None:
        ledger.close_run(key, run.closing)


def write_copy(ledger: Ledger, record: CopyRecord) -> None:
    """Write a copy's life up to what its record says of it."""
    ledger.intend_copy(record.copy, record.intended_at)
    if record.created_at is not None:
        ledger.change_copy(record.copy, CopyState.CREATED, record.created_at, record.identity)
    ledger.change_copy(record.copy, record.state, record.gone_at or START)
