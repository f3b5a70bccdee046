"""The lab's Aurora takes its time, refuses what AWS refuses, and cannot be reached without an instance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.aurora_cluster.lab.backend import Clusters
from dr_orchestrator.resources.aurora_cluster.lab.models.cluster import Cluster
from tests.support.aurora import ENGINE, SCALING, SOURCE, add_member, described, member
from tests.support.fakes import FakeClock
from tests.support.labs import client, get, refused, wait_while

pytestmark = pytest.mark.slow

SECOND = timedelta(seconds=1)


@pytest.fixture
def rds(lab: Lab) -> Any:
    return client(lab, "rds")


def backend() -> Clusters:
    return cast(Clusters, rds_backends[ACCOUNT]["us-east-1"])


def make_source(rds: Any, clock: FakeClock, *, gib: int = 100, **given: Any) -> dict[str, Any]:
    wanted = {
        "DBClusterIdentifier": SOURCE,
        "Engine": ENGINE,
        "EngineVersion": "16.6",
        "DatabaseName": "trello",
        "MasterUsername": "trello_admin",
        "MasterUserPassword": "secret-enough",
        "BackupRetentionPeriod": 7,
        "DeletionProtection": True,
        "Tags": [{"Key": "env", "Value": "production"}],
    }
    asked = {key: value for key, value in {**wanted, **given}.items() if value is not None}
    name = rds.create_db_cluster(**asked)["DBCluster"]["DBClusterIdentifier"]
    cast(Cluster, backend().clusters[name]).volume = gib
    add_member(rds, name, f"{name}-1")
    clock.sleep(3600)
    return described(rds, name)


def snapshotted(rds: Any, clock: FakeClock, name: str = "manual") -> None:
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=SOURCE)
    clock.sleep(1800)


def restore(rds: Any, name: str = "copy", **given: Any) -> dict[str, Any]:
    asked = {"DBClusterIdentifier": name, "SnapshotIdentifier": "manual", "Engine": ENGINE, **given}
    made: dict[str, Any] = rds.restore_db_cluster_from_snapshot(**asked)["DBCluster"]
    return made


def to_instant(rds: Any, name: str = "copy", **given: Any) -> dict[str, Any]:
    asked = {"SourceDBClusterIdentifier": SOURCE, "DBClusterIdentifier": name, **given}
    made: dict[str, Any] = rds.restore_db_cluster_to_point_in_time(**asked)["DBCluster"]
    return made


def snapshots(rds: Any, **given: Any) -> list[str]:
    found = rds.describe_db_cluster_snapshots(**given)["DBClusterSnapshots"]
    return [each["SnapshotType"] for each in found]


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


def test_a_restore_of_100_gib_takes_11_to_14_minutes_of_lab_time(rds: Any, clock: FakeClock) -> None:
    """Restores last as long as their volume says, and tell how far they are."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    restore(rds)
    clock.sleep(300)
    assert 0 < int(described(rds, "copy")["PercentProgress"]) < 100
    took = wait_while(clock, "creating", lambda: described(rds, "copy")["Status"])
    assert timedelta(minutes=6) < took < timedelta(minutes=9)
    assert described(rds, "copy")["Status"] == "available"
    assert "PercentProgress" not in described(rds, "copy")


