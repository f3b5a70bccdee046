"""The lab's Aurora takes its time, refuses what AWS refuses, and cannot be reached without an instance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support.aurora import (
    ENGINE,
    SCALING,
    SOURCE,
    add_member,
    backend,
    described,
    make_source,
    member,
    restore,
    snapshots,
    snapshotted,
    to_instant,
)
from tests.support.fakes import FakeClock
from tests.support.labs import client, get, refused, wait_while

pytestmark = pytest.mark.slow

SECOND = timedelta(seconds=1)


def test_a_cluster_is_told_whole(rds: Any, clock: FakeClock) -> None:
    """A cluster shows engine, encryption, network, parameters, members, tags and an id that no other ever had."""
    made = make_source(rds, clock, StorageEncrypted=True, ServerlessV2ScalingConfiguration=SCALING)
    add_member(rds, SOURCE, f"{SOURCE}-2", DBInstanceClass="db.serverless", PromotionTier=2)
    clock.sleep(3600)
    found = described(rds, SOURCE)
    assert (found["Status"], found["Engine"], found["EngineVersion"]) == ("available", ENGINE, "16.6")
    assert (found["EngineMode"], found["StorageType"], found["AllocatedStorage"]) == ("provisioned", "aurora", 1)
    assert found["KmsKeyId"].startswith("arn:aws:kms:")
    assert found["ServerlessV2ScalingConfiguration"] == SCALING
    assert found["DBClusterParameterGroup"] == "default.aurora-postgresql16"
    assert found["DBSubnetGroup"] == "default"
    assert len(found["VpcSecurityGroups"]) == 1
    assert found["DbClusterResourceId"] == made["DbClusterResourceId"]
    assert found["DbClusterResourceId"].startswith("cluster-")
    assert found["DBClusterArn"] == f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:{SOURCE}"
    assert found["TagList"] == [{"Key": "env", "Value": "production"}]
    assert [(each["DBInstanceIdentifier"], each["IsClusterWriter"]) for each in found["DBClusterMembers"]] == [
        (f"{SOURCE}-1", True),
        (f"{SOURCE}-2", False),
    ]


def test_an_unencrypted_cluster_has_no_key(rds: Any, clock: FakeClock) -> None:
    """A key is told only of what is encrypted."""
    found = make_source(rds, clock)
    assert found["StorageEncrypted"] is False
    assert "KmsKeyId" not in found


def test_members_are_instances_that_name_their_cluster(rds: Any, clock: FakeClock) -> None:
    """DescribeDBInstances lists members beside all other instances, and by their cluster alone."""
    make_source(rds, clock)
    rds.create_db_instance(
        DBInstanceIdentifier="alone",
        DBInstanceClass="db.m6g.large",
        Engine="postgres",
        EngineVersion="16.9",
        AllocatedStorage=20,
        MasterUsername="somebody",
        MasterUserPassword="secret-enough",
    )
    listed = rds.describe_db_instances()["DBInstances"]
    assert {each["DBInstanceIdentifier"]: each.get("DBClusterIdentifier") for each in listed} == {
        f"{SOURCE}-1": SOURCE,
        "alone": None,
    }
    (found,) = rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [SOURCE]}])["DBInstances"]
    assert (found["Engine"], found["StorageType"], found["MultiAZ"]) == (ENGINE, "aurora", False)
    assert found["DBSubnetGroup"]["DBSubnetGroupName"] == "default"
    assert found["DBParameterGroups"][0]["DBParameterGroupName"] == "default.aurora-postgresql16"
    assert "LatestRestorableTime" not in found
    backups = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert [each["DBInstanceIdentifier"] for each in backups] == ["alone"]


def test_a_serverless_instance_needs_a_scaling_configuration(rds: Any, clock: FakeClock) -> None:
    """A copy does not take over its source's scaling; without one of its own db.serverless is refused."""
    make_source(rds, clock, ServerlessV2ScalingConfiguration=SCALING)
    snapshotted(rds, clock)
    assert "ServerlessV2ScalingConfiguration" not in restore(rds, "without")
    asked = {"DBClusterIdentifier": "without", "DBInstanceIdentifier": "one", "Engine": ENGINE}
    assert refused(rds.create_db_instance, DBInstanceClass="db.serverless", **asked) == "InvalidParameterCombination"
    made = restore(rds, "with", ServerlessV2ScalingConfiguration=SCALING)
    assert made["ServerlessV2ScalingConfiguration"] == SCALING
    assert add_member(rds, "with", "two", DBInstanceClass="db.serverless")["DBInstanceClass"] == "db.serverless"
    wrong = {"MinCapacity": 9.0, "MaxCapacity": 8.0}
    asked = {"DBClusterIdentifier": "third", "SnapshotIdentifier": "manual", "Engine": ENGINE}
    assert refused(rds.restore_db_cluster_from_snapshot, ServerlessV2ScalingConfiguration=wrong, **asked) == (
        "InvalidParameterCombination"
    )


