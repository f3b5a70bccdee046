"""Aurora clusters: the cluster and the instance in it, from the recovery point to the last proof of their end."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.access.policies import Scope, drill_policies
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.aws.looks import rights
from dr_orchestrator.aws.rds import instances
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.drill import Allowed, Drill, Pick, Selection
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.preflight import look
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.service import Database, Resource
from dr_orchestrator.errors import NotRecoverable, UnsafeToDelete
from dr_orchestrator.lab.cloud.databases import places
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.aurora_cluster import listing, production
from dr_orchestrator.resources.aurora_cluster.instance import planned
from dr_orchestrator.resources.aurora_cluster.lab.backend import Clusters
from dr_orchestrator.resources.aurora_cluster.name import INSTANCE, NAME
from dr_orchestrator.resources.aurora_cluster.points import ClusterPointInTime, ClusterSnapshot
from dr_orchestrator.resources.aurora_cluster.restore import STATES, AuroraCluster
from tests.support.aurora import ENGINE, SCALING, add_member, described, member
from tests.support.estate import ISOLATION, REGION, Estate, estate

TYPE = TYPES[NAME]
CLUSTER = Resource("boards-db", NAME, "boards-prod", REGION, isolation=ISOLATION)
SCALES = replace(CLUSTER, name="status-db", id="status-prod")
MYSQL = replace(CLUSTER, name="old-db", id="old-prod")
SNAPSHOT, INSTANT = "RestoreDBClusterFromSnapshot", "RestoreDBClusterToPointInTime"
AWS_CLUSTER_STATES = """available backing-up backtracking cloning-failed creating deleting failing-over
    inaccessible-encryption-credentials inaccessible-encryption-credentials-recoverable maintenance migrating
    migration-failed modifying promoting preparing-data-migration renaming resetting-master-credentials starting stopped
    stopping storage-optimization update-iam-db-auth upgrading"""
AWS_INSTANCE_STATES = """available backing-up configuring-enhanced-monitoring configuring-iam-database-auth
    configuring-log-exports converting-to-vpc creating delete-precheck deleting failed
    inaccessible-encryption-credentials inaccessible-encryption-credentials-recoverable incompatible-create
    incompatible-network incompatible-option-group incompatible-parameters incompatible-restore insufficient-capacity
    maintenance modifying moving-to-vpc rebooting resetting-master-credentials renaming restore-error starting stopped
    stopping storage-config-upgrade storage-full storage-initialization storage-optimization upgrading"""
_runs = itertools.count(1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The small estate, with a provisioned cluster, one of Serverless v2, and one of MySQL in it."""
    with estate(tmp_path_factory.mktemp("lab")) as built:
        built.clock.pace = 3000.0  # long ticks: few calls, no less truth
        _cluster(built, CLUSTER, "db.r6g.large")
        _cluster(built, SCALES, "db.serverless", ServerlessV2ScalingConfiguration=SCALING)
        built.client("rds").create_db_cluster(
            DBClusterIdentifier=MYSQL.id, Engine="aurora-mysql", MasterUsername="old", MasterUserPassword="not-a-secret"
        )
        built.clock.sleep(timedelta(hours=2).total_seconds())
        yield built


def _cluster(built: Estate, resource: Resource, kind: str, **given: Any) -> None:
    rds, family, name = built.client("rds"), f"{ENGINE}16", resource.id
    key = built.client("kms").create_key()["KeyMetadata"]["Arn"]
    groups = {"Description": "own", "DBParameterGroupFamily": family}
    rds.create_db_cluster_parameter_group(DBClusterParameterGroupName=f"{name}-cluster", **groups)
    rds.create_db_parameter_group(DBParameterGroupName=f"{name}-instance", **groups)
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine=ENGINE,
        EngineVersion="16.6",
        MasterUsername="boards",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=7,
        DeletionProtection=True,
        StorageEncrypted=True,
        KmsKeyId=key,
        DBClusterParameterGroupName=f"{name}-cluster",
        **given,
    )
    group = {"DBParameterGroupName": f"{name}-instance"}
    add_member(rds, name, f"{name}-1", DBInstanceClass=kind, **group)
    add_member(rds, name, f"{name}-2", DBInstanceClass="db.r6g.8xlarge", **group)


