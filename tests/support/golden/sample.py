"""The runs of the sample company's quarter, told with figures that never change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Limit, Objective, Operator
from dr_orchestrator.domain.parity import Difference, Standing
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.recovery_point import WorstCase
from dr_orchestrator.domain.replica import Allowance, Edit, Made
from dr_orchestrator.domain.run import CheckResult, Phase, Run, SegmentKind
from dr_orchestrator.domain.verdict import Cleanup, Outcome, worst
from tests.support.golden.story import DAY, Story, header

DAILY = "largest gap between 91 daily snapshots of the last 90 days"
WINDOW = "longest lag of the restore window in the last 90 days"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def rows(table: str, expected: int, observed: int) -> CheckResult:
    outcome = Outcome.PASSED if observed >= expected else Outcome.FAILED
    return CheckResult(f"{table} are there", f"at least {expected:,}", f"{observed:,}", outcome, duration=minutes(0.2))


def heartbeat(newest: datetime | None, seen: str = "", *, store: str = "", name: str = "heartbeat") -> CheckResult:
    found = Outcome.PASSED if newest else Outcome.INCONCLUSIVE
    said = f"newest {newest:%Y-%m-%d %H:%M:%S} UTC" if newest else seen
    return CheckResult(
        name, "a newest row", said, found, newest=newest, canary=True, duration=minutes(0.1), store=store
    )


def rds(story: Story, restore: float, loss: timedelta, *checks: CheckResult, waited: float = 0) -> Story:
    """Restore an RDS instance beside production and verify it."""
    instance = story.header.resource_id
    story.step("look before starting", 6.117, Phase.PREPARE)
    story.disrupt()
    if story.header.kind is Kind.PITR_RESTORE:
        story.step("choose instant", 3.402)
        source = "DescribeDBInstanceAutomatedBackups.RestoreWindow.LatestTime"
        story.point(f"{instance} (automated backup)", loss, source, continuous=True, gib=200)
    else:
        story.step("choose snapshot", 4.218)
        age = loss + timedelta(seconds=38)
        story.point(f"rds:{instance}-2026-11-20", age, "DBSnapshot.OriginalSnapshotCreateTime", gib=200)
    copy = story.copy("rds-instance", f"dro-{story.header.id}", "db-Q7M2V4XKJ5T3")
    story.step("restore", 11.904 + waited)
    if waited:
        story.wait(SegmentKind.QUOTA, "DB instance quota of the account: 40 of 40 in use", waited)
    story.reached(Moment.ACCEPTED)
    story.observe(copy, "creating")
    story.step("wait until ready", restore * 60 + 0.331472, attempts=2)
    story.observe(copy, "available")
    story.tell(copy, "creating", "DBInstance.InstanceCreateTime", -4.25)
    story.tell(copy, "available", "DescribeEvents: Finished DB Instance creation", 21.4)
    story.reached(Moment.INFRASTRUCTURE_READY)
    story.verified([heartbeat(story.events[0].at - loss, store=story.header.resource), *checks], 47.062)
    return story


def promised(story: Story, loss: timedelta, source: str, backup: timedelta | None = None) -> Story:
    gap = loss - backup if backup else loss
    story.worst.append(WorstCase(loss, source, gap, gap * 0.9875, backup))
    return story


DEEP = (
    CheckResult(
        "every block can be read",
        "every block of every table read within 6 h, at most 400 MB/s, none damaged",
        "2,204.5 MB of 38 tables (100 %) read in 1 m 29 s, at 24.8 MB/s",
        Outcome.PASSED,
        mandatory=False,
        duration=minutes(1.5),
        proves_data=False,
        reads_whole=True,
        store="jira-db",
        figures={"tables": 38, "bytes_read": 2_204_453_888, "share": 1.0, "mb_per_s": 24.8, "whole": True},
    ),
    CheckResult(
        "no issue is lost",
        "as many rows as the source in 1 table, within 0 rows",
        "1 table compared, 1,284,117 rows in the copy",
        Outcome.PASSED,
        mandatory=False,
        duration=minutes(0.2),
        store="jira-db",
        figures={"tables": {"issues": {"copy": 1_284_117, "source": 1_284_117}}},
    ),
)


DIFFERENCES = (
    *(
        Difference("jira-db", *told, Standing.BY_DRILL, *why)
        for told, why in (
            (("multi-az", "on", "off"), (Severity.MEDIUM, "a copy needs no standby, which would double its cost")),
            (("backup-retention", "30 days", "0 days"), (Severity.MEDIUM, "a copy needs no backups, which would stay")),
            (("deletion-protection", "on", "off"), (Severity.LOW, "a copy is deleted after the drill")),
            (("tags", "env=production", "none"), (Severity.LOW, "a copy wears those of the drill")),
        )
    ),
    Difference(
        *("jira-db", "roles", "s3Import", "none", Standing.ACCEPTED, Severity.MEDIUM),
        "the runbook adds the role before users are let in",
    ),
)


def passed() -> Run:
    """A tier-1 service brought back from its daily snapshot, the fallback, well within its targets."""
    own = Objective(
        Limit(minutes(6 * 60)),
        Limit(minutes(25 * 60), Operator.AT_MOST),
        "jira-snapshot (fallback)",
        "2026-Q4",
        Limit(minutes(12 * 60)),
    )
    head = header(
        2,
        "jira-snapshot",
        Kind.SNAPSHOT_RESTORE,
        1,
        "Jira Cloud",
        "jira-db",
        objective=own,
        path=RecoveryPath.FALLBACK,
        started_at=DAY + minutes(1),
        planned_checks=("heartbeat", "issues are there", "every issue has its date", *(each.name for each in DEEP)),
    )
    dated = CheckResult("every issue has its date", "0", "0", Outcome.PASSED, duration=minutes(0.31))
    story = Story(head)
    story.wait(SegmentKind.QUEUEING, "until its turn in the exercise: 4 drills at a time", 41.5)
    rds(story, 62.8, minutes(541), rows("issues", 1_200_000, 1_284_117), dated, waited=312)
    story.in_depth(DEEP)
    story.compared(25, *DIFFERENCES)
    return clean(promised(story, minutes(1443.2), DAILY, minutes(3.2)))


def failed() -> Run:
    """A tier-1 service that came back too late, with too old data, and whose copy would not go."""
    head = header(
        5, "bitbucket-pitr", Kind.PITR_RESTORE, 1, "Bitbucket Cloud", "bitbucket-db", started_at=DAY + minutes(60)
    )
    story = rds(Story(head), 378, minutes(74), rows("repositories", 40_000, 41_902), waited=780)
    promised(story, minutes(75.6), "longest stall of the restore window in the last 90 days")
    refused = "DeleteDBInstance: Cannot delete protected DB Instance, please disable deletion protection"
    story.step("destroy copy", 600, Phase.TEARDOWN, Outcome.INCONCLUSIVE, detail=refused, attempts=3)
    story.copies[0] = replace(story.copies[0], state=CopyState.LEFTOVER)
    name = story.copies[0].copy.id
    return story.closed(Cleanup.LEFTOVERS, [f"rds-instance {name} in us-east-1: {refused}"])


def inconclusive() -> Run:
    """A tier-3 service whose heartbeat could not be read."""
    head = header(
        7,
        "analytics-snapshot",
        Kind.SNAPSHOT_RESTORE,
        3,
        "Analytics and BI",
        "analytics-db",
        started_at=DAY + minutes(89),
        planned_checks=("heartbeat", "events are there", "every event has its date"),
    )
    story = Story(head)
    story.step("look before starting", 6.402, Phase.PREPARE)
    story.step("choose snapshot", 3.9)
    story.point("rds:analytics-db-prod-2026-11-20", minutes(412), "DBSnapshot.OriginalSnapshotCreateTime", gib=900)
    copy = story.copy("rds-instance", f"dro-{head.id}", "db-H2T8WQ5YB6LN")
    story.step("restore", 14.2)
    story.reached(Moment.ACCEPTED)
    story.observe(copy, "creating")
    story.step("wait until ready", 9124.75)
    story.observe(copy, "available")
    story.reached(Moment.INFRASTRUCTURE_READY)
    denied = heartbeat(None, "permission denied for table heartbeat")
    story.verified([denied, rows("events", 10_000_000, 12_480_551)], 61.4)
    return clean(promised(story, minutes(1441), DAILY))


def platform() -> Run:
    head = header(1, "platform-pitr", Kind.PITR_RESTORE, 0, "Micros platform", "platform-db")
    story = rds(Story(head), 55, minutes(4.2), rows("tenants", 9_000, 9_411))
    return clean(promised(story, minutes(5.1), WINDOW))


def jira_pitr() -> Run:
    head = header(3, "jira-pitr", Kind.PITR_RESTORE, 1, "Jira Cloud", "jira-db", started_at=DAY + minutes(2))
    story = rds(Story(head), 82, minutes(3.4), rows("issues", 1_200_000, 1_284_117))
    return clean(promised(story, minutes(5), WINDOW))


def confluence() -> Run:
    """Within its targets, but with little left of the recovery time."""
    head = header(
        4, "confluence-pitr", Kind.PITR_RESTORE, 1, "Confluence Cloud", "confluence-db", started_at=DAY + minutes(3)
    )
    story = rds(Story(head), 301, minutes(4.9), rows("pages", 800_000, 811_003))
    return clean(promised(story, minutes(5), WINDOW))


def image_effects() -> Run:
    """Lucky: the daily snapshot was young enough today, and cannot be so every day."""
    head = header(
        6, "images-snapshot", Kind.SNAPSHOT_RESTORE, 2, "Image Effects", "images-db", started_at=DAY + minutes(75)
    )
    story = rds(Story(head), 49, minutes(312), rows("images", 500, 731))
    return clean(promised(story, minutes(1442), DAILY))


def develop_table() -> Run:
    """The table of a serverless app, to the newest restorable second."""
    own = {"service": "develop-with-aws", "objective": develop(12), "started_at": DAY + minutes(130)}
    head = header(8, "dwa-table-pitr", Kind.PITR_RESTORE, 1, "Develop with AWS", "config-table", **own)
    story = Story(head)
    story.step("choose instant", 2.4)
    story.point("dwa-prod-config", minutes(5), "ContinuousBackups.LatestRestorableDateTime", continuous=True)
    copy = story.copy("dynamodb-table", f"dro-{head.id}", "5a0d7c1e-77b0-4f61-9d0e-2f3a51c0b9ee")
    story.step("restore", 5.6)
    story.reached(Moment.ACCEPTED)
    story.step("wait until ready", 1384.9)
    story.observe(copy, "ACTIVE")
    story.reached(Moment.INFRASTRUCTURE_READY)
    story.verified([heartbeat(story.events[0].at - minutes(5.3)), rows("items", 2_000, 2_318)], 12.2)
    return clean(promised(story, minutes(5), WINDOW))


def develop_replica() -> Run:
    """A whole environment from its infrastructure code, with its data."""
    own = {"service": "develop-with-aws", "objective": develop(4), "started_at": DAY + minutes(158)}
    head = header(9, "dwa-replica", Kind.REPLICA_REBUILD, 1, "Develop with AWS", "environment", **own)
    story = Story(head)
    story.disrupt()
    stack = story.copy("cloudformation-stack", f"dro-{head.id}", "0c6e1f50-c5e1-11f1-8d7b-0a58a9feac02")
    story.step("create environment", 9.7)
    story.reached(Moment.ACCEPTED)
    story.step("choose backup of config-table", 3.1)
    source = "ContinuousBackups.LatestRestorableDateTime"
    story.point("dwa-prod-config", minutes(5), source, continuous=True, store="config-table")
    table = story.copy("dynamodb-table", f"dro-{head.id}-config", "b8b2c7f4-5d1f-4c8e-8a55-90d1f5f3b1c2")
    story.step("restore config-table", 7.9)
    story.step("choose backup of audit-table", 2.9)
    story.point("dwa-prod-audit", minutes(9), source, continuous=True, store="audit-table")
    audit = story.copy("dynamodb-table", f"dro-{head.id}-audit", "2d0f8a34-6c55-4f0e-b1b9-0e6a7c3d9f10")
    story.step("restore audit-table", 8.4)
    story.wait(SegmentKind.THROTTLING, "RestoreTableToPointInTime: LimitExceededException, tried again", 6.1)
    story.step("wait until built", 402.7)
    story.observe(stack, "CREATE_COMPLETE")
    story.reached(Moment.INFRASTRUCTURE_READY)
    story.step("wait for config-table", 890.4)
    story.observe(table, "ACTIVE")
    story.step("wait for audit-table", 61.5)
    story.observe(audit, "ACTIVE")
    story.tell(table, "ACTIVE", "RestoreSummary.RestoreDateTime", 14)
    story.tell(stack, "CREATE_COMPLETE", "DescribeStackEvents", 9.5)
    story.copy("dynamodb-table", f"{stack.id}-ConfigTable", "f1f1c9f2-1f0d-4b57-a3f8-6a0f2c0e7d11", stack.id)
    story.step("fill ConfigTable", 208.3)
    story.step("fill AuditTable", 96.2)
    answer = CheckResult("the replica answers", "200, ok", "200, ok", Outcome.PASSED, proves_data=False)
    config = heartbeat(story.events[0].at - minutes(5.8), store="config-table")
    entries = heartbeat(story.events[0].at - minutes(9.6), store="audit-table", name="heartbeat of the audit trail")
    story.verified([config, entries, rows("items", 2_000, 2_318), answer], 15.5)
    lost = ("audit-table", "stream", "NEW_IMAGE", "off", Standing.DIFFERS, Severity.MEDIUM)
    story.compared(30, Difference(*lost, "whoever hears of its changes hears nothing"))
    return replace(clean(promised(story, minutes(10.5), WINDOW)), template=derived(f"dro-{head.id}"))


def derived(copy: str) -> Made:
    """The template of the replica: production's own, but for what would stay behind or be called alike."""
    file, stays = "infrastructure/develop-with-aws.template.yaml", "it would stay behind after the drill"
    bound = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/dro-boundary"}
    edits = (
        Edit("ConfigTable", "DeletionPolicy", "Retain", "Delete", stays, 17, file),
        Edit(
            *("Deliveries", "QueueName", "develop-with-aws-deliveries", f"{copy}-develop-with-aws-deliveries"),
            *("the name is production's: two cannot bear it", 31, file),
        ),
        Edit(
            *("IngestRole", "PermissionsBoundary", None, bound),
            *("what its code does cannot touch production, whatever its policies say", 53, file),
        ),
        Edit("Pager", "", "AWS::SNS::Subscription", None, "its owner left it out", 140, file),
    )
    return Made("5f0c6e0b" * 8, "8c41f2a0" * 8, edits, (Allowance("Address", "the status page asks it by design"),))


