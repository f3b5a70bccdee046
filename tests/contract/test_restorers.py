"""One contract for every way to make a copy: it is made once, in isolation, proven, and only it is ever deleted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import botocore.endpoint
import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.aws import copies, dynamodb
from dr_orchestrator.aws.access.targets import WRITES, Forbidden
from dr_orchestrator.aws.api import Denied
from dr_orchestrator.aws.dynamodb import DynamoTable
from dr_orchestrator.aws.rds import RdsPointInTime, RdsSnapshot
from dr_orchestrator.aws.stack import CloudFormationStack
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.preflight import look
from dr_orchestrator.domain.recovery_point import PointKind
from dr_orchestrator.domain.run import Copy, CopyState, CopyType, Identity, SegmentKind
from dr_orchestrator.domain.service import Isolation, Resource
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, UnsafeToDelete
from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.estate import INSTANCE, REGION, STACK, TABLE, TEMPLATE, Estate, estate

ASK = {"rds-snapshot": "RestoreDBInstanceFromDBSnapshot", "rds-pitr": "RestoreDBInstanceToPointInTime"} | {
    "dynamodb": "RestoreTableToPointInTime",
    "stack": "CreateStack",
}
DELETE = {"rds-snapshot": "DeleteDBInstance", "rds-pitr": "DeleteDBInstance"} | {
    "dynamodb": "DeleteTable",
    "stack": "DeleteStack",
}
SOURCE = {"rds-snapshot": INSTANCE, "rds-pitr": INSTANCE, "dynamodb": TABLE, "stack": STACK}
EVERY = tuple(SOURCE)
RESTORERS = EVERY[:3]
_runs = itertools.count(1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab")) as built:
        built.clock.pace = 3000.0  # long ticks: few calls, no less truth
        built.bench.account.throttling.listen(built.clock, lambda _call, _seconds: None)
        yield built


@dataclass
class Way:
    """One way to make a copy, under the verbs that all share; a stack's recovery point is its template."""

    made: Estate
    kind: str
    resource: Resource
    selection: Selection
    copy: Copy
    heard: int

    @property
    def restorer(self) -> Any:
        if self.kind == "stack":
            return CloudFormationStack(self.resource, self.made.bench)
        way = {"rds-snapshot": RdsSnapshot, "rds-pitr": RdsPointInTime, "dynamodb": DynamoTable}[self.kind]
        return way(self.resource, self.selection, self.made.bench)

    def restore(self) -> Identity:
        restorer = self.restorer
        made = restorer.build(self.copy) if self.kind == "stack" else restorer.restore(restorer.choose(), self.copy)
        assert isinstance(made, Identity)
        return made

    def restored(self, ready: bool = True) -> Identity:
        """Restore, note the identity in the ledger as the runner does, and wait."""
        identity = self.restore()
        self.confirm(identity)
        if ready:
            self.restorer.ready(self.copy)
        return identity

    def confirm(self, identity: Identity) -> None:
        rows = self.made.ledger.rows
        rows[self.copy.id] = replace(rows[self.copy.id], identity=identity, state=CopyState.CREATED)

    def calls(self, action: str) -> list[dict[str, Any]]:
        """The calls of an action that were answered well since the test began."""
        heard = self.made.lab.journal[self.heard :]
        return [entry.params for entry in heard if entry.action == action and entry.status == 200]

    @property
    def deletions(self) -> list[dict[str, Any]]:
        """Every call that could delete something, answered well or not."""
        heard = self.made.lab.journal[self.heard :]
        return [entry.params for entry in heard if entry.action.startswith(("Delete", "Terminate"))]

    def foreign(self, tags: dict[str, str]) -> None:
        """Somebody else makes an object under the copy's name."""
        given = [{"Key": key, "Value": value} for key, value in tags.items()]
        if self.kind.startswith("rds"):
            self.made.client("rds").create_db_instance(
                DBInstanceIdentifier=self.copy.id,
                DBInstanceClass="db.t3.micro",
                Engine="postgres",
                AllocatedStorage=20,
                MasterUsername="somebody",
                MasterUserPassword="not-a-secret",
                Tags=given,
            )
        elif self.kind == "dynamodb":
            self.made.client("dynamodb").create_table(
                TableName=self.copy.id,
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
                Tags=given,
            )
        else:
            self.made.client("cloudformation").create_stack(
                StackName=self.copy.id,
                TemplateBody=TEMPLATE,
                Parameters=[{"ParameterKey": "EnvironmentName", "ParameterValue": self.copy.id}],
                Tags=given,
            )
        self.made.clock.sleep(900)

    def exists(self) -> bool:
        return any(self.copy.id in names for names in self.made.inventory().values())


Make = Callable[..., Way]


@pytest.fixture
def way_of(made: Estate) -> Iterator[Make]:
    """Makes a Way with a run of its own; faults and ledger rows end with the test."""

    def make(
        kind: str, resource: Resource | None = None, selection: Selection | None = None, intended: bool = True
    ) -> Way:
        run, source = f"20261120-{next(_runs):06x}", resource or SOURCE[kind]
        of = CopyType(source.type.value)
        copy = Copy(of, copies.name(run, source.id, of), REGION, run, "a-drill", "a-service")
        if intended:
            made.ledger.intend(copy, made.clock)
        return Way(made, kind, source, selection or Selection(), copy, len(made.lab.journal))

    yield make
    made.lab.faults.clear()
    made.bench.account.throttling.listen(made.clock, lambda _call, _seconds: None)
    made.ledger.rows.clear()
    made.ledger.seen.clear()