@dataclass
class Drilled:
    """A run's restore of a cluster, driven as the runner drives it: each copy intended before its call."""

    made: Estate
    restorer: AuroraCluster
    copy: Copy
    heard: int

    def restored(self) -> list[Copy]:
        """Restore, confirm and await the cluster; then its instance."""
        restorer = cast(Any, self.restorer)
        self._confirm(self.copy, restorer.restore(restorer.choose(), self.copy))
        restorer.ready(self.copy)
        for part in restorer.further(self.copy):
            self.made.ledger.intend(part.copy, self.made.clock)
            self._confirm(part.copy, part.ask())
            part.ready()
        return [self.copy, planned(self.copy)]

    def _confirm(self, copy: Copy, asked: Any) -> None:
        rows = self.made.ledger.rows
        rows[copy.id] = replace(rows[copy.id], identity=asked.identity, state=CopyState.CREATED)

    def destroy(self, copy: Copy) -> CopyState:
        """As a sweep does, which knows nothing of the drill."""
        return TYPE.destroyer(copy, CLUSTER, self.made.toolkit, {}).destroy(copy)

    def end(self) -> None:
        """Take both down, last first."""
        for copy in (planned(self.copy), self.copy):
            if copy.id in self.made.ledger.rows:
                assert self.destroy(copy) in (CopyState.DELETED, CopyState.NEVER_CREATED)

    def calls(self, *actions: str) -> list[tuple[str, dict[str, Any]]]:
        """The calls of these operations since the run began, in their order."""
        heard = self.made.lab.journal[self.heard :]
        return [(entry.action, entry.params) for entry in heard if entry.action in actions]

    def asked(self, action: str) -> dict[str, Any]:
        """The one call of an operation."""
        ((_, given),) = self.calls(action)
        return given


Begin = Callable[..., Drilled]


@pytest.fixture
def begin(made: Estate) -> Iterator[Begin]:
    """Begins a run of its own; what it made ends with the test."""
    begun: list[Drilled] = []

    def start(way: Any = ClusterSnapshot, resource: Resource = CLUSTER, selection: Selection | None = None) -> Drilled:
        run = f"20261120-{next(_runs):06x}"
        copy = Copy(NAME, copies.name(run, resource.id, TYPE.made), REGION, run, "a-drill", "a-service")
        made.ledger.intend(copy, made.clock)
        restorer = way(resource, selection or Selection(), made.toolkit)
        begun.append(Drilled(made, restorer, copy, len(made.lab.journal)))
        return begun[-1]

    yield start
    made.lab.faults.clear()
    for each in begun:
        each.end()
    made.ledger.rows.clear()


def backend() -> Clusters:
    return cast(Clusters, rds_backends[ACCOUNT][REGION])


def group_of(made: Estate) -> str:
    found = made.client("ec2").describe_security_groups(GroupNames=["dro-isolated"])["SecurityGroups"]
    return str(found[0]["GroupId"])


@pytest.mark.parametrize(("way", "operation"), [(ClusterSnapshot, SNAPSHOT), (ClusterPointInTime, INSTANT)])
def test_nothing_of_a_restore_is_left_to_defaults(begin: Begin, made: Estate, way: Any, operation: str) -> None:
    """Network, protection, parameters, class, exposure and tags of cluster and instance are all in the requests."""
    drilled = begin(way)
    cluster, instance = drilled.restored()
    given, member_given = drilled.asked(operation), drilled.asked("CreateDBInstance")
    expected = {
        "DBClusterIdentifier": cluster.id,
        "DBSubnetGroupName": "dro-isolated",
        "VpcSecurityGroupIds.VpcSecurityGroupId.1": group_of(made),
        "DBClusterParameterGroupName": "boards-prod-cluster",
        "DeletionProtection": "false",
        "CopyTagsToSnapshot": "false",
        "EngineMode": "provisioned",
    }
    assert {key: given.get(key) for key in expected} == expected
    assert "VpcSecurityGroupIds.VpcSecurityGroupId.2" not in given
    of_instance = {
        "DBInstanceIdentifier": instance.id,
        "DBClusterIdentifier": cluster.id,
        "DBInstanceClass": "db.r6g.large",
        "DBParameterGroupName": "boards-prod-instance",
        "PubliclyAccessible": "false",
        "AutoMinorVersionUpgrade": "false",
    }
    assert {key: member_given.get(key) for key in of_instance} == of_instance
    for asked in (given, member_given):
        assert {asked[f"Tags.Tag.{n}.Key"]: asked[f"Tags.Tag.{n}.Value"] for n in (1, 2, 3)} == cluster.tags