def develop(hours: int) -> Objective:
    """The app's own promise, which may be met exactly."""
    rto, rpo = (Limit(minutes(60 * hours), Operator.AT_MOST) for hours in (hours, 1))
    return Objective(rto, rpo, f"develop-with-aws, {'infrastructure' if hours == 4 else 'application'}", "2026-Q4")


def clean(story: Story) -> Run:
    story.gone(188.0)
    return story.closed()


def runs() -> tuple[Run, ...]:
    """The nine runs of the quarter, in the order in which they started."""
    early = (platform(), passed(), jira_pitr(), confluence(), failed())
    return (*early, image_effects(), inconclusive(), develop_table(), develop_replica())


def exercise() -> Exercise:
    """The quarter's drills; one was left out with a reason, one was not reached."""
    told = runs()
    return Exercise(
        id="2026-Q4-quarterly",
        title="Quarterly recovery drills, 2026-Q4",
        purpose="Prove RTO and RPO of every tier",
        quarter="2026-Q4",
        started_at=DAY,
        planned=tuple(run.header.drill for run in told),
        left_out={"confluence-snapshot": "passed on 2026-10-14, due once a quarter"},
        at_once=4,
        simulated=True,
        pace=120.0,
        engine="local",
        ended_at=max(run.closing.ended_at for run in told if run.closing),
        verdict=worst(run.closing.verdict for run in told if run.closing),
    )