def test_what_belongs_to_the_cluster_is_not_given_to_a_member(rds: Any, clock: FakeClock) -> None:
    """A member with login, backups or security groups of its own, or of another engine or version, is refused."""
    make_source(rds, clock)
    named = {"DBClusterIdentifier": SOURCE, "DBInstanceIdentifier": "two", "DBInstanceClass": "db.r6g.large"}
    for wrong in (
        {"MasterUserPassword": "secret-enough"},
        {"BackupRetentionPeriod": 3},
        {"VpcSecurityGroupIds": ["sg-1"]},
        {"MultiAZ": True},
        {"EngineVersion": "15.4"},
    ):
        assert refused(rds.create_db_instance, Engine=ENGINE, **named, **wrong) == "InvalidParameterCombination", wrong
    assert refused(rds.create_db_instance, Engine="aurora-mysql", **named) == "InvalidParameterCombination"
    named["DBClusterIdentifier"] = "nobody"
    assert refused(rds.create_db_instance, Engine=ENGINE, **named) == "DBClusterNotFoundFault"


def test_a_cluster_goes_after_its_members(rds: Any, clock: FakeClock) -> None:
    """With members, under protection, or without a word on its data no cluster is deleted; then it takes time."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    restore(rds)
    add_member(rds, "copy", "copy-1")
    clock.sleep(3600)
    call, gone = rds.delete_db_cluster, {"SkipFinalSnapshot": True}
    assert refused(call, DBClusterIdentifier=SOURCE, **gone) == "InvalidParameterCombination"
    assert refused(call, DBClusterIdentifier="copy", **gone) == "InvalidDBClusterStateFault"
    rds.delete_db_instance(DBInstanceIdentifier="copy-1")
    assert refused(call, DBClusterIdentifier="copy") == "InvalidParameterCombination"
    call(DBClusterIdentifier="copy", **gone)
    assert refused(call, DBClusterIdentifier="copy", **gone) == "InvalidDBClusterStateFault"
    wait_while(clock, "deleting", lambda: str([*states(rds, "copy-1"), "gone"][0]))
    assert described(rds, "copy")["Status"] == "deleting"
    clock.sleep(600)
    assert refused(rds.describe_db_instances, DBInstanceIdentifier="copy-1") == "DBInstanceNotFound"
    assert refused(rds.describe_db_clusters, DBClusterIdentifier="copy") == "DBClusterNotFoundFault"
    assert refused(call, DBClusterIdentifier="copy", **gone) == "DBClusterNotFoundFault"


def states(rds: Any, name: str) -> list[str]:
    listed = rds.describe_db_instances()["DBInstances"]
    return [each["DBInstanceStatus"] for each in listed if each["DBInstanceIdentifier"] == name]


def test_a_final_snapshot_outlives_its_cluster(rds: Any, clock: FakeClock) -> None:
    """Deleting with a final snapshot leaves that and what was taken by hand, and no automated one."""
    make_source(rds, clock, DeletionProtection=False)
    snapshotted(rds, clock)
    rds.delete_db_instance(DBInstanceIdentifier=f"{SOURCE}-1")
    rds.delete_db_cluster(DBClusterIdentifier=SOURCE, FinalDBSnapshotIdentifier="last")
    clock.sleep(3600)
    assert snapshots(rds, DBClusterIdentifier=SOURCE) == ["manual", "manual"]
    assert restore(rds, SnapshotIdentifier="last")["Status"] == "creating"


def test_calls_for_instances_do_not_touch_members(rds: Any, clock: FakeClock) -> None:
    """A member has no snapshot, no point in time and no final snapshot of its own."""
    make_source(rds, clock)
    named = {"DBInstanceIdentifier": f"{SOURCE}-1"}
    assert refused(rds.create_db_snapshot, DBSnapshotIdentifier="one", **named) == "InvalidParameterValue"
    asked = {"SourceDBInstanceIdentifier": f"{SOURCE}-1", "TargetDBInstanceIdentifier": "copy"}
    call = rds.restore_db_instance_to_point_in_time
    assert refused(call, UseLatestRestorableTime=True, **asked) == "InvalidParameterValue"
    assert refused(rds.delete_db_instance, FinalDBSnapshotIdentifier="last", **named) == "InvalidParameterCombination"


def test_a_member_of_a_global_cluster_says_so(rds: Any, clock: FakeClock) -> None:
    """A cluster names its global cluster, is not deleted out of it, and a copy of it is no member."""
    source = make_source(rds, clock, DeletionProtection=False)
    rds.create_global_cluster(GlobalClusterIdentifier="world", SourceDBClusterIdentifier=source["DBClusterArn"])
    assert described(rds, SOURCE)["GlobalClusterIdentifier"] == "world"
    (told,) = rds.describe_global_clusters()["GlobalClusters"]
    assert [(each["DBClusterArn"], each["IsWriter"]) for each in told["GlobalClusterMembers"]] == [
        (source["DBClusterArn"], True)
    ]
    assert "GlobalClusterIdentifier" not in to_instant(rds, UseLatestRestorableTime=True)
    rds.delete_db_instance(DBInstanceIdentifier=f"{SOURCE}-1")
    call, gone = rds.delete_db_cluster, {"DBClusterIdentifier": SOURCE, "SkipFinalSnapshot": True}
    assert refused(call, **gone) == "InvalidDBClusterStateFault"
    rds.remove_from_global_cluster(GlobalClusterIdentifier="world", DbClusterIdentifier=source["DBClusterArn"])
    assert "GlobalClusterIdentifier" not in described(rds, SOURCE)
    assert call(**gone)["DBCluster"]["Status"] == "deleting"


def test_a_managed_password_is_in_its_secret(rds: Any, lab: Lab, clock: FakeClock) -> None:
    """RDS keeps the login of a cluster in a secret; a copy has the same password and no such secret."""
    source = make_source(rds, clock, ManageMasterUserPassword=True, MasterUserPassword=None)
    secret = client(lab, "secretsmanager").get_secret_value(SecretId=source["MasterUserSecret"]["SecretArn"])
    password = cast(Cluster, backend().clusters[SOURCE]).password
    assert password in secret["SecretString"]
    assert "trello_admin" in secret["SecretString"]
    assert "MasterUserSecret" not in to_instant(rds, UseLatestRestorableTime=True)
    assert cast(Cluster, backend().clusters["copy"]).password == password


def test_what_happens_to_a_cluster_is_written_down(rds: Any, clock: FakeClock) -> None:
    """DescribeEvents tells when a copy, its member and its snapshots came, and when they went."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    began = clock.now()
    restore(rds)
    wait_while(clock, "creating", lambda: described(rds, "copy")["Status"], step=2)
    created = clock.now()
    add_member(rds, "copy", "copy-1")
    clock.sleep(3600)
    rds.delete_db_instance(DBInstanceIdentifier="copy-1")
    rds.delete_db_cluster(DBClusterIdentifier="copy", SkipFinalSnapshot=True)
    clock.sleep(3600)

    def told(kind: str, name: str) -> list[tuple[str, Any]]:
        found = rds.describe_events(SourceType=kind, SourceIdentifier=name, StartTime=began - timedelta(hours=2))
        return [(each["Message"], each["Date"]) for each in found["Events"]]

    assert [message for message, _ in told("db-cluster", "copy")] == ["DB cluster created", "DB cluster deleted"]
    assert abs(told("db-cluster", "copy")[0][1] - created) < 4 * SECOND
    assert [message for message, _ in told("db-instance", "copy-1")] == ["DB instance created", "DB instance deleted"]
    assert [message for message, _ in told("db-cluster-snapshot", "manual")] == [
        "Creating manual cluster snapshot",
        "Manual cluster snapshot created",
    ]