def test_a_snapshot_is_restored_with_the_engine_and_version_that_it_holds(begin: Begin) -> None:
    """AWS asks for the engine again; the version is the snapshot's, not the source's of today."""
    drilled = begin()
    drilled.restored()
    given = drilled.asked(SNAPSHOT)
    assert (given["Engine"], given["EngineVersion"]) == (ENGINE, "16.6")


def test_an_instant_is_restored_as_a_full_copy(begin: Begin, made: Estate) -> None:
    """The source, the instant that was asked for, and no clone."""
    drilled = begin(ClusterPointInTime, selection=Selection(Pick.AT, ago=timedelta(minutes=30)))
    point = drilled.restorer.choose()  # type: ignore[attr-defined]
    assert abs(made.clock.now() - point.data_time - timedelta(minutes=30)) < timedelta(seconds=1)
    drilled.restored()
    given = drilled.asked(INSTANT)
    assert (given["RestoreType"], given["SourceDBClusterIdentifier"]) == ("full-copy", "boards-prod")
    assert given["RestoreToTime"].startswith(f"{point.data_time:%Y-%m-%dT%H:%M}")


def test_serverless_comes_back_with_its_sources_capacities(begin: Begin) -> None:
    """The class is the writer's, and the range that it scales in is given with the restore."""
    drilled = begin(ClusterPointInTime, SCALES)
    cluster, instance = drilled.restored()
    rds = drilled.made.client("rds")
    assert described(rds, cluster.id)["ServerlessV2ScalingConfiguration"] == SCALING
    assert member(rds, instance.id)["DBInstanceClass"] == "db.serverless"


def test_the_instance_goes_first_and_nothing_is_kept_of_either(begin: Begin) -> None:
    """No final snapshot and no automated backups; a sweep's destroyer knows each by the type of its copy."""
    drilled = begin()
    cluster, instance = drilled.restored()
    assert drilled.destroy(instance) is CopyState.DELETED
    assert drilled.destroy(cluster) is CopyState.DELETED
    (first, of_instance), (second, of_cluster) = drilled.calls("DeleteDBInstance", "DeleteDBCluster")
    assert (first, second) == ("DeleteDBInstance", "DeleteDBCluster")
    assert of_instance["SkipFinalSnapshot"] == of_cluster["SkipFinalSnapshot"] == "true"
    assert of_cluster["DeleteAutomatedBackups"] == "true"
    assert {drilled.destroy(copy) for copy in (instance, cluster)} == {CopyState.DELETED}


def test_a_cluster_whose_instance_never_came_is_taken_down(begin: Begin, made: Estate) -> None:
    """The instance was intended and never asked for: it was never created, and the cluster goes all the same."""
    drilled = begin()
    restorer = cast(Any, drilled.restorer)
    drilled._confirm(drilled.copy, restorer.restore(restorer.choose(), drilled.copy))
    made.ledger.intend(planned(drilled.copy), made.clock)
    assert drilled.destroy(planned(drilled.copy)) is CopyState.NEVER_CREATED
    assert drilled.destroy(drilled.copy) is CopyState.DELETED


def test_what_was_asked_for_is_adopted_and_not_asked_for_twice(begin: Begin, made: Estate) -> None:
    """A process that died after its call finds cluster and instance there, and takes them for its own."""
    drilled = begin()
    drilled.restored()
    restorer = cast(Any, drilled.restorer)
    known = {name: row.identity for name, row in made.ledger.rows.items()}
    assert restorer.restore(restorer.choose(), drilled.copy).identity == known[drilled.copy.id]
    (part,) = restorer.further(drilled.copy)
    assert part.ask().identity == known[part.copy.id]


@pytest.mark.parametrize("operation", [SNAPSHOT, "CreateDBInstance"])
def test_a_lost_answer_makes_no_second_copy(begin: Begin, made: Estate, operation: str) -> None:
    """The call took effect and its answer never came: asked again, AWS says that it exists, and it is adopted."""
    made.lab.faults.add({"kind": "lost-response", "action": operation, "times": 1})
    drilled = begin()
    cluster, instance = drilled.restored()
    rds = made.client("rds")
    assert [each["DBInstanceIdentifier"] for each in described(rds, cluster.id)["DBClusterMembers"]] == [instance.id]