@pytest.fixture(params=EVERY)
def way(request: pytest.FixtureRequest, way_of: Make) -> Way:
    return way_of(request.param)


def looked(way: Way) -> str:
    """What the looks before a drill see of the restorer's own; the fault of those that stop it."""
    return look(way.restorer.questions(way.copy)).heed()


def described(made: Estate, resource: Resource) -> dict[str, Any]:
    """All that AWS says of a source, but for what moves with time."""
    if resource is INSTANCE:
        rds = made.client("rds")
        found = rds.describe_db_instances(DBInstanceIdentifier=resource.id)["DBInstances"][0]
        snapshots = rds.describe_db_snapshots()["DBSnapshots"]
        found["Snapshots"] = sorted(each["DBSnapshotIdentifier"] for each in snapshots)
    elif resource is TABLE:
        found = made.client("dynamodb").describe_table(TableName=resource.id)["Table"]
    else:
        return {}
    found.pop("LatestRestorableTime", None)
    return dict(found)


# The life of a copy.


def test_a_copy_lives_from_restore_to_gone_and_production_is_as_before(way: Way) -> None:
    """Restored, ready, destroyed and proven gone; source and inventory are as before, every write named the copy."""
    before, source = way.made.inventory(), described(way.made, way.resource)
    assert looked(way)
    way.restored()
    assert way.exists()
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert way.made.inventory() == before
    assert described(way.made, way.resource) == source
    writes = {action for _, action in WRITES}
    changed = [entry for entry in way.made.lab.journal[way.heard :] if entry.action in writes]
    assert {entry.action for entry in changed} <= {ASK[way.kind], DELETE[way.kind], "TagResource"}
    assert all(way.copy.id in str(entry.params) for entry in changed)


def test_every_state_is_observed_for_the_copy(way: Way) -> None:
    """What AWS reported on the way is handed over as evidence, under the copy's id."""
    way.restored()
    way.restorer.destroy(way.copy)
    names, states = zip(*way.made.ledger.seen, strict=True)
    assert set(names) == {way.copy.id}
    assert states[0].lower() in ("creating", "create_in_progress", "absent")
    assert states[-1].lower() in ("absent", "delete_complete")
    assert not any("unknown" in state for state in states)


def test_asking_twice_makes_one_copy(way: Way) -> None:
    """A lost answer looks like 'exists already': our own copy is adopted, and nothing is made again."""
    first = way.restore()
    assert way.restore() == first
    assert len(way.calls(ASK[way.kind])) == 1
    way.confirm(first)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_copy_whose_creation_was_never_confirmed_can_be_destroyed(way: Way) -> None:
    """The process died before the answer was written: the intent alone is enough to find the copy and take it down."""
    way.restore()
    assert way.made.ledger.rows[way.copy.id].identity is None
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


def test_a_copy_that_is_still_being_made_can_be_destroyed(way: Way) -> None:
    """A drill that is stopped in the middle of a restore leaves nothing: the deletion is repeated until it is taken."""
    way.restored(ready=False)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


def test_destroying_twice_is_as_good_as_once(way: Way) -> None:
    """A second teardown finds it gone, says so, and asks for no second deletion."""
    way.restored()
    way.restorer.destroy(way.copy)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert len(way.deletions) == 1


def test_a_copy_that_was_only_intended_was_never_created(way: Way) -> None:
    """With nothing there and no identity known, the truth is NEVER_CREATED; nothing is asked to be deleted."""
    assert way.restorer.destroy(way.copy) is CopyState.NEVER_CREATED
    assert way.deletions == []


def test_a_copy_that_somebody_else_deletes_is_gone(way: Way) -> None:
    """A teardown that comes too late is not a failure."""
    way.restored()
    others = CloudOther(way)
    others.delete()
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


