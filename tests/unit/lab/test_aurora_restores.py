"""The lab's Aurora restores what a snapshot or an instant holds, in its time, and refuses what AWS refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from tests.support.aurora import (
    ENGINE,
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
from tests.support.labs import client, refused, wait_while

pytestmark = pytest.mark.slow

SECOND = timedelta(seconds=1)


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


def test_no_snapshot_of_a_multi_az_cluster_is_copied(rds: Any, clock: FakeClock) -> None:
    """AWS offers that for none, be it beside the first."""
    given = {"DBClusterInstanceClass": "db.m6gd.large", "StorageType": "gp3", "Iops": 3000, "AllocatedStorage": 100}
    login = {"MasterUsername": "m", "MasterUserPassword": "not-a-secret"}
    rds.create_db_cluster(DBClusterIdentifier="zones", Engine="postgres", **given, **login)
    clock.sleep(7200)
    rds.create_db_cluster_snapshot(DBClusterIdentifier="zones", DBClusterSnapshotIdentifier="first")
    clock.sleep(7200)
    named = {"SourceDBClusterSnapshotIdentifier": "first", "TargetDBClusterSnapshotIdentifier": "second"}
    assert refused(rds.copy_db_cluster_snapshot, **named) == "InvalidParameterCombination"


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