def test_an_instance_that_fails_ends_the_wait_and_both_are_taken_down(begin: Begin, made: Estate) -> None:
    """The state that it ended in is told; what was made goes all the same, the instance first."""
    made.lab.faults.add({"kind": "ends-as", "action": "CreateDBInstance", "status": "incompatible-parameters"})
    drilled = begin()
    with pytest.raises(NotRecoverable, match="ended as 'incompatible-parameters'"):
        drilled.restored()
    drilled.end()
    assert [action for action, _ in drilled.calls("DeleteDBInstance", "DeleteDBCluster")] == [
        "DeleteDBInstance",
        "DeleteDBCluster",
    ]


@pytest.mark.parametrize("which", [0, 1], ids=["cluster", "instance"])
@pytest.mark.parametrize("wrong", ["identity", "tag"])
def test_each_is_deleted_by_its_three_proofs_alone(begin: Begin, made: Estate, which: int, wrong: str) -> None:
    """Another identity than the ledger's, or no tag of this run: neither cluster nor instance is deleted."""
    drilled = begin()
    copy = drilled.restored()[which]
    rows, row = made.ledger.rows, made.ledger.rows[copy.id]
    arn = row.identity.arn if row.identity else ""
    if wrong == "identity":
        rows[copy.id] = replace(row, identity=replace(cast(Any, row.identity), unique_id="another-id"))
    else:
        made.client("rds").remove_tags_from_resource(ResourceName=arn, TagKeys=["dr-drill:run"])
    with pytest.raises(UnsafeToDelete):
        drilled.destroy(copy)
    assert drilled.calls("DeleteDBInstance", "DeleteDBCluster") == []
    rows[copy.id] = row
    made.client("rds").add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "dr-drill:run", "Value": copy.run}])


def test_a_cluster_is_not_deleted_around_an_instance_that_is_in_it(begin: Begin, made: Estate) -> None:
    """Somebody else's instance in our cluster: it is named at once, and AWS is not asked again for hours."""
    drilled = begin()
    cluster, instance = drilled.restored()
    add_member(made.client("rds"), cluster.id, "somebody-elses")
    assert drilled.destroy(instance) is CopyState.DELETED
    with pytest.raises(UnsafeToDelete, match="still holds somebody-elses"):
        drilled.destroy(cluster)
    assert drilled.calls("DeleteDBCluster") == []
    made.client("rds").delete_db_instance(DBInstanceIdentifier="somebody-elses", SkipFinalSnapshot=True)
    made.clock.sleep(900)


def _guarded(made: Estate, operation: str, **given: Any) -> None:
    made.toolkit.account.guard.check("rds", operation, given, REGION)


def test_a_clone_is_no_restore(begin: Begin, made: Estate) -> None:
    """`copy-on-write` shares its source's pages: the guard refuses it, and any other engine or a public instance."""
    copy = begin().copy
    part = made.ledger.intend(planned(copy), made.clock)
    to = {"DBClusterIdentifier": copy.id, "SourceDBClusterIdentifier": CLUSTER.id}
    _guarded(made, INSTANT, **to, RestoreType="full-copy")
    _guarded(made, INSTANT, **to)
    with pytest.raises(Forbidden, match="RestoreType copy-on-write"):
        _guarded(made, INSTANT, **to, RestoreType="copy-on-write")
    with pytest.raises(Forbidden, match="UseLatestRestorableTime"):
        _guarded(made, INSTANT, **to, UseLatestRestorableTime=True)
    within = {"DBInstanceIdentifier": part.id, "DBClusterIdentifier": copy.id, "Engine": ENGINE}
    _guarded(made, "CreateDBInstance", **within, PubliclyAccessible=False)
    with pytest.raises(Forbidden, match="PubliclyAccessible True"):
        _guarded(made, "CreateDBInstance", **within, PubliclyAccessible=True)
    with pytest.raises(Forbidden, match="not a copy of this run"):
        _guarded(made, "CreateDBInstance", **{**within, "DBClusterIdentifier": CLUSTER.id})
    with pytest.raises(Forbidden, match="not a copy of this run"):
        _guarded(made, "CreateDBInstance", DBInstanceIdentifier=part.id, Engine=ENGINE)