@dataclass
class CloudOther:
    """Somebody else, with the right to delete the copy."""

    way: Way

    def delete(self) -> None:
        name, made = self.way.copy.id, self.way.made
        if self.way.kind.startswith("rds"):
            made.client("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        elif self.way.kind == "dynamodb":
            made.client("dynamodb").delete_table(TableName=name)
        else:
            made.client("cloudformation").delete_stack(StackName=name)


# What must never be deleted.


def test_without_a_ledger_row_nothing_is_deleted(way: Way) -> None:
    """Name, tag and identity do not suffice: the run's ledger must hold it."""
    way.restored()
    del way.made.ledger.rows[way.copy.id]
    with pytest.raises(UnsafeToDelete, match="not in the ledger"):
        way.restorer.destroy(way.copy)
    assert way.deletions == []
    assert way.exists()


@pytest.mark.parametrize("tags", [{}, {"dr-drill:run": "20260101-ffffff"}], ids=["no tag", "another run's tag"])
def test_a_foreign_object_under_the_copys_name_is_not_deleted(way: Way, tags: dict[str, str]) -> None:
    """A name is no proof: what does not wear this run's tag stays."""
    way.foreign(tags)
    with pytest.raises(UnsafeToDelete, match="does not wear the tag"):
        way.restorer.destroy(way.copy)
    assert way.deletions == []


def test_an_object_of_another_identity_is_not_deleted(way: Way) -> None:
    """Name and tag agree and still it is not the object that this run made: it stays."""
    way.foreign(way.copy.tags)
    way.confirm(Identity("arn:aws:other", "another-id"))
    with pytest.raises(UnsafeToDelete, match="but this run made another-id"):
        way.restorer.destroy(way.copy)
    assert way.deletions == []


@pytest.mark.parametrize("kind", RESTORERS)
def test_a_registered_source_is_not_deleted_though_the_ledger_claims_it(way_of: Make, kind: str) -> None:
    """A corrupt ledger row that names production, with production's identity: refused, and by the guard likewise."""
    way = way_of(kind)
    copy = replace(way.copy, id=way.resource.id)
    live = described(way.made, way.resource)
    known = str(live.get("DbiResourceId") or dynamodb.unique_id(live))
    way.made.ledger.intend(copy, way.made.clock, Identity("arn", known))
    with pytest.raises(UnsafeToDelete, match="registered source"):
        way.restorer.destroy(copy)
    with pytest.raises(UnsafeToDelete, match="registered source"):
        way.restorer._prove_and_delete(copy)
    assert way.deletions == []
    assert described(way.made, way.resource) == live


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("rds-snapshot", "DescribeDBInstances"),
        ("dynamodb", "DescribeTable"),
        ("dynamodb", "ListTagsOfResource"),
        ("stack", "DescribeStacks"),
        ("stack", "ListStackResources"),
    ],
)
def test_what_cannot_be_proven_is_not_deleted(way_of: Make, kind: str, action: str) -> None:
    """A look that is denied while proving proves nothing: no deletion, and the call is named."""
    way = way_of(kind)
    way.restored()
    way.made.lab.faults.add({"kind": "access-denied", "action": action})
    with pytest.raises(Denied, match=f"^[a-z]+:{action}: "):
        way.restorer.destroy(way.copy)
    assert way.deletions == []


def test_a_foreign_object_is_not_adopted(way: Way) -> None:
    """What stands under the copy's name and is not this run's ends the drill, at the preflight and at the restore."""
    way.foreign({})
    if way.kind == "dynamodb":
        del way.made.ledger.rows[way.copy.id]  # so that the guard, not the restorer, has the last word below
    with pytest.raises(NotRecoverable, match="exists already and is not of this run"):
        looked(way)
    with pytest.raises(DrillFault):
        way.restore()
    assert way.exists()


def test_a_copy_that_nobody_intended_is_not_made(way_of: Make) -> None:
    """A restore without intent in the ledger is refused by the guard: nothing is created that could be orphaned."""
    for kind in EVERY:
        way = way_of(kind, intended=False)
        with pytest.raises(Forbidden):
            way.restore()
        assert not way.exists()


# What is asked of AWS.


@pytest.mark.parametrize("kind", ["rds-snapshot", "rds-pitr"])
def test_an_instance_is_restored_in_isolation_with_nothing_left_to_defaults(way_of: Make, kind: str) -> None:
    """Network, exposure, protection, backups, class and tags are all in the request itself, False and 0 included."""
    way = way_of(kind)
    way.restored()
    way.restorer.destroy(way.copy)
    (asked,) = way.calls(ASK[kind])
    group = way.made.client("ec2").describe_security_groups(GroupNames=["dro-isolated"])["SecurityGroups"][0]["GroupId"]
    expected = {
        "DBSubnetGroupName": "dro-isolated",
        "VpcSecurityGroupIds.VpcSecurityGroupId.1": group,
        "PubliclyAccessible": "false",
        "MultiAZ": "false",
        "DeletionProtection": "false",
        "AutoMinorVersionUpgrade": "false",
        "CopyTagsToSnapshot": "false",
        "BackupRetentionPeriod": "0",
        "DBInstanceClass": "db.m6g.large",
    }
    assert {key: asked.get(key) for key in expected} == expected
    assert "VpcSecurityGroupIds.VpcSecurityGroupId.2" not in asked
    tags = {asked[f"Tags.Tag.{n}.Key"]: asked[f"Tags.Tag.{n}.Value"] for n in (1, 2, 3)}
    assert tags == way.copy.tags
    (deleted,) = way.deletions
    assert (deleted["SkipFinalSnapshot"], deleted["DeleteAutomatedBackups"]) == ("true", "true")
    assert deleted["DBInstanceIdentifier"] == way.copy.id
    assert "FinalDBSnapshotIdentifier" not in deleted


def test_a_table_is_tagged_as_soon_as_it_can_be(way_of: Make) -> None:
    """AWS takes no tags on a table's restore, so they follow when it is active: the three of the run."""
    way = way_of("dynamodb")
    way.restored()
    table = way.made.client("dynamodb").describe_table(TableName=way.copy.id)["Table"]
    assert dynamodb.tags(way.made.bench.account.api("dynamodb"), table) == way.copy.tags


def test_a_stack_is_asked_for_so_that_its_failure_can_be_read_and_it_can_be_deleted(way_of: Make) -> None:
    """What fails is kept for its events, nothing protects it, parameters carry the copy's name, deletion is by id."""
    way = way_of("stack")
    identity = way.restored()
    way.restorer.destroy(way.copy)
    (asked,) = way.calls("CreateStack")
    assert (asked["OnFailure"], asked["EnableTerminationProtection"]) == ("DO_NOTHING", "false")
    assert asked["Parameters.member.1.ParameterValue"] == way.copy.id
    assert asked["ClientRequestToken"] == way.copy.id
    assert way.deletions == [{**way.deletions[0], "StackName": identity.unique_id}]