def test_faults_reach_clusters_and_members(rds: Any, lab: Lab, clock: FakeClock) -> None:
    """A cluster gets stuck, a member ends badly, a cluster hides, its backups are off: as a rule of the lab says."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    lab.faults.add({"kind": "stuck", "action": "RestoreDBClusterFromSnapshot", "resource": "stuck"})
    lab.faults.add({"kind": "ends-as", "action": "CreateDBInstance", "resource": "bad-*", "status": "failed"})
    restore(rds, "stuck")
    restore(rds, "good")
    add_member(rds, "good", "bad-1")
    clock.sleep(7200)
    assert described(rds, "stuck")["Status"] == "creating"
    assert (described(rds, "good")["Status"], member(rds, "bad-1")["DBInstanceStatus"]) == ("available", "failed")
    lab.faults.add({"kind": "not-found", "resource": "good"})
    assert refused(rds.describe_db_clusters, DBClusterIdentifier="good") == "DBClusterNotFoundFault"
    lab.faults.add({"kind": "no-snapshot", "resource": SOURCE})
    assert snapshots(rds, DBClusterIdentifier=SOURCE) == []
    lab.faults.add({"kind": "pitr-off", "resource": SOURCE})
    assert "LatestRestorableTime" not in described(rds, SOURCE)
    asked = {"SourceDBClusterIdentifier": SOURCE, "DBClusterIdentifier": "copy", "UseLatestRestorableTime": True}
    assert refused(rds.restore_db_cluster_to_point_in_time, **asked) == "InvalidRestoreFault"


def test_a_stopped_cluster_is_not_reached(rds: Any, clock: FakeClock) -> None:
    """Stopping and starting take minutes, members with their cluster; neither is done out of its turn."""
    make_source(rds, clock)
    assert refused(rds.start_db_cluster, DBClusterIdentifier=SOURCE) == "InvalidDBClusterStateFault"
    for call, passed, final in (
        (rds.stop_db_cluster, "stopping", "stopped"),
        (rds.start_db_cluster, "starting", "available"),
    ):
        assert call(DBClusterIdentifier=SOURCE)["DBCluster"]["Status"] == passed
        assert member(rds, f"{SOURCE}-1")["DBInstanceStatus"] == passed
        clock.sleep(900)
        assert (described(rds, SOURCE)["Status"], member(rds, f"{SOURCE}-1")["DBInstanceStatus"]) == (final, final)


def test_a_cluster_is_changed_as_it_is_asked_to(rds: Any, clock: FakeClock) -> None:
    """Protection, scaling and backups are changed at once; of nobody nothing is."""
    make_source(rds, clock)
    add_member(rds, SOURCE, f"{SOURCE}-2")
    clock.sleep(3600)
    given = {"DeletionProtection": False, "BackupRetentionPeriod": 3, "ServerlessV2ScalingConfiguration": SCALING}
    rds.modify_db_cluster(DBClusterIdentifier=SOURCE, ApplyImmediately=True, **given)
    found = described(rds, SOURCE)
    assert {name: found[name] for name in given} == given
    assert refused(rds.modify_db_cluster, DBClusterIdentifier="nobody", **given) == "DBClusterNotFoundFault"


def test_clusters_of_other_engines_are_left_as_they_were(rds: Any) -> None:
    """What is none of Aurora's is moto's, members and snapshots included."""
    named = {"DBClusterIdentifier": "other", "Engine": "neptune"}
    rds.create_db_cluster(**named)
    rds.create_db_instance(DBInstanceIdentifier="other-1", DBInstanceClass="db.r6g.large", **named)
    rds.create_db_cluster_snapshot(DBClusterIdentifier="other", DBClusterSnapshotIdentifier="theirs")
    assert described(rds, "other")["Status"] == "available"
    assert snapshots(rds, DBClusterIdentifier="other", SnapshotType="manual") == ["manual"]


def test_the_inventory_names_clusters_and_their_snapshots(rds: Any, lab: Lab, clock: FakeClock) -> None:
    """What the lab tells of itself holds clusters, members and snapshots with id, state and tags, and no defect."""
    source = make_source(rds, clock)
    snapshotted(rds, clock)
    restore(rds)
    _, told = get(f"{lab.endpoint}/lab/state")
    assert told["defects"] == []
    assert told["clusters"][SOURCE]["resource_id"] == source["DbClusterResourceId"]
    assert told["clusters"][SOURCE]["tags"] == {"env": "production"}
    assert (told["clusters"]["copy"]["status"], told["clusters"]["copy"]["members"]) == ("creating", [])
    assert told["instances"][f"{SOURCE}-1"]["status"] == "available"
    assert told["cluster_snapshots"]["manual"]["cluster"] == SOURCE