def test_snapshots_of_aws_backup_are_asked_for_by_their_type(begin: Begin, made: Estate) -> None:
    """AWS lists none of them unless it is asked: the newest of all is chosen, and it can be restored."""
    source = backend().clusters[CLUSTER.id]
    taken = backend().record_snapshot(cast(Any, source), made.clock.now() - timedelta(minutes=1), "awsbackup")
    drilled = begin()
    assert cast(Any, drilled.restorer).choose().id == taken.db_cluster_snapshot_identifier
    listings = drilled.calls("DescribeDBClusterSnapshots")
    assert {each.get("SnapshotType") for _, each in listings} == {None, "awsbackup"}
    drilled.restored()
    assert drilled.asked(SNAPSHOT)["SnapshotIdentifier"].startswith("awsbackup:")
    backend().cluster_snapshots.pop(taken.db_cluster_snapshot_identifier)


@pytest.fixture
def listed(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RecoveryPoint]:
    """What is chosen of snapshots that a test makes up: each by its name, with what is unlike the others."""

    def choose(**snapshots: dict[str, Any]) -> RecoveryPoint:
        drilled = begin()
        api, now = drilled.restorer._api, drilled.made.clock.now()
        ours = described(drilled.made.client("rds"), CLUSTER.id)["DbClusterResourceId"]
        found = [
            {
                "DBClusterSnapshotIdentifier": name,
                "DBClusterSnapshotArn": f"arn:{name}",
                "DbClusterResourceId": ours,
                "Status": "available",
                "SnapshotCreateTime": now - timedelta(hours=given.pop("hours")),
                **given,
            }
            for name, given in snapshots.items()
        ]
        real = api.pages

        def pages(operation: str, *rest: Any, **given: Any) -> Iterator[dict[str, Any]]:
            return iter(found) if operation == "DescribeDBClusterSnapshots" else real(operation, *rest, **given)

        monkeypatch.setattr(api, "pages", pages)
        return cast(RecoveryPoint, cast(Any, drilled.restorer).choose())

    return choose


def test_only_what_is_this_clusters_own_and_available_is_chosen(listed: Callable[..., RecoveryPoint]) -> None:
    """The name may have been another cluster's before; what is still being made cannot be restored."""
    chosen = listed(
        mine={"hours": 5},
        anothers={"hours": 1, "DbClusterResourceId": "cluster-OF-ANOTHER"},
        making={"hours": 2, "Status": "creating"},
    )
    assert chosen.id == "mine"


def test_a_copied_snapshot_is_as_old_as_its_original(listed: Callable[..., RecoveryPoint]) -> None:
    """AWS gives a copy the time of its copying alone; one whose original is gone tells no age, and is left out."""
    chosen = listed(
        first={"hours": 30},
        copied={"hours": 1, "SourceDBClusterSnapshotArn": "arn:first"},
        lost={"hours": 2, "SourceDBClusterSnapshotArn": "arn:deleted-since"},
        newest={"hours": 20},
    )
    assert (chosen.id, chosen.data_time_source) == ("newest", "SnapshotCreateTime")


def test_the_worst_case_is_read_from_the_gaps_and_from_what_rds_wrote_down(begin: Begin, made: Estate) -> None:
    """The largest gap between snapshots, and the longest that one of them took, as told of cluster snapshots."""
    source = cast(Any, backend().clusters[CLUSTER.id])
    now = made.clock.now()
    names = [backend().record_snapshot(source, now - timedelta(minutes=each)) for each in (90, 50, 30)]
    drilled = begin()
    case = cast(Any, drilled.restorer).worst_case(now)
    assert case.gap >= timedelta(minutes=40)
    assert case.backup is not None
    assert case.whole
    kinds = {given.get("SourceType") for _, given in drilled.calls("DescribeEvents")}
    assert kinds == {"db-cluster-snapshot"}
    for each in names:
        backend().cluster_snapshots.pop(each.db_cluster_snapshot_identifier)