def test_a_restored_cluster_has_no_instance(rds: Any, clock: FakeClock) -> None:
    """A restored cluster is available without a member; a member takes minutes, and comes after its cluster."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    assert restore(rds)["DBClusterMembers"] == []
    made = add_member(rds, "copy", "copy-1", PubliclyAccessible=False, Tags=[{"Key": "dr-drill:run", "Value": "r1"}])
    assert "Endpoint" not in made
    wait_while(clock, "creating", lambda: described(rds, "copy")["Status"])
    assert member(rds, "copy-1")["DBInstanceStatus"] == "creating"
    took = wait_while(clock, "creating", lambda: member(rds, "copy-1")["DBInstanceStatus"])
    assert timedelta(minutes=4) < took < timedelta(minutes=8)
    found = member(rds, "copy-1")
    assert (found["DBInstanceStatus"], found["PubliclyAccessible"]) == ("available", False)
    assert found["Endpoint"]["Port"] == 5432
    assert found["TagList"] == [{"Key": "dr-drill:run", "Value": "r1"}]


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


def test_a_restore_takes_over_the_data_and_nothing_else(rds: Any, lab: Lab, clock: FakeClock) -> None:
    """Version, login, port and encryption are the source's; protection, tags, network and parameters are not."""
    key = client(lab, "kms").create_key()["KeyMetadata"]["Arn"]
    source = make_source(rds, clock, StorageEncrypted=True, KmsKeyId=key, Port=5433, CopyTagsToSnapshot=True)
    assert source["KmsKeyId"] == key
    snapshotted(rds, clock)
    same = ("EngineVersion", "MasterUsername", "DatabaseName", "KmsKeyId", "StorageEncrypted", "Port", "StorageType")
    same = (*same, "BackupRetentionPeriod")
    for made in (restore(rds, "one"), to_instant(rds, "two", UseLatestRestorableTime=True)):
        assert {name: made[name] for name in same} == {name: source[name] for name in same}
        assert (made["DeletionProtection"], made["CopyTagsToSnapshot"], made["TagList"]) == (False, False, [])
        assert made["DbClusterResourceId"] != source["DbClusterResourceId"]
        assert made["ClusterCreateTime"] > source["ClusterCreateTime"]


def test_a_copy_stands_where_it_is_told_to(rds: Any, lab: Lab, clock: FakeClock) -> None:
    """Subnets, security groups, parameter groups and tags of a copy are the ones given; unknown ones are refused."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    ec2 = client(lab, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)]
    group = ec2.create_security_group(GroupName="isolated", Description="isolated", VpcId=vpc)["GroupId"]
    rds.create_db_subnet_group(DBSubnetGroupName="apart", DBSubnetGroupDescription="apart", SubnetIds=subnets)
    named = {"DBParameterGroupFamily": "aurora-postgresql16", "Description": "ours"}
    rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="ours", **named)
    given = {"DBSubnetGroupName": "apart", "VpcSecurityGroupIds": [group], "DBClusterParameterGroupName": "ours"}
    made = restore(rds, Tags=[{"Key": "dr-drill:run", "Value": "r1"}], **given)
    assert (made["DBSubnetGroup"], made["DBClusterParameterGroup"]) == ("apart", "ours")
    assert [each["VpcSecurityGroupId"] for each in made["VpcSecurityGroups"]] == [group]
    assert rds.list_tags_for_resource(ResourceName=made["DBClusterArn"])["TagList"] == made["TagList"]
    assert add_member(rds, "copy", "copy-1")["DBSubnetGroup"]["DBSubnetGroupName"] == "apart"
    asked = {"DBClusterIdentifier": "other", "SnapshotIdentifier": "manual", "Engine": ENGINE}
    call = rds.restore_db_cluster_from_snapshot
    assert refused(call, DBSubnetGroupName="nope", **asked) == "DBSubnetGroupNotFoundFault"
    assert refused(call, VpcSecurityGroupIds=["sg-nope"], **asked) == "InvalidParameterValue"
    assert refused(call, DBClusterParameterGroupName="nope", **asked) == "DBClusterParameterGroupNotFound"
    assert refused(call, KmsKeyId="11111111-2222-3333-4444-555555555555", **asked) == "KMSKeyNotAccessibleFault"


def test_a_restore_of_another_engine_is_refused(rds: Any, clock: FakeClock) -> None:
    """Engine, version and mode have to fit the snapshot; a name, a snapshot and a state that do not are refused."""
    make_source(rds, clock)
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="manual", DBClusterIdentifier=SOURCE)
    call, asked = rds.restore_db_cluster_from_snapshot, {"DBClusterIdentifier": "copy", "SnapshotIdentifier": "manual"}
    assert refused(call, Engine=ENGINE, **asked) == "InvalidDBClusterSnapshotStateFault"
    clock.sleep(1800)
    assert refused(call, Engine="aurora-mysql", **asked) == "InvalidParameterCombination"
    assert refused(call, Engine=ENGINE, EngineVersion="15.4", **asked) == "InvalidParameterCombination"
    assert refused(call, Engine=ENGINE, EngineMode="serverless", **asked) == "InvalidParameterCombination"
    unknown = {"DBClusterIdentifier": "copy", "SnapshotIdentifier": "nope"}
    assert refused(call, Engine=ENGINE, **unknown) == "DBClusterSnapshotNotFoundFault"
    arn = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="manual")["DBClusterSnapshots"][0]
    assert restore(rds, SnapshotIdentifier=arn["DBClusterSnapshotArn"], EngineVersion="16.9")["EngineVersion"] == "16.9"
    assert refused(call, Engine=ENGINE, **asked) == "DBClusterAlreadyExistsFault"


def test_there_may_be_forty_clusters(rds: Any, clock: FakeClock) -> None:
    """Clusters and their members count to the account's quotas, and one too many is refused."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    for number in range(39):
        restore(rds, f"copy-{number}")
    told = {each["AccountQuotaName"]: each for each in rds.describe_account_attributes()["AccountQuotas"]}
    assert (told["DBClusters"]["Used"], told["DBClusters"]["Max"], told["DBInstances"]["Used"]) == (40, 40, 1)
    asked = {"DBClusterIdentifier": "copy", "SnapshotIdentifier": "manual", "Engine": ENGINE}
    assert refused(rds.restore_db_cluster_from_snapshot, **asked) == "DBClusterQuotaExceededFault"


