"""An Aurora cluster and the instance in it: asked for whole, made once, ended by their proofs, the instance first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable, UnsafeToDelete
from dr_orchestrator.resources.aurora_cluster.instance import planned
from dr_orchestrator.resources.aurora_cluster.member import ClusterMember
from dr_orchestrator.resources.aurora_cluster.points import ClusterPointInTime, ClusterSnapshot
from tests.support.aurora import ENGINE, SCALING, add_member, described, member
from tests.support.aurora_drills import (
    CLUSTER,
    INSTANT,
    MYSQL,
    SCALES,
    SNAPSHOT,
    Begin,
    backend,
    group_of,
)
from tests.support.estate import Estate


@pytest.mark.parametrize(("way", "operation"), [(ClusterSnapshot, SNAPSHOT), (ClusterPointInTime, INSTANT)])
def test_nothing_of_a_restore_is_left_to_defaults(begin: Begin, made: Estate, way: Any, operation: str) -> None:
    """Network, protection, parameters, class, exposure, key and tags of cluster and instance are in the requests."""
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
        "KmsKeyId": described(made.client("rds"), CLUSTER.id)["KmsKeyId"],
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


@pytest.mark.parametrize(
    ("resource", "engine", "version"),
    [(CLUSTER, ENGINE, "16.6"), (MYSQL, "aurora-mysql", "8.0.mysql_aurora.3.05.2")],
    ids=["postgresql", "mysql"],
)
def test_a_snapshot_is_restored_with_the_engine_and_version_that_it_holds(
    begin: Begin, resource: Resource, engine: str, version: str
) -> None:
    """AWS asks for the engine again, twice; the version is the snapshot's, not the source's of today."""
    drilled = begin(resource=resource)
    drilled.restored()
    given = drilled.asked(SNAPSHOT)
    assert (given["Engine"], given["EngineVersion"]) == (engine, version)
    assert drilled.asked("CreateDBInstance")["Engine"] == engine


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


def test_an_instance_of_production_is_deleted_by_no_proofs(begin: Begin, made: Estate) -> None:
    """Ledger row, tag and identity all name production's reader, which no source does: it stays all the same."""
    drilled, rds = begin(), made.client("rds")
    _, instance = drilled.restored()
    live = member(rds, "boards-prod-2")
    claimed, known = replace(instance, id="boards-prod-2"), Identity(live["DBInstanceArn"], live["DbiResourceId"])
    made.ledger.intend(claimed, made.clock, known)
    rds.add_tags_to_resource(ResourceName=known.arn, Tags=[{"Key": "dr-drill:run", "Value": claimed.run}])
    with pytest.raises(UnsafeToDelete, match="not named as copies are"):
        drilled.destroy(claimed)
    ours = replace(instance, id=instance.id)
    backend().databases[instance.id].db_cluster_identifier = "boards-prod"
    with pytest.raises(UnsafeToDelete, match="is an instance of boards-prod: this run made no such copy"):
        drilled.destroy(ours)
    assert drilled.calls("DeleteDBInstance", "DeleteDBCluster") == []
    backend().databases[instance.id].db_cluster_identifier = drilled.copy.id
    rds.remove_tags_from_resource(ResourceName=known.arn, TagKeys=["dr-drill:run"])
    del made.ledger.rows[claimed.id]


def test_a_cluster_that_another_instance_reaches_is_not_proven_apart(begin: Begin, made: Estate) -> None:
    """Somebody put a public instance into the copy: nothing is asked of it."""
    drilled, rds = begin(), made.client("rds")
    cluster, _ = drilled.restored()
    add_member(rds, cluster.id, "somebodys-public", PubliclyAccessible=True)
    made.clock.sleep(900)
    with pytest.raises(NotRecoverable, match="besides it: somebodys-public"):
        drilled.restorer.isolated(cluster)
    rds.delete_db_instance(DBInstanceIdentifier="somebodys-public", SkipFinalSnapshot=True)
    made.clock.sleep(900)


def test_an_instance_that_nothing_proves_keeps_the_cluster_that_a_stack_left(begin: Begin, made: Estate) -> None:
    """Somebody's own, put into a cluster of the run's: neither is deleted, and it is told which to take out."""
    drilled = begin(ClusterSnapshot)
    cluster, instance = drilled.restored()
    tags, backend().databases[instance.id].tags = backend().databases[instance.id].tags, []
    with pytest.raises(UnsafeToDelete, match=f"{cluster.id} still holds {instance.id}"):
        ClusterMember(made.toolkit, cluster.place).destroy(cluster)
    assert drilled.calls("DeleteDBInstance", "DeleteDBCluster") == []
    backend().databases[instance.id].tags = tags
    assert ClusterMember(made.toolkit, cluster.place).destroy(cluster) is CopyState.DELETED
    assert [action for action, _ in drilled.calls("DeleteDBInstance", "DeleteDBCluster")] == [
        *("DeleteDBInstance", "DeleteDBCluster"),
    ]