def test_the_worst_case_of_an_instant_is_its_lag(begin: Begin, made: Estate) -> None:
    """What a disaster right now would lose: the distance to the cluster's latest restorable time."""
    case = cast(Any, begin(ClusterPointInTime).restorer).worst_case(made.clock.now())
    assert timedelta(minutes=4) < case.loss < timedelta(minutes=6)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (lambda rds, of, _: backend().databases[f"{of}-1"].__dict__.update(publicly_accessible=True), "the internet"),
        (lambda rds, of, _: setattr(backend().clusters[of], "vpc_security_group_ids", ["sg-1"]), "security groups"),
        (lambda rds, of, _: setattr(backend().clusters[of], "db_subnet_group_name", "default"), "subnet group"),
        (lambda rds, of, _: setattr(backend().clusters[of], "storage_encrypted", False), "not encrypted"),
        (
            lambda rds, of, arn: rds.create_global_cluster(
                GlobalClusterIdentifier="world", SourceDBClusterIdentifier=arn
            ),
            "tied to world",
        ),
    ],
    ids=["public", "groups", "subnets", "plain", "global"],
)
def test_a_copy_is_proven_apart_or_asked_nothing(
    begin: Begin, made: Estate, broken: Callable[[Any, str, str], object], told: str
) -> None:
    """Cluster and instance live in their network and groups, encrypted, private, and in no global cluster."""
    drilled, rds = begin(), made.client("rds")
    cluster, _ = drilled.restored()
    seen = drilled.restorer.isolated(cluster).words
    assert "its instance likewise" in seen
    assert "of no global cluster" in seen
    places.default_subnet_group(backend())
    live = backend().clusters[cluster.id]
    before = {**live.__dict__}
    broken(rds, cluster.id, live.db_cluster_arn)
    with pytest.raises(NotRecoverable, match=told):
        drilled.restorer.isolated(cluster)
    live.__dict__.update(before)
    if told == "tied to world":
        rds.remove_from_global_cluster(GlobalClusterIdentifier="world", DbClusterIdentifier=live.db_cluster_arn)
        rds.delete_global_cluster(GlobalClusterIdentifier="world")


def looked(drilled: Drilled) -> str:
    return look(drilled.restorer.questions(drilled.copy)).heed()


def test_what_a_restore_would_meet_is_looked_at_before(begin: Begin) -> None:
    """Source, class and capacities, both names, key, both parameter groups and the network are seen."""
    seen = looked(begin(ClusterSnapshot, SCALES))
    for words in (
        "aurora-postgresql 16.6",
        "db.serverless, 0.5 to 8 ACUs, as the writer status-prod-1",
        "-1 is free",
        "is enabled",
        f"status-prod-cluster and status-prod-instance, of {ENGINE}16",
        "dro-isolated is in",
        "nothing out",
    ):
        assert words in seen


@pytest.mark.parametrize("way", [ClusterSnapshot, ClusterPointInTime])
def test_another_engine_is_refused_before_anything_is_asked(begin: Begin, way: Any) -> None:
    """A cluster of Aurora MySQL is none of these."""
    with pytest.raises(NotRecoverable, match="old-prod is of aurora-mysql"):
        looked(begin(way, MYSQL))