def test_an_instant_outside_the_window_is_refused(rds: Any, clock: FakeClock) -> None:
    """The window moves on with the lab's time, five minutes behind; an instant beyond it is no restore."""
    source = make_source(rds, clock)
    assert clock.now() - source["LatestRestorableTime"] == timedelta(minutes=5)
    clock.sleep(600)
    later = described(rds, SOURCE)
    assert later["LatestRestorableTime"] - source["LatestRestorableTime"] == timedelta(minutes=10)
    (backup,) = rds.describe_db_cluster_automated_backups(DBClusterIdentifier=SOURCE)["DBClusterAutomatedBackups"]
    assert backup["RestoreWindow"] == {
        "EarliestTime": later["EarliestRestorableTime"],
        "LatestTime": later["LatestRestorableTime"],
    }
    assert (backup["Status"], backup["DbClusterResourceId"]) == ("active", source["DbClusterResourceId"])
    call = rds.restore_db_cluster_to_point_in_time
    named = {"SourceDBClusterIdentifier": SOURCE, "DBClusterIdentifier": "copy"}
    assert refused(call, RestoreToTime=later["LatestRestorableTime"] + SECOND, **named) == "InvalidRestoreFault"
    assert refused(call, RestoreToTime=later["EarliestRestorableTime"] - SECOND, **named) == "InvalidRestoreFault"
    assert refused(call, **named) == "InvalidParameterCombination"
    assert to_instant(rds, RestoreToTime=later["LatestRestorableTime"])["Status"] == "creating"
    assert refused(call, UseLatestRestorableTime=True, **named) == "DBClusterAlreadyExistsFault"
    named["SourceDBClusterIdentifier"] = "nobody"
    assert refused(call, UseLatestRestorableTime=True, **named) == "DBClusterNotFoundFault"


def test_the_window_ends_where_its_backups_do(rds: Any, clock: FakeClock) -> None:
    """Nothing is restorable from before the cluster or its retention, and keeping no backups is refused."""
    source = make_source(rds, clock)
    clock.sleep(timedelta(days=20).total_seconds())
    found = described(rds, SOURCE)
    assert found["EarliestRestorableTime"] == clock.now() - timedelta(days=7)
    assert found["EarliestRestorableTime"] > source["EarliestRestorableTime"] > source["ClusterCreateTime"]
    call = rds.modify_db_cluster
    assert refused(call, DBClusterIdentifier=SOURCE, BackupRetentionPeriod=0) == "InvalidParameterValue"