# What cannot be recovered, and what could not be seen.


@pytest.mark.parametrize(
    ("kind", "fault", "why"),
    [
        ("rds-snapshot", {"kind": "no-snapshot"}, "no available snapshot of orders-prod"),
        ("rds-pitr", {"kind": "pitr-off"}, "orders-prod"),
        ("dynamodb", {"kind": "pitr-off"}, "point-in-time recovery is switched off for table sessions-prod"),
    ],
)
def test_no_recovery_point_is_a_failed_drill(way_of: Make, kind: str, fault: dict[str, str], why: str) -> None:
    """No snapshot, or point-in-time recovery off: the service cannot be recovered this way, and nothing is made."""
    way = way_of(kind)
    way.made.lab.faults.add(fault)
    with pytest.raises(NotRecoverable, match=why):
        way.restorer.choose()
    assert way.calls(ASK[kind]) == []


@pytest.mark.parametrize("kind", RESTORERS)
def test_a_source_that_is_not_there_is_a_failed_drill(way_of: Make, kind: str) -> None:
    """A mistyped or deleted source is told with the call, at the preflight already."""
    way = way_of(kind, replace(SOURCE[kind], id="no-such-thing"))
    with pytest.raises(NotRecoverable, match=r"^(rds|dynamodb):Describe\w+: .*no-such-thing"):
        looked(way)
    with pytest.raises(NotRecoverable):
        way.restorer.choose()


@pytest.mark.parametrize("kind", ["rds-pitr", "dynamodb"])
@pytest.mark.parametrize("ago", [timedelta(days=400), timedelta(seconds=1), -timedelta(hours=1)])
def test_an_instant_outside_the_window_is_refused(way_of: Make, kind: str, ago: timedelta) -> None:
    """Before the first, within the lag, or in the future: never silently another instant."""
    way = way_of(kind, selection=Selection(Pick.AT, ago=ago))
    with pytest.raises(NotRecoverable, match="outside its restorable window"):
        way.restorer.choose()


@pytest.mark.parametrize("kind", ["rds-pitr", "dynamodb"])
def test_an_asked_instant_is_the_one_restored(way_of: Make, kind: str) -> None:
    """The point is continuous, says that the instant was asked for, and loss is counted from it."""
    way = way_of(kind, selection=Selection(Pick.AT, ago=timedelta(minutes=30)))
    point = way.restorer.choose()
    assert point.kind is PointKind.CONTINUOUS
    assert point.data_time == point.reference
    assert abs(way.made.clock.now() - point.data_time - timedelta(minutes=30)) < timedelta(seconds=1)
    assert way_of(kind).restorer.choose().reference is None


@pytest.mark.parametrize("kind", RESTORERS)
def test_a_denied_look_is_inconclusive(way_of: Make, kind: str) -> None:
    """Access denied says nothing about the backups: not measured, with the call that was denied."""
    way = way_of(kind)
    way.made.lab.faults.add({"kind": "access-denied", "action": "Describe*"})
    for act in (way.restorer.choose, lambda: looked(way)):
        with pytest.raises(NotMeasured, match=r"^(rds|dynamodb):Describe\w+: AccessDenied"):
            act()


def test_a_denied_restore_makes_nothing(way: Way) -> None:
    """The creating call is denied: INCONCLUSIVE, and the teardown knows that there is nothing."""
    way.made.lab.faults.add({"kind": "access-denied", "action": ASK[way.kind]})
    with pytest.raises(Denied, match=ASK[way.kind]):
        way.restore()
    assert way.restorer.destroy(way.copy) is CopyState.NEVER_CREATED