def test_a_recovery_point_of_another_major_version_is_told_before(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS would refuse to restore data of 15 with parameters of 16: that is no surprise at the restore."""
    drilled = begin()
    monkeypatch.setattr(drilled.restorer, "version", lambda: "15.4")
    with pytest.raises(NotRecoverable, match=f"boards-prod-cluster is of {ENGINE}16, the data of {ENGINE}15"):
        looked(drilled)


def test_the_address_is_the_clusters_writer(made: Estate) -> None:
    """Checks, probe and heartbeat go to the endpoint that stays while instances come and go."""
    database = Database("orders", "prod/orders")
    login = production.login(made.toolkit.account, CLUSTER.id, database)
    assert login.host == described(made.client("rds"), CLUSTER.id)["Endpoint"]
    assert (login.user, login.database) == ("orders", "orders")


def test_the_cluster_is_asked_whether_it_answers_not_before_it_has_an_instance(begin: Begin, made: Estate) -> None:
    """It is the cluster's database that must answer; until an instance is there nobody knocks."""
    drilled, knocked = begin(), list[Copy]()

    def answers(copy: Copy) -> bool:
        knocked.append(copy)
        return True

    drilled.restorer = ClusterSnapshot(CLUSTER, Selection(), made.toolkit, answers)
    drilled.restored()
    assert set(knocked) == {drilled.copy}


def test_aws_own_times_are_told_of_both(begin: Begin) -> None:
    """When the cluster was there, and when its instance was, by RDS's own clock."""
    drilled = begin()
    cluster, instance = drilled.restored()
    told = [(each.copy, each.state) for each in drilled.restorer.server_times(cluster)]
    assert told == [(cluster.id, "available"), (instance.id, "available")]


def test_every_state_that_aws_knows_has_a_meaning() -> None:
    """None of the documented states of clusters and instances is reported as unknown."""
    assert [each for each in AWS_CLUSTER_STATES.split() if not STATES.known(each)] == []
    assert [each for each in AWS_INSTANCE_STATES.split() if not instances.STATES.known(each)] == []


def test_an_inventory_holds_clusters_and_their_instances_each_under_its_type(begin: Begin, made: Estate) -> None:
    """Whose they are is told by their tags; other instances are another type's."""
    cluster, instance = begin().restored()
    found = {each.id: (each.type, each.run) for each in listing.listed(made.toolkit.account)}
    assert found[cluster.id] == (NAME, cluster.run)
    assert found[instance.id] == (INSTANCE, cluster.run)
    assert found[CLUSTER.id] == (NAME, None)
    assert "orders-prod" not in found
    rds_instances = {each.id for each in TYPES["rds-instance"].listed(made.toolkit.account)}
    assert rds_instances & found.keys() == set()


def test_the_quota_with_less_room_is_the_one_that_counts(made: Estate) -> None:
    """One cluster and one instance are made: whichever there are fewer left of, and the other beside it."""
    told = listing.quota(made.toolkit.account)
    assert (told.used, told.most) == (5, 40)
    assert str(told) == "5 of 40 DB instances and 3 of 40 DB clusters in use"


def _drill(kind: Kind) -> Drill:
    return cast(Drill, type("D", (), {"kind": kind, "resource": CLUSTER, "stores": {}}))


@pytest.mark.parametrize("kind", TYPE.kinds)
def test_the_drill_role_may_make_an_instance_in_its_own_clusters_alone(kind: Kind) -> None:
    """CreateDBInstance acts on the cluster and parameter groups, too; never on another name than a copy's."""
    policies = drill_policies(Scope(TYPES, [_drill(kind)], Allowed(frozenset({"123456789012"}), frozenset({REGION}))))
    statements = {each["Sid"]: each for policy in policies for each in policy["Statement"]}
    create = statements["CreateClusterInstances"]
    names = {each.rsplit(":", 2)[-2] + ":" + each.rsplit(":", 1)[-1] for each in create["Resource"]}
    assert {"db:dro-*", "cluster:dro-*", "pg:*"} <= names
    assert not any("boards-prod" in each for each in create["Resource"])
    allowed = {action for each in statements.values() if each["Effect"] == "Allow" for action in each["Action"]}
    assert {"rds:DeleteDBInstance", "rds:DeleteDBCluster", "rds:AddTagsToResource"} <= allowed
    deleting = [json.dumps(each) for each in statements.values() if each["Action"] == ["rds:DeleteDBInstance"]]
    assert len(deleting) == 1


@pytest.mark.parametrize(
    ("copy", "wanted"),
    [(NAME, {"rds:DeleteDBCluster", INSTANT}), (INSTANCE, {"rds:CreateDBInstance", "rds:DeleteDBInstance"})],
)
def test_rights_are_simulated_on_what_they_act_on(copy: str, wanted: set[str]) -> None:
    """A cluster's ARN says nothing of an instance's deletion: each type of copy is asked about its own."""
    actions = rights.writes(TYPES, _drill(Kind.PITR_RESTORE), TYPES.copies[copy])
    assert {each if ":" in each else f"rds:{each}" for each in wanted} <= set(actions)
    other = TYPES.copies[INSTANCE if copy == NAME else NAME]
    assert set(actions) & set(rights.writes(TYPES, _drill(Kind.PITR_RESTORE), other)) == {"rds:AddTagsToResource"}


def test_what_is_billed_says_what_nobody_tells(begin: Begin, made: Estate) -> None:
    """Of a drill the instance's class; a cluster's AllocatedStorage is always 1, so its storage is named as unknown."""
    drilled = begin()
    cluster, instance = drilled.restored()
    assert drilled.restorer.billed().instance_class == "db.r6g.large"
    assert "storage" in drilled.restorer.billed().besides
    of = {copy.id: TYPE.destroyer(copy, CLUSTER, made.toolkit, {}).billed(copy.id) for copy in (cluster, instance)}
    assert (of[cluster.id].instance_class, of[instance.id].instance_class) == ("", "db.r6g.large")
    assert of[cluster.id].storage_gib is None


def test_the_cluster_leaves_room_for_its_instances_name() -> None:
    """However long the source's name, both copies have legal names, and different ones."""
    cluster = Copy(NAME, copies.name("20261120-abc123", "a" * 63, TYPE.made), REGION, "r", "d", "s")
    assert len(planned(cluster).id) <= 63
    assert planned(cluster).id != cluster.id