def test_a_clone_is_of_now_and_quick(rds: Any, clock: FakeClock) -> None:
    """Copy-on-write takes no instant, and minutes whatever the size."""
    make_source(rds, clock, gib=5000)
    asked = {"SourceDBClusterIdentifier": SOURCE, "DBClusterIdentifier": "copy", "RestoreType": "copy-on-write"}
    call = rds.restore_db_cluster_to_point_in_time
    assert refused(call, RestoreToTime=clock.now() - timedelta(minutes=10), **asked) == "InvalidParameterCombination"
    call(UseLatestRestorableTime=True, **asked)
    assert wait_while(clock, "creating", lambda: described(rds, "copy")["Status"]) < timedelta(minutes=6)


def test_a_source_can_be_named_by_its_resource_id(rds: Any, clock: FakeClock) -> None:
    """SourceDbClusterResourceId names the source, and not whichever cluster comes first."""
    make_source(rds, clock, DBClusterIdentifier="another", DatabaseName="another")
    source = make_source(rds, clock)
    call, named = rds.restore_db_cluster_to_point_in_time, {"DBClusterIdentifier": "copy"}
    made = call(SourceDbClusterResourceId=source["DbClusterResourceId"], UseLatestRestorableTime=True, **named)
    assert made["DBCluster"]["DatabaseName"] == "trello"
    wrong = {"SourceDbClusterResourceId": "cluster-NOPE", "UseLatestRestorableTime": True}
    assert refused(call, **wrong, **named) == "DBClusterAutomatedBackupNotFoundFault"


def test_snapshots_of_each_type_are_listed_as_aws_lists_them(rds: Any, clock: FakeClock) -> None:
    """Without a type automated and manual ones are listed; AWS Backup's when they, or one by name, are asked for."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    cluster = cast(Cluster, backend().clusters[SOURCE])
    taken = backend().record_snapshot(cluster, clock.now(), "awsbackup")
    assert snapshots(rds, DBClusterIdentifier=SOURCE) == snapshots(rds) == ["automated", "manual"]
    for kind in ("automated", "manual", "awsbackup"):
        assert snapshots(rds, DBClusterIdentifier=SOURCE, SnapshotType=kind) == [kind]
    assert snapshots(rds, DBClusterSnapshotIdentifier=taken.resource_id) == ["awsbackup"]
    assert snapshots(rds, DbClusterResourceId=cluster.db_cluster_resource_id, SnapshotType="manual") == ["manual"]
    assert snapshots(rds, DBClusterIdentifier="another") == []
    call = rds.describe_db_cluster_snapshots
    assert refused(call, DBClusterSnapshotIdentifier="nope") == "DBClusterSnapshotNotFoundFault"
    (automated,) = rds.describe_db_cluster_snapshots(SnapshotType="automated")["DBClusterSnapshots"]
    name = automated["DBClusterSnapshotIdentifier"]
    assert name.startswith(f"rds:{SOURCE}-")
    assert refused(rds.delete_db_cluster_snapshot, DBClusterSnapshotIdentifier=name) == (
        "InvalidDBClusterSnapshotStateFault"
    )


def test_a_snapshot_is_created_before_it_is_available(rds: Any, clock: FakeClock) -> None:
    """A snapshot tells its progress, its cluster's id, version and encryption, and when it was taken."""
    source = make_source(rds, clock, StorageEncrypted=True)
    began = clock.now()
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="manual", DBClusterIdentifier=SOURCE)
    clock.sleep(60)
    (found,) = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="manual")["DBClusterSnapshots"]
    assert found["Status"] == "creating"
    assert 0 < found["PercentProgress"] < 100
    clock.sleep(1800)
    (found,) = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="manual")["DBClusterSnapshots"]
    assert (found["Status"], found["PercentProgress"], found["SnapshotCreateTime"]) == ("available", 100, began)
    same = ("DbClusterResourceId", "Engine", "EngineVersion", "EngineMode", "KmsKeyId", "StorageEncrypted", "Port")
    assert {name: found[name] for name in same} == {name: source[name] for name in same}
    again = {"DBClusterSnapshotIdentifier": "manual", "DBClusterIdentifier": SOURCE}
    assert refused(rds.create_db_cluster_snapshot, **again) == "DBClusterSnapshotAlreadyExistsFault"