@pytest.mark.parametrize(
    ("kind", "status", "why"),
    [
        ("rds-snapshot", "incompatible-restore", "ended as 'incompatible-restore'"),
        ("rds-pitr", "storage-full", "ended as 'storage-full'"),
        ("dynamodb", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"),
        ("stack", "ROLLBACK_COMPLETE", "asked for by a fault rule of the lab"),
    ],
)
def test_a_copy_that_dies_is_a_failed_drill(way_of: Make, kind: str, status: str, why: str) -> None:
    """What will never be ready fails the drill with its state, and (a stack) with the first resource that failed."""
    way = way_of(kind)
    way.made.lab.faults.add({"kind": "ends-as", "status": status, "action": ASK[kind]})
    way.restored(ready=False)
    with pytest.raises(NotRecoverable, match=why):
        way.restorer.ready(way.copy)


@pytest.mark.parametrize("kind", ["rds-snapshot", "stack"])
def test_a_copy_that_died_is_destroyed_like_any_other(way_of: Make, kind: str) -> None:
    """An incompatible instance or a rolled-back stack costs money too."""
    way = way_of(kind)
    way.made.lab.faults.add({"kind": "ends-as", "status": "incompatible-restore", "action": ASK[kind]})
    way.restored(ready=False)
    way.made.clock.sleep(3600)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


@pytest.mark.parametrize("kind", RESTORERS)
def test_a_copy_that_is_never_ready_is_given_up_at_the_ceiling(way_of: Make, kind: str) -> None:
    """One hour here: the drill fails with the state that it hung in, instead of waiting for ever."""
    way = way_of(kind)
    way.made = replace(way.made, bench=replace(way.made.bench, ceiling=3600.0))
    way.made.lab.faults.add({"kind": "stuck", "action": ASK[kind]})
    way.restored(ready=False)
    with pytest.raises(NotRecoverable, match=r"was still '(creating|CREATING)' after 1\.0 h"):
        way.restorer.ready(way.copy)


@pytest.mark.parametrize(
    ("kind", "code", "answers"),
    [
        ("rds-snapshot", "InstanceQuotaExceeded", 2),
        ("rds-snapshot", "InsufficientDBInstanceCapacity", 2),
        ("rds-pitr", "StorageQuotaExceeded", 2),
        ("dynamodb", "LimitExceededException", 12),  # botocore takes it for throttling, and asks six times
    ],
)
def test_a_quota_is_waited_out(way_of: Make, kind: str, code: str, answers: int) -> None:
    """What AWS has no room for now is asked for again, and the time is told once, as a wait for the quota."""
    way, told = way_of(kind), list[tuple[SegmentKind, float]]()

    def delayed(of: SegmentKind, _why: str, seconds: float) -> None:
        told.append((of, seconds))

    way.made = replace(way.made, bench=replace(way.made.bench, delayed=delayed))
    way.made.lab.faults.add({"kind": "error", "code": code, "action": ASK[kind], "times": answers})
    with mock.patch.object(botocore.endpoint.time, "sleep", lambda _: way.made.clock.sleep(1)):
        way.confirm(way.restore())
    assert told == [(SegmentKind.QUOTA, pytest.approx(90 + (answers - 2), abs=0.5))]
    assert len(way.calls(ASK[kind])) == 1
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_creation_that_was_throttled_is_told_as_that(way_of: Make) -> None:
    """What botocore waited by itself is no quota, and is not forgotten either."""
    way, told = way_of("rds-snapshot"), list[tuple[SegmentKind, float]]()

    def delayed(of: SegmentKind, _why: str, seconds: float) -> None:
        told.append((of, seconds))

    way.made = replace(way.made, bench=replace(way.made.bench, delayed=delayed))
    way.made.bench.account.throttling.listen(way.made.clock, lambda _call, seconds: pytest.fail(f"twice: {seconds}"))
    way.made.lab.faults.add({"kind": "throttle", "action": ASK["rds-snapshot"], "times": 2})
    with mock.patch.object(botocore.endpoint.time, "sleep", lambda _: way.made.clock.sleep(5)):
        way.confirm(way.restore())
    assert told == [(SegmentKind.THROTTLING, pytest.approx(10, abs=0.5))]
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_throttling_storm_is_waited_out_and_told_where_it_hid_the_copy(way_of: Make) -> None:
    """Describes that are throttled for minutes neither fail the restore nor pass for its own time."""
    way, told = way_of("rds-snapshot"), list[tuple[SegmentKind, float]]()
    way.made = replace(
        way.made, bench=replace(way.made.bench, delayed=lambda of, _why, seconds: told.append((of, seconds)))
    )
    way.restored(ready=False)
    way.made.clock.sleep(3600)  # it is ready by now, and nobody can see it
    way.made.lab.faults.add({"kind": "throttle", "action": "DescribeDBInstances", "times": 10})
    with mock.patch.object(botocore.endpoint.time, "sleep", lambda _: way.made.clock.sleep(20)):
        before = way.made.clock.monotonic()
        way.restorer.ready(way.copy)
        took = way.made.clock.monotonic() - before
    ((of, seconds),) = told
    assert of is SegmentKind.THROTTLING
    assert 8 * 20 <= seconds < took
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


# AWS's own clock, and the endpoint's word.


def test_awss_own_times_stand_under_the_words_that_the_watcher_has(way: Way) -> None:
    """Each time is in the past, names its API, and its state is one that was observed of the copy."""
    way.restored()
    times = way.restorer.server_times(way.copy)
    observed = {state for _, state in way.made.ledger.seen}
    assert times
    assert {told.copy for told in times} == {way.copy.id}
    record = way.made.ledger.rows[way.copy.id]
    for told in times:
        assert told.state in observed
        assert record.intended_at - timedelta(seconds=1) <= told.at <= way.made.clock.now()
        assert told.source.split(": ")[0] in (
            "rds:DescribeEvents",
            "dynamodb:DescribeTable",
            "cloudformation:DescribeStackEvents",
        )
    way.restorer.destroy(way.copy)


def test_rds_tells_when_the_copy_was_really_there(way_of: Make) -> None:
    """Not when it was seen, but when it was: the lab's own instant, to the millisecond, with the raw message."""
    way = way_of("rds-snapshot")
    way.restored()
    (told,) = way.restorer.server_times(way.copy)
    true = instance_of(way).timeline.ends
    assert abs(told.at - true) < timedelta(seconds=1)
    assert (told.state, told.source) == ("available", "rds:DescribeEvents: DB instance created")
    (asked,) = way.calls("DescribeEvents")
    assert (asked["SourceIdentifier"], asked["SourceType"]) == (way.copy.id, "db-instance")
    way.restorer.destroy(way.copy)


def test_a_stack_tells_its_own_times_and_not_those_of_its_resources(way_of: Make) -> None:
    """One time for each state of the stack itself, in their order."""
    way = way_of("stack")
    way.restored()
    times = way.restorer.server_times(way.copy)
    assert [told.state for told in times] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert times[0].at < times[1].at
    way.restorer.destroy(way.copy)


def instance_of(way: Way) -> Any:
    """The lab's own instance behind a copy."""
    return rds_backends[ACCOUNT][REGION].databases[way.copy.id]


def asked_at(way: Way, answers: Callable[[Copy], bool] | None) -> tuple[timedelta, str]:
    """Wait for a copy that makes a first backup: how long after its creation it counts as ready, and its last state."""
    way.restored(ready=False)
    instance_of(way).timeline = lifecycle.passing([("creating", 600.0), ("backing-up", 900.0)], "available")
    created = instance_of(way).timeline.steps[0][0]
    way.made.bench.clock.sleep(1)
    RdsSnapshot(way.resource, way.selection, way.made.bench, answers).ready(way.copy)
    told = way.made.clock.now() - created, way.made.ledger.seen[-1][1]
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    return told


def test_an_endpoint_that_answers_ends_the_wait_while_the_first_backup_is_made(way_of: Make, unhurried: None) -> None:
    """An instance serves in 'backing-up': where its database can be asked, that counts, and else only 'available'."""
    late, state = asked_at(way_of("rds-snapshot"), lambda _: True)
    assert (late < timedelta(seconds=20), state) == (True, "backing-up")
    late, state = asked_at(way_of("rds-snapshot"), None)
    assert (late > timedelta(seconds=800), state) == (True, "available")


def test_an_endpoint_is_asked_only_where_there_may_be_one(way_of: Make, unhurried: None) -> None:
    """While the instance is being created nobody knocks; the copy is what is asked."""
    way, knocked = way_of("rds-snapshot"), list[str]()

    def answers(copy: Copy) -> bool:
        assert copy == way.copy
        knocked.append(instance_of(way).status)
        return True

    asked_at(way, answers)
    assert knocked == ["backing-up", "backing-up"]


@pytest.mark.parametrize("after", [300.0, 10**9])
def test_an_available_instance_whose_endpoint_is_silent_is_waited_on_for_a_while(
    way_of: Make, unhurried: None, after: float
) -> None:
    """Until it answers, or for ten minutes: then the checks are to tell why."""
    way = way_of("rds-snapshot")
    since: list[datetime] = []

    def answers(_: Copy) -> bool:
        now = way.made.clock.now()
        if instance_of(way).status == "available":
            since.append(now)
        return bool(since) and (now - since[0]).total_seconds() >= after

    late, state = asked_at(way, answers)
    assert state == "available"
    assert late > timedelta(seconds=800)
    assert min(after, 600) <= (since[-1] - since[0]).total_seconds() <= min(after, 600) + 40


@pytest.fixture
def unhurried(made: Estate) -> Iterator[None]:
    """Short ticks, as against AWS."""
    made.clock.pace, before = 1.0, made.clock.pace
    yield
    made.clock.pace = before


# RDS: isolation and the choice of a snapshot.


def test_a_network_with_a_way_out_is_refused(way_of: Make) -> None:
    """A security group with any egress would let a copy reach production: refused before and at the restore."""
    open_group = Isolation("dro-isolated", ("default",))
    way = way_of("rds-snapshot", replace(INSTANCE, isolation=open_group))
    for act in (lambda: looked(way), way.restore):
        with pytest.raises(NotRecoverable, match="security group default lets traffic out"):
            act()
    assert not way.exists()


@pytest.mark.parametrize(
    ("isolation", "why"),
    [
        (None, "has no isolation"),
        (Isolation("no-such-group", ("dro-isolated",)), "DBSubnetGroupNotFound"),
        (Isolation("dro-isolated", ("no-such-group",)), "no security group no-such-group"),
        (Isolation("dro-isolated", ("dro-isolated", "default")), "default lets traffic out"),
    ],
)
def test_an_isolation_that_is_not_there_is_refused(way_of: Make, isolation: Isolation | None, why: str) -> None:
    """Without a closed network no copy is made: AWS's default would be production's."""
    way = way_of("rds-snapshot", replace(INSTANCE, isolation=isolation))
    with pytest.raises(NotRecoverable, match=why):
        looked(way)
    assert way.calls(ASK["rds-snapshot"]) == []


@pytest.fixture
def snapshots(made: Estate) -> Iterator[list[str]]:
    """Names of snapshots to be deleted after the test."""
    names: list[str] = []
    yield names
    made.clock.sleep(3600)
    for name in names:
        made.client("rds").delete_db_snapshot(DBSnapshotIdentifier=name)


def test_the_newest_data_is_chosen_not_the_newest_copy(way_of: Make, made: Estate, snapshots: list[str]) -> None:
    """A snapshot that is copied gets a new creation time; its data is as old as before."""
    way, rds = way_of("rds-snapshot"), made.client("rds")
    automated = rds.describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
    oldest = min(automated, key=lambda each: each["SnapshotCreateTime"])["DBSnapshotIdentifier"]
    before = way.restorer.choose()
    rds.copy_db_snapshot(SourceDBSnapshotIdentifier=oldest, TargetDBSnapshotIdentifier="copied")
    snapshots.append("copied")
    made.clock.sleep(3600)
    listed = {each["DBSnapshotIdentifier"]: each for each in rds.describe_db_snapshots()["DBSnapshots"]}
    assert listed["copied"]["SnapshotCreateTime"] > listed[before.id]["SnapshotCreateTime"]
    assert listed["copied"]["Status"] == "available"
    chosen = way.restorer.choose()
    assert chosen.id == before.id
    assert chosen.data_time_source == "SnapshotDatabaseTime"


def test_a_snapshot_that_is_still_being_made_is_not_chosen(way_of: Make, made: Estate, snapshots: list[str]) -> None:
    """Only what is available can be restored; once it is, it is the newest."""
    way = way_of("rds-snapshot")
    before = way.restorer.choose().id
    made.client("rds").create_db_snapshot(DBInstanceIdentifier=INSTANCE.id, DBSnapshotIdentifier="fresh")
    snapshots.append("fresh")
    assert way.restorer.choose().id == before
    made.clock.sleep(1800)
    assert way.restorer.choose().id == "fresh"


def test_the_second_page_of_the_list_is_read(way_of: Make, made: Estate) -> None:
    """However many pages there are, the newest is the newest of all, and the worst case is that of all."""
    way = way_of("rds-snapshot")
    restorer = way.restorer
    whole, worst = restorer.choose(), restorer.worst_case(made.clock.now())
    events = restorer._api._client.meta.events
    events.register("before-parameter-build.rds.DescribeDBSnapshots", _one_a_page, unique_id="one-a-page")
    heard = len(way.calls("DescribeDBSnapshots"))
    try:
        assert restorer.choose() == whole
        assert len(way.calls("DescribeDBSnapshots")) - heard > 1
        assert restorer.worst_case(made.clock.now()).source == worst.source
    finally:
        events.unregister("before-parameter-build.rds.DescribeDBSnapshots", unique_id="one-a-page")


def _one_a_page(params: dict[str, Any], **_: Any) -> None:
    params["MaxRecords"] = 1


class Listing:
    """A list of snapshots, in place of AWS's; `backups` are the minutes that each of the last ones took."""

    def __init__(
        self, *days_old: float, until: datetime, retention: int = 0, backups: tuple[float, ...] | None = ()
    ) -> None:
        self.until, self.days, self.retention, self.backups = until, days_old, retention, backups

    def call(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {"DBInstances": [{"DbiResourceId": "db-1", "BackupRetentionPeriod": self.retention}]}

    def pages(self, operation: str, *_: Any, **given: Any) -> Iterator[dict[str, Any]]:
        return self._events(**given) if operation == "DescribeEvents" else self._snapshots()

    def _events(self, SourceIdentifier: str, SourceType: str, StartTime: datetime) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert (SourceIdentifier, SourceType) == (INSTANCE.id, "db-instance")
        assert self.until - StartTime == timedelta(days=14)
        if self.backups is None:
            raise Denied("AccessDenied")
        yield {"Message": "Finished DB instance backup", "Date": self.until - timedelta(days=14)}  # begun before
        for number, minutes in enumerate(self.backups, 1):
            begun = self.until - timedelta(days=number)
            yield {"Message": "Finished DB instance backup", "Date": begun + timedelta(minutes=minutes)}
            yield {"Message": "Backing up DB instance", "Date": begun}
        yield {"Message": "Backing up DB instance", "Date": self.until}  # not finished yet

    def _snapshots(self) -> Iterator[dict[str, Any]]:
        for number, days in enumerate(self.days):
            taken = self.until - timedelta(days=days)
            yield {"DBSnapshotIdentifier": f"s{number}", "Status": "available", "SnapshotCreateTime": taken}
        yield {"DBSnapshotIdentifier": "no-time-yet", "Status": "available"}


@pytest.mark.parametrize(
    ("days_old", "worst"),
    [((), None), ((0.01,), None), ((1, 2, 3.5), 1.5), ((5, 6), 5), ((1, 30, 100), 70), ((100, 101), 100)],
)
def test_the_worst_case_is_read_from_the_rhythm_of_snapshots(
    way_of: Make, days_old: tuple[float, ...], worst: float | None
) -> None:
    """The largest gap that the last 90 days saw, up to now; one snapshot alone, however fresh, promises nothing."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(*days_old, until=until)
    case = restorer.worst_case(until)
    assert (case and case.loss) == (worst and timedelta(days=worst))


def test_the_worst_case_has_the_time_that_a_backup_takes(way_of: Make) -> None:
    """While a backup is made there is only the one before: the longest of the last 14 days is added, and said."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(0.5, 1, 2, 3.25, until=until, backups=(2, 3.5, 1))
    case = restorer.worst_case(until)
    assert case.gap == case.p95 == timedelta(days=1.25)
    assert case.backup == timedelta(minutes=3.5)
    assert case.loss == case.gap + case.backup
    assert case.source == "largest gap between 4 snapshots, 30 h, plus 3 m 30 s for the backup"


def test_the_95th_percentile_of_the_gaps_is_told_beside_the_largest(way_of: Make) -> None:
    """One missed night among forty does not hide the rhythm, nor the rhythm the missed night."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(*(day for day in range(1, 41) if day != 7), until=until)
    case = restorer.worst_case(until)
    assert (case.gap, case.p95) == (timedelta(days=2), timedelta(days=1))


@pytest.mark.parametrize("backups", [(), None], ids=["none told", "denied"])
def test_a_backup_time_that_nobody_tells_is_not_guessed(way_of: Make, backups: tuple[float, ...] | None) -> None:
    """No finished backup in the events, or no right to read them: the gap alone, and it says so."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(1, 2, until=until, backups=backups)
    case = restorer.worst_case(until)
    assert (case.loss, case.backup) == (timedelta(days=1), None)
    assert case.source.endswith("the time a backup takes is not known")


@pytest.mark.parametrize(
    ("days_old", "worst"),
    [((1, 2, 3, 60), 1), ((5, 60), None), ((10, 60), 10), ((6.5, 1, 6, 8), 5)],
)
def test_what_lies_before_the_retention_shows_no_rhythm(
    way_of: Make, days_old: tuple[float, ...], worst: float | None
) -> None:
    """The automated snapshots between those kept by hand have expired: only the retention, 7 days here, shows all."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(*days_old, until=until, retention=7)
    case = restorer.worst_case(until)
    assert (case and case.loss) == (worst and timedelta(days=worst))


@pytest.mark.parametrize("kind", ["rds-pitr", "dynamodb"])
def test_the_worst_case_of_a_continuous_backup_is_its_lag(way_of: Make, made: Estate, kind: str) -> None:
    """What a disaster right now would lose: the distance to the latest restorable time."""
    case = way_of(kind).restorer.worst_case(made.clock.now())
    assert timedelta(minutes=4) < case.loss < timedelta(minutes=6)


# DynamoDB: the items of the instant; stacks: members, and what is left behind.


def test_a_table_is_restored_as_it_was_at_the_instant(way_of: Make, made: Estate) -> None:
    """What was deleted or changed after the instant is as before it, and what came later is not there."""
    client = made.client("dynamodb")
    instant = made.clock.now()
    made.clock.sleep(60)
    client.put_item(TableName=TABLE.id, Item={"pk": {"S": "later"}})
    client.put_item(TableName=TABLE.id, Item={"pk": {"S": "session#2"}, "changed": {"S": "yes"}})
    client.delete_item(TableName=TABLE.id, Key={"pk": {"S": "session#3"}})
    made.clock.sleep(1200)
    way = way_of("dynamodb", selection=Selection(Pick.AT, at=instant))
    way.restored()
    items = client.scan(TableName=way.copy.id)["Items"]
    expected = [{"pk": {"S": f"session#{number}"}} for number in range(60)]
    assert sorted(items, key=str) == sorted(expected, key=str)
    client.delete_item(TableName=TABLE.id, Key={"pk": {"S": "later"}})
    client.put_item(TableName=TABLE.id, Item={"pk": {"S": "session#2"}})
    client.put_item(TableName=TABLE.id, Item={"pk": {"S": "session#3"}})


def test_a_rebuilt_environment_is_filled_once_its_store_is_a_copy(way_of: Make, made: Estate) -> None:
    """A store of the stack can be written to only after it is in the ledger; then every item arrives."""
    way = way_of("stack")
    way.restored()
    member, identity = way.restorer.member("Config", way.copy)
    assert member.parent == way.copy.id
    interim = replace(way.copy, id=TABLE.id, type=CopyType.DYNAMODB_TABLE)
    with pytest.raises(Forbidden):
        way.restorer.fill(interim, member)
    made.ledger.intend(member, made.clock, identity)
    assert way.restorer.fill(interim, member) == 60
    assert made.client("dynamodb").scan(TableName=member.id)["Count"] == 60
    assert way.restorer.outputs(way.copy) == {"Table": member.id}
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


@pytest.mark.parametrize("logical_id", ["Queue", "NoSuchThing"])
def test_only_a_table_of_the_stack_is_a_store(way_of: Make, logical_id: str) -> None:
    """Another resource whose physical name is that of some table in the account is not written to."""
    way = way_of("stack")
    way.restored()
    with pytest.raises(NotMeasured, match=f"has no resource AWS::DynamoDB::Table {logical_id}"):
        way.restorer.member(logical_id, way.copy)


def test_what_a_stack_leaves_behind_is_told(way_of: Make, made: Estate) -> None:
    """CloudFormation says 'deleted' and a table was retained: that is no clean end."""
    rebuild = STACK.rebuild
    assert rebuild is not None
    kept = TEMPLATE.replace(
        "    Type: AWS::DynamoDB::Table", "    DeletionPolicy: Retain\n    Type: AWS::DynamoDB::Table"
    )
    way = way_of("stack", replace(STACK, rebuild=replace(rebuild, template=kept)))
    with pytest.raises(NotRecoverable, match="would stay behind"):
        looked(way)
    way.restored()
    with pytest.raises(NotMeasured, match=f"left {way.copy.id}-config behind"):
        way.restorer.destroy(way.copy)
    made.client("dynamodb").delete_table(TableName=f"{way.copy.id}-config")


def test_a_stack_that_cannot_be_deleted_is_told(way_of: Make, made: Estate) -> None:
    """DELETE_FAILED is not gone; a second attempt may succeed."""
    way = way_of("stack")
    way.restored()
    rule = made.lab.faults.add({"kind": "ends-as", "status": "DELETE_FAILED", "action": "DeleteStack"})
    with pytest.raises(NotRecoverable, match="ended as 'DELETE_FAILED'"):
        way.restorer.destroy(way.copy)
    made.lab.faults.remove(rule)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