def test_a_copied_snapshot_holds_the_data_of_the_first(rds: Any, clock: FakeClock) -> None:
    """A copy of a snapshot says what it was copied from, and outlives it."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    made = rds.copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier="manual", TargetDBClusterSnapshotIdentifier="second"
    )["DBClusterSnapshot"]
    assert made["SourceDBClusterSnapshotArn"].endswith(":cluster-snapshot:manual")
    assert made["Status"] == "creating"
    clock.sleep(1800)
    rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="manual")
    assert restore(rds, SnapshotIdentifier="second")["DatabaseName"] == "trello"


def test_listings_come_in_pages(rds: Any, clock: FakeClock) -> None:
    """MaxRecords is from 20 to 100, and the pages together hold everything once."""
    make_source(rds, clock)
    for number in range(44):
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=f"manual-{number}", DBClusterIdentifier=SOURCE)
    clock.sleep(1800)
    sized = {"PaginationConfig": {"PageSize": 20}}
    pages = list(rds.get_paginator("describe_db_cluster_snapshots").paginate(**sized))
    assert [len(page["DBClusterSnapshots"]) for page in pages] == [20, 20, 5]
    assert len({each["DBClusterSnapshotArn"] for page in pages for each in page["DBClusterSnapshots"]}) == 45
    for number in range(24):
        restore(rds, f"copy-{number}", SnapshotIdentifier="manual-1")
    pages = list(rds.get_paginator("describe_db_clusters").paginate(**sized))
    assert [len(page["DBClusters"]) for page in pages] == [20, 5]
    for call in (rds.describe_db_clusters, rds.describe_db_cluster_snapshots):
        assert {refused(call, MaxRecords=size) for size in (19, 101)} == {"InvalidParameterValue"}


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
    """Protection, scaling and backups are changed at once; another instance becomes the writer; nobody, nothing."""
    make_source(rds, clock)
    add_member(rds, SOURCE, f"{SOURCE}-2")
    clock.sleep(3600)
    given = {"DeletionProtection": False, "BackupRetentionPeriod": 3, "ServerlessV2ScalingConfiguration": SCALING}
    rds.modify_db_cluster(DBClusterIdentifier=SOURCE, ApplyImmediately=True, **given)
    found = described(rds, SOURCE)
    assert {name: found[name] for name in given} == given
    rds.failover_db_cluster(DBClusterIdentifier=SOURCE)
    writers = {
        each["DBInstanceIdentifier"]: each["IsClusterWriter"] for each in described(rds, SOURCE)["DBClusterMembers"]
    }
    assert writers == {f"{SOURCE}-1": False, f"{SOURCE}-2": True}
    assert refused(rds.modify_db_cluster, DBClusterIdentifier="nobody", **given) == "DBClusterNotFoundFault"


def test_clusters_of_other_engines_are_left_as_they_were(rds: Any) -> None:
    """What is no Aurora PostgreSQL is moto's, members and snapshots included."""
    named = {"DBClusterIdentifier": "other", "Engine": "aurora-mysql"}
    rds.create_db_cluster(MasterUsername="somebody", MasterUserPassword="secret-enough", **named)
    rds.create_db_instance(
        DBInstanceIdentifier="other-1", DBInstanceClass="db.r6g.large", **named | {"Engine": "aurora-mysql"}
    )
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
