"""How the backups of each type are read, where AWS tells what no lab has: other regions, vaults, locks, keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.aws.calls.api import Denied, NotFound
from dr_orchestrator.domain.posture.facts import Fact, Inapplicable, Known, Unknown
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.aurora_cluster import posture as of_clusters
from dr_orchestrator.resources.cloudformation_stack import posture as of_stacks
from dr_orchestrator.resources.dynamodb_table import posture as of_tables
from dr_orchestrator.resources.efs_file_system import posture as of_file_systems
from dr_orchestrator.resources.multi_az_cluster import posture as of_zones
from dr_orchestrator.resources.rds_instance import posture as of_instances
from dr_orchestrator.resources.s3_bucket import posture as of_buckets
from tests.support.fakes import FakeClock
from tests.support.told_aws import AWAY, HOME, ToldAws

NOW = FakeClock().now()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OWN, AWSS = ({"KeyMetadata": {"Arn": f"arn:aws:kms:::key/{each}", "KeyManager": each}} for each in ("CUSTOMER", "AWS"))
INSTANCE = {
    "DBInstanceIdentifier": "orders",
    "DBInstanceArn": "arn:aws:rds:us-east-1:1:db:orders",
    "DbiResourceId": "db-A",
    "BackupRetentionPeriod": 7,
    "StorageEncrypted": True,
    "KmsKeyId": "key/1",
    "DeletionProtection": False,
    "InstanceCreateTime": NOW - 90 * DAY,
    "LatestRestorableTime": NOW - HOUR / 12,
}
ARN = INSTANCE["DBInstanceArn"]


def snapshot(name: str, at: Any, **changes: Any) -> dict[str, Any]:
    told = {"DBSnapshotIdentifier": name, "DBInstanceIdentifier": "orders", "DbiResourceId": "db-A"}
    return {**told, "Status": "available", "SnapshotCreateTime": at, "TagList": [], **changes}


def replicated(unique: str) -> dict[str, Any]:
    window = {"EarliestTime": NOW - 7 * DAY, "LatestTime": NOW - HOUR / 6}
    return {"DBInstanceAutomatedBackups": [{"DbiResourceId": unique, "RestoreWindow": window}]}


RDS = ToldAws(
    {
        "DescribeDBInstances": {"DBInstances": [INSTANCE, {"DBInstanceIdentifier": "other", "DbiResourceId": "db-B"}]},
        "us_east_1_DescribeDBSnapshots": {
            "DBSnapshots": [
                snapshot("one", NOW - 5 * HOUR),
                snapshot("copied", NOW, OriginalSnapshotCreateTime=NOW - DAY),
                snapshot("making", NOW, Status="creating"),
                snapshot("of another time", NOW, DbiResourceId="db-OLD"),
                snapshot("of a drill", NOW, TagList=[{"Key": "dr-drill:run", "Value": "r"}]),
            ]
        },
        "us_east_1_DescribeDBInstanceAutomatedBackups": replicated("db-A"),
        "DescribeKey": OWN,
    }
)


def value(of: Fact[Any]) -> Any:
    assert isinstance(of, Known), of
    return of.value


def test_points_of_an_instance_are_its_own_and_as_old_as_their_data() -> None:
    """What is being made, was another's, or is a drill's on its way, is none; a copy is as old as its original."""
    seen = RDS.read(of_instances.reader, "orders")
    assert sorted(value(seen.points)) == [NOW - DAY, NOW - 5 * HOUR]
    assert value(seen.kept) == 7 * DAY
    assert value(seen.continuous).earliest == NOW - 7 * DAY
    assert (value(seen.encryption).own, value(seen.deletion)) == (True, False)
    assert seen.scheduled


def test_a_snapshot_whose_age_nobody_tells_is_no_point() -> None:
    """It costs the look nothing but itself."""
    aws = RDS.but(us_east_1_DescribeDBSnapshots={"DBSnapshots": [snapshot("new", None), snapshot("one", NOW - HOUR)]})
    assert value(aws.read(of_instances.reader, "orders").points) == (NOW - HOUR,)


def test_a_key_of_aws_is_not_ones_own() -> None:
    """By KMS's own word; one that is asked about once, whoever uses it."""
    aws = RDS.but(DescribeKey=AWSS)
    assert value(aws.read(of_instances.reader, "orders").encryption).own is False


def test_a_snapshot_of_another_region_is_a_copy_of_this_very_instance() -> None:
    """By the id that AWS never gives twice, not by the name."""
    ours, other = snapshot("ours", NOW - 3 * HOUR), snapshot("other", NOW, DbiResourceId="db-OLD")
    aws = RDS.but(us_west_2_DescribeDBSnapshots={"DBSnapshots": [ours, other]})
    (copy,) = value(aws.read(of_instances.reader, "orders").elsewhere)
    assert (copy.region, copy.newest) == (AWAY, NOW - 3 * HOUR)


def test_automated_backups_that_are_replicated_are_a_copy() -> None:
    """With the latest instant that they restore there; another instance's are none of its own."""
    aws = RDS.but(us_west_2_DescribeDBInstanceAutomatedBackups=replicated("db-A"))
    (copy,) = value(aws.read(of_instances.reader, "orders").elsewhere)
    assert copy.newest == NOW - HOUR / 6
    aws = RDS.but(us_west_2_DescribeDBInstanceAutomatedBackups=replicated("db-B"))
    assert value(aws.read(of_instances.reader, "orders").elsewhere) == ()


def vault(name: str, **changes: Any) -> dict[str, Any]:
    return {"BackupVaultName": name, "NumberOfRecoveryPoints": 1, "Locked": False, **changes}


def points(arn: str, *ago: timedelta, status: str = "COMPLETED") -> dict[str, Any]:
    return {"RecoveryPoints": [{"ResourceArn": arn, "Status": status, "CreationDate": NOW - each} for each in ago]}


def test_vaults_of_another_region_hold_copies() -> None:
    """One listing a vault tells of every resource: the newest of this one that is complete counts."""
    vaults = {"BackupVaultList": [vault("far"), vault("empty", NumberOfRecoveryPoints=0)]}
    aws = RDS.but(us_west_2_ListBackupVaults=vaults, us_west_2_ListRecoveryPointsByBackupVault=points(ARN, DAY, HOUR))
    (copy,) = value(aws.read(of_instances.reader, "orders").elsewhere)
    assert (copy.region, copy.newest) == (AWAY, NOW - HOUR)
    assert [each["BackupVaultName"] for each in aws.requests("ListRecoveryPointsByBackupVault")] == ["far"]
    assert aws.requests("ListRecoveryPointsByBackupVault")[0]["ByCreatedAfter"] == NOW - 40 * DAY
    aws = aws.but(us_west_2_ListRecoveryPointsByBackupVault=points(ARN, HOUR, status="EXPIRED"))
    assert value(aws.read(of_instances.reader, "orders").elsewhere) == ()


@pytest.mark.parametrize(
    ("state", "on"),
    [
        ({}, False),
        ({"Locked": True}, False),
        ({"Locked": True, "LockDate": NOW + DAY}, False),
        ({"Locked": True, "LockDate": NOW - DAY}, True),
        ({"VaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"}, True),
    ],
    ids=["unlocked", "governance", "in grace", "for good", "air-gapped"],
)
def test_a_vault_holds_only_where_nobody_can_take_its_lock_off(state: dict[str, Any], on: bool) -> None:
    """A lock that can be taken off protects against nobody who may take it off."""
    aws = RDS.but(
        ListBackupVaults={"BackupVaultList": [vault("v", **state)]},
        ListRecoveryPointsByBackupVault=points(ARN, HOUR),
    )
    lock = value(aws.read(of_instances.reader, "orders").lock)
    assert (lock.on, lock.newest) == (on, NOW - HOUR if on else None)


@pytest.mark.parametrize(
    ("lifecycles", "least", "newest"),
    [
        ([{}], None, HOUR),
        ([{"Lifecycle": {"DeleteAfterDays": 1}}], DAY, HOUR),
        ([{"Lifecycle": {"DeleteAfterDays": -1}}], None, HOUR),
        ([{"CalculatedLifecycle": {"DeleteAt": NOW + DAY}}], DAY + HOUR, HOUR),
        ([{"Lifecycle": {"DeleteAfterDays": 1}}, {"Lifecycle": {"DeleteAfterDays": 30}}], 30 * DAY, 2 * HOUR),
    ],
    ids=["for ever", "a day", "for ever by its word", "until an instant", "the daily one beside the hourly one"],
)
def test_a_lock_holds_a_point_no_longer_than_the_point_is_kept(
    lifecycles: list[dict[str, Any]], least: timedelta | None, newest: timedelta
) -> None:
    """AWS deletes it then, for all the lock: the newest counts of those that are kept for as long as wanted."""
    told = points(ARN, *((at + 1) * HOUR for at in range(len(lifecycles))))
    for point, lifecycle in zip(told["RecoveryPoints"], lifecycles, strict=True):
        point.update(lifecycle)
    vaults = {"BackupVaultList": [vault("v", Locked=True, LockDate=NOW - DAY)]}
    aws = RDS.but(ListBackupVaults=vaults, ListRecoveryPointsByBackupVault=told)
    lock = value(aws.read(of_instances.reader, "orders").lock)
    assert (lock.least, lock.newest) == (least, NOW - newest)


def test_a_vault_holds_nothing_of_what_had_its_name_before() -> None:
    """An ARN is made of a name: what is older than the table, or the instance, is of another."""
    vaults = {"BackupVaultList": [vault("v", Locked=True, LockDate=NOW - DAY)]}
    table = {"Table": {**TABLE, "CreationDateTime": NOW - HOUR}}
    instance = {**INSTANCE, "InstanceCreateTime": NOW - HOUR}
    for aws, reader, name, arn in (
        (DYNAMO.but(DescribeTable=table), of_tables.reader, "carts", TABLE["TableArn"]),
        (RDS.but(DescribeDBInstances={"DBInstances": [instance]}), of_instances.reader, "orders", ARN),
    ):
        for ago, there in ((2 * HOUR, False), (HOUR / 2, True)):
            held = aws.but(ListBackupVaults=vaults, ListRecoveryPointsByBackupVault=points(arn, ago))
            seen = held.read(reader, name)
            assert (bool(value(seen.elsewhere)), value(seen.lock).on) == (there, there)


def test_what_lies_in_no_vault_is_not_locked() -> None:
    """A locked vault of somebody else's backups says nothing."""
    vaults = {"BackupVaultList": [vault("v", Locked=True, LockDate=NOW - DAY)]}
    aws = RDS.but(ListBackupVaults=vaults, ListRecoveryPointsByBackupVault=points("arn:other", HOUR))
    assert value(aws.read(of_instances.reader, "orders").lock).on is False


def test_vaults_that_may_not_be_listed_take_nothing_from_what_is_known() -> None:
    """The copy that RDS keeps is there; what the vaults hold beside is told as lacking."""
    aws = RDS.but(
        us_west_2_DescribeDBInstanceAutomatedBackups=replicated("db-A"),
        ListBackupVaults=Denied("no right", "ask", "backup:ListBackupVaults"),
    )
    seen = aws.read(of_instances.reader, "orders")
    assert isinstance(seen.elsewhere, Known)
    assert len(seen.elsewhere.value) == 1
    assert seen.elsewhere.lacking is not None
    assert seen.elsewhere.lacking.denied
    assert isinstance(seen.lock, Unknown)
    assert seen.lock.call == "backup:ListBackupVaults"


CLUSTER = {
    "DBClusterIdentifier": "trello",
    "DBClusterArn": "arn:aws:rds:us-east-1:1:cluster:trello",
    "DbClusterResourceId": "cluster-A",
    "BackupRetentionPeriod": 30,
    "StorageEncrypted": False,
    "EarliestRestorableTime": NOW - 30 * DAY,
    "LatestRestorableTime": NOW - HOUR / 12,
    "DeletionProtection": True,
}


def of_cluster(name: str, at: Any, origin: str = "") -> dict[str, Any]:
    told = {"DBClusterSnapshotIdentifier": name, "DBClusterSnapshotArn": f"arn:{name}", "Status": "available"}
    own = {"DBClusterIdentifier": "trello", "DbClusterResourceId": "cluster-A", "SnapshotCreateTime": at}
    return {**told, **own, "TagList": [], **({"SourceDBClusterSnapshotArn": origin} if origin else {})}


AURORA = ToldAws(
    {
        "DescribeDBClusters": {"DBClusters": [CLUSTER]},
        "us_east_1_DescribeDBClusterSnapshots": {"DBClusterSnapshots": [of_cluster("one", NOW - 9 * HOUR)]},
    }
)


def test_a_copied_snapshot_of_a_cluster_is_as_old_as_its_original() -> None:
    """AWS gives the copy the time of its copying; where the original is gone nobody knows how old it is."""
    copy, orphan = of_cluster("far", NOW, "arn:one"), of_cluster("orphan", NOW, "arn:gone")
    aws = AURORA.but(us_west_2_DescribeDBClusterSnapshots={"DBClusterSnapshots": [copy, orphan]})
    seen = aws.read(of_clusters.reader, "trello")
    assert [each.newest for each in value(seen.elsewhere)] == [NOW - 9 * HOUR]
    assert value(seen.points) == (NOW - 9 * HOUR,)
    assert value(seen.encryption).on is False
    assert value(seen.continuous).latest == NOW - HOUR / 12


def test_of_a_multi_az_cluster_no_copy_elsewhere_is_asked_for_but_why_there_is_none() -> None:
    """A plan of AWS Backup that copies, the way out of others, would copy none of its points."""
    seen = AURORA.but(us_west_2_DescribeDBClusterSnapshots={"DBClusterSnapshots": []}).read(of_zones.reader, "trello")
    assert value(seen.elsewhere) == ()
    assert seen.remedies[Rule.POSTURE_ELSEWHERE].startswith("AWS copies no backup of a multi-AZ DB cluster")


def test_a_secondary_of_a_global_cluster_is_a_copy_there() -> None:
    """By the members of the global cluster that this one is of; how far it lags is not told."""
    members = [{"DBClusterArn": CLUSTER["DBClusterArn"]}, {"DBClusterArn": f"arn:aws:rds:{AWAY}:1:cluster:trello"}]
    others = [{"DBClusterArn": f"arn:aws:rds:{HOME}:1:cluster:x"}, {"DBClusterArn": f"arn:aws:rds:{AWAY}:1:cluster:x"}]
    told = {"GlobalClusters": [{"GlobalClusterMembers": others}, {"GlobalClusterMembers": members}]}
    (copy,) = value(AURORA.but(DescribeGlobalClusters=told).read(of_clusters.reader, "trello").elsewhere)
    assert (copy.region, copy.newest) == (AWAY, None)
    alone = {"GlobalClusters": [{"GlobalClusterMembers": others}]}
    assert value(AURORA.but(DescribeGlobalClusters=alone).read(of_clusters.reader, "trello").elsewhere) == ()


TABLE = {"TableName": "carts", "TableArn": "arn:aws:dynamodb:us-east-1:1:table/carts", "TableId": "id-A"}
PITR = {
    "PointInTimeRecoveryStatus": "ENABLED",
    "RecoveryPeriodInDays": 14,
    "EarliestRestorableDateTime": NOW - 14 * DAY,
    "LatestRestorableDateTime": NOW - HOUR / 12,
}


def backups(given: dict[str, Any]) -> dict[str, Any]:
    """By type, as AWS tells them: those of AWS Backup are not among all."""
    own = {"TableName": "carts", "TableId": "id-A", "BackupStatus": "AVAILABLE"}
    by_hand = {**own, "BackupArn": "arn:hand", "BackupCreationDateTime": NOW - 2 * DAY}
    of_plan = {**own, "BackupArn": "arn:plan", "BackupCreationDateTime": NOW - DAY}
    of_old = {**of_plan, "BackupArn": "arn:old", "TableId": "id-OLD", "BackupCreationDateTime": NOW}
    return {"BackupSummaries": [of_plan, of_old] if given["BackupType"] == "AWS_BACKUP" else [by_hand]}


def continuous(told: dict[str, Any]) -> dict[str, Any]:
    return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": told}}


DYNAMO = ToldAws(
    {
        "DescribeTable": {"Table": TABLE},
        "DescribeContinuousBackups": continuous(PITR),
        "ListBackups": backups,
    }
)


def test_a_table_has_its_window_and_every_kind_of_backup() -> None:
    """One listing for all tables, with those of AWS Backup, without those of a table that had its name before."""
    seen = DYNAMO.read(of_tables.reader, "carts")
    assert sorted(value(seen.points)) == [NOW - 2 * DAY, NOW - DAY]
    assert (value(seen.kept), value(seen.continuous).on) == (14 * DAY, True)
    assert value(seen.encryption).on
    assert not value(seen.encryption).own
    assert value(seen.deletion) is False
    assert not seen.scheduled
    assert all("TableName" not in each for each in DYNAMO.requests("ListBackups"))


def test_recovery_that_is_off_keeps_nothing() -> None:
    """Whatever window was told before it was switched off."""
    off = DYNAMO.but(DescribeContinuousBackups=continuous({**PITR, "PointInTimeRecoveryStatus": "DISABLED"}))
    seen = off.read(of_tables.reader, "carts")
    assert (value(seen.continuous).on, value(seen.kept)) == (False, timedelta())


def test_a_replica_of_a_global_table_is_a_copy_once_it_is_there() -> None:
    """One that is being made holds nothing yet."""
    there = {"Table": {**TABLE, "Replicas": [{"RegionName": AWAY, "ReplicaStatus": "ACTIVE"}]}}
    coming = {"Table": {**TABLE, "Replicas": [{"RegionName": AWAY, "ReplicaStatus": "CREATING"}]}}
    assert len(value(DYNAMO.but(DescribeTable=there).read(of_tables.reader, "carts").elsewhere)) == 1
    assert value(DYNAMO.but(DescribeTable=coming).read(of_tables.reader, "carts").elsewhere) == ()


BUCKETS = {
    "Buckets": [
        {"Name": "images", "BucketRegion": HOME, "CreationDate": NOW - 90 * DAY},
        {"Name": "far", "BucketRegion": AWAY, "CreationDate": NOW - 90 * DAY},
    ]
}


def lock(mode: str = "", **period: int) -> dict[str, Any]:
    rule = {"Rule": {"DefaultRetention": {"Mode": mode, **period}}} if mode else {}
    return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", **rule}}


def replicates(bucket: str, status: str = "Enabled", **of: Any) -> dict[str, Any]:
    rule = {"Status": status, "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"}, **of}
    return {"ReplicationConfiguration": {"Rules": [rule]}}


S3 = ToldAws(
    {
        "ListBuckets": BUCKETS,
        "GetBucketVersioning": {"Status": "Enabled"},
        **dict.fromkeys(
            ("GetBucketLifecycleConfiguration", "GetObjectLockConfiguration", "GetBucketReplication"),
            NotFound("none"),
        ),
        "GetBucketEncryption": NotFound("none"),
    }
)


def test_a_bucket_keeps_its_versions_for_ever_or_as_its_rules_say() -> None:
    """The window reaches as far back; nothing asks for it bucket by bucket that one listing tells."""
    seen = S3.read(of_buckets.reader, "images")
    assert value(seen.kept) is None
    assert value(seen.continuous).earliest == NOW - 90 * DAY
    rule = {"Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}
    seen = S3.but(GetBucketLifecycleConfiguration={"Rules": [rule]}).read(of_buckets.reader, "images")
    assert (value(seen.kept), value(seen.continuous).earliest) == (7 * DAY, NOW - 7 * DAY)
    assert S3.requests("ListBuckets") == [{"MaxBuckets": 1000}]
    assert all(each["ExpectedBucketOwner"] == "123456789012" for each in S3.requests("GetBucketVersioning"))


@pytest.mark.parametrize("told", [{}, {"Status": "Suspended"}])
def test_a_bucket_without_versions_keeps_nothing(told: dict[str, str]) -> None:
    """Never switched on, or suspended: what is written over now is lost at once."""
    seen = S3.but(GetBucketVersioning=told).read(of_buckets.reader, "images")
    assert (value(seen.continuous).on, value(seen.kept)) == (False, timedelta())
    assert isinstance(seen.points, Inapplicable)
    assert isinstance(seen.deletion, Inapplicable)


@pytest.mark.parametrize(
    ("told", "on", "least"),
    [
        (NotFound("none"), False, None),
        (lock(), False, None),
        (lock("GOVERNANCE", Days=30), False, None),
        (lock("COMPLIANCE", Days=30), True, 30 * DAY),
        (lock("COMPLIANCE", Years=1), True, 365 * DAY),
    ],
    ids=["off", "no rule", "governance", "days", "years"],
)
def test_objects_are_locked_in_compliance_mode_alone(told: Any, on: bool, least: timedelta | None) -> None:
    """For as long as the default rule says; who may bypass governance can delete what it holds."""
    found = value(S3.but(GetObjectLockConfiguration=told).read(of_buckets.reader, "images").lock)
    assert (found.on, found.least) == (on, least)


def test_a_bucket_is_copied_where_its_rules_replicate_it() -> None:
    """By the region of the bucket that they name; a rule that is off brings nothing."""
    (copy,) = value(S3.but(GetBucketReplication=replicates("far")).read(of_buckets.reader, "images").elsewhere)
    assert copy.region == AWAY
    (copy,) = value(S3.but(GetBucketReplication=replicates("theirs")).read(of_buckets.reader, "images").elsewhere)
    assert copy.region == "a region that another account knows"
    off = S3.but(GetBucketReplication=replicates("far", "Disabled"))
    assert value(off.read(of_buckets.reader, "images").elsewhere) == ()


BUCKET = "arn:aws:s3:::images"


def test_a_vault_of_another_region_holds_a_copy_of_a_bucket() -> None:
    """As old as its newest point there, beside what is replicated; of a bucket's age S3 tells nothing that holds."""
    there = {"us_west_2_ListBackupVaults": {"BackupVaultList": [vault("far")]}}
    aws = S3.but(**there, us_west_2_ListRecoveryPointsByBackupVault=points(BUCKET, 100 * DAY, HOUR))
    (copy,) = value(aws.read(of_buckets.reader, "images").elsewhere)
    assert (copy.region, copy.newest) == (AWAY, NOW - HOUR)
    both = value(aws.but(GetBucketReplication=replicates("far")).read(of_buckets.reader, "images").elsewhere)
    assert [each.how for each in both] == ["replicated into far in us-west-2", "in vault far of us-west-2"]
    other = S3.but(**there, us_west_2_ListRecoveryPointsByBackupVault=points(f"{BUCKET}-raw", HOUR))
    assert value(other.read(of_buckets.reader, "images").elsewhere) == ()


@pytest.mark.parametrize(
    ("own", "locked", "on", "how"),
    [
        (NotFound("none"), True, True, "in vault v, locked for good since"),
        (NotFound("none"), False, False, "object lock is off; vault v holds it, which is not locked"),
        (lock("COMPLIANCE", Days=30), False, True, "held for 30 d in compliance mode"),
        (Denied("no right", "ask", "s3:GetObjectLockConfiguration"), True, True, "in vault v, locked for good since"),
    ],
    ids=["vault", "neither", "versions", "denied"],
)
def test_a_bucket_is_held_by_its_versions_or_by_a_vault(own: Any, locked: bool, on: bool, how: str) -> None:
    """Either does; what a vault holds counts where nobody may ask for the other."""
    state = {"Locked": True, "LockDate": NOW - DAY} if locked else {}
    aws = S3.but(
        GetObjectLockConfiguration=own,
        ListBackupVaults={"BackupVaultList": [vault("v", **state)]},
        ListRecoveryPointsByBackupVault=points(BUCKET, HOUR),
    )
    found = value(aws.read(of_buckets.reader, "images").lock)
    assert (found.on, found.how.startswith(how)) == (on, True), found.how


def test_what_nobody_may_list_of_vaults_is_told_beside_a_buckets_own_lock() -> None:
    """It is off by S3's word, and might be held by a vault."""
    denied = Denied("no right", "ask", "backup:ListBackupVaults")
    seen = S3.but(ListBackupVaults=denied).read(of_buckets.reader, "images").lock
    assert (value(seen).on, value(seen).how) == (False, "object lock is off")
    assert isinstance(seen, Known)
    assert seen.lacking is not None
    seen = S3.but(ListBackupVaults=denied, GetObjectLockConfiguration=denied).read(of_buckets.reader, "images").lock
    assert isinstance(seen, Unknown)


TAG = {"Key": "keep", "Value": "yes"}


@pytest.mark.parametrize(
    ("rule", "prefix", "whole"),
    [
        ({"Filter": {}}, "", True),
        ({"Prefix": ""}, "", True),
        ({"Filter": {"Prefix": "images/"}}, "images/", True),
        ({"Filter": {"Prefix": "images/"}}, "images/2026/", True),
        ({"Filter": {"Prefix": "images/"}}, "", False),
        ({"Prefix": "images/"}, "", False),
        ({"Filter": {"Tag": TAG}}, "", False),
        ({"Filter": {"And": {"Prefix": "", "Tags": [TAG]}}}, "", False),
        ({"Filter": {"And": {"Prefix": "logs/"}}}, "images/", False),
    ],
)
def test_a_rule_that_replicates_a_part_is_no_copy_of_the_whole(rule: dict[str, Any], prefix: str, whole: bool) -> None:
    """What of the bucket the service needs has to be covered; that a part is there is told, and does not count."""
    aws = S3.but(GetBucketReplication=replicates("far", **rule))
    (copy,) = value(aws.read(of_buckets.reader, "images", prefix=prefix).elsewhere)
    assert copy.region == (AWAY if whole else f"{AWAY}, of a part of it alone")


def test_what_is_replicated_within_the_region_is_not_elsewhere() -> None:
    """A tier may name the region of a resource beside others: should it be lost, so is the copy."""
    aws = S3.but(GetBucketReplication=replicates("images"))
    assert value(aws.read(of_buckets.reader, "images", Wanted(copy_in=(HOME, AWAY))).elsewhere) == ()


def test_a_bucket_of_another_region_is_not_this_one() -> None:
    """One that is declared elsewhere than it is."""
    seen = S3.but(GetBucketVersioning={"Status": "Enabled"}).read(of_buckets.reader, "far")
    assert isinstance(seen.continuous, Unknown)


@pytest.mark.parametrize(
    ("told", "on", "own"),
    [
        ({"SSEAlgorithm": "AES256"}, True, False),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key/1"}, True, True),
    ],
)
def test_a_bucket_tells_its_key(told: dict[str, str], on: bool, own: bool) -> None:
    """S3's own where nobody says otherwise."""
    rules = {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": told}]}}
    seen = value(S3.but(GetBucketEncryption=rules, DescribeKey=OWN).read(of_buckets.reader, "images").encryption)
    assert (seen.on, seen.own) == (on, own)


SHARE = f"arn:aws:elasticfilesystem:{HOME}:123456789012:file-system/fs-1"
FILES = ToldAws(
    {
        "DescribeFileSystems": {
            "FileSystems": [
                {"FileSystemId": each, "LifeCycleState": "available", "CreationTime": NOW - 90 * DAY, **more}
                for each, more in {"fs-0": {}, "fs-1": {"Encrypted": True, "KmsKeyId": "key/1"}}.items()
            ]
        },
        "us_east_1_ListBackupVaults": {"BackupVaultList": [vault("aws/efs/automatic-backup-vault"), vault("weekly")]},
        "us_east_1_ListRecoveryPointsByBackupVault": lambda given: (
            points(SHARE, HOUR, DAY) if "efs" in given["BackupVaultName"] else points(SHARE, 3 * DAY, 95 * DAY)
        ),
        "DescribeReplicationConfigurations": {
            "Replications": [
                {
                    "SourceFileSystemId": of,
                    "Destinations": [
                        {"Region": AWAY, "FileSystemId": "fs-9", "Status": "ENABLED", "LastReplicatedTimestamp": NOW},
                        {"Region": "eu-west-1", "FileSystemId": "fs-8", "Status": "ERROR"},
                    ],
                }
                for of in ("fs-1",)
            ]
        },
        "DescribeKey": OWN,
    }
)


def test_a_file_system_is_kept_by_all_vaults_that_have_it() -> None:
    """The automatic one and those of plans; what was there before it was of another, and the newest tells how long."""
    seen = FILES.read(of_file_systems.reader, "fs-1")
    assert value(seen.points) == (NOW - 3 * DAY, NOW - DAY, NOW - HOUR)
    assert value(seen.kept) is None
    kept = points(SHARE, HOUR)
    kept["RecoveryPoints"][0]["Lifecycle"] = {"DeleteAfterDays": 35}
    aws = FILES.but(us_east_1_ListRecoveryPointsByBackupVault=kept)
    assert value(aws.read(of_file_systems.reader, "fs-1").kept) == 35 * DAY
    assert value(seen.encryption).own is True
    assert isinstance(seen.deletion, Inapplicable)
    assert seen.scheduled


def test_a_file_system_that_nothing_backs_up_keeps_nothing() -> None:
    """No vault has it, and the remedy is the one call that switches automatic backups on."""
    seen = FILES.read(of_file_systems.reader, "fs-0")
    assert (value(seen.points), value(seen.kept), value(seen.elsewhere)) == ((), timedelta(), ())
    assert "put-backup-policy --file-system-id fs-0" in seen.remedies[Rule.POSTURE_NEWEST]
    assert isinstance(FILES.read(of_file_systems.reader, "fs-7").points, Unknown)


def test_a_replica_that_works_is_a_copy_there() -> None:
    """With the instant that it holds; one that failed is none, and a vault's copy counts beside it."""
    (copy,) = value(FILES.read(of_file_systems.reader, "fs-1").elsewhere)
    assert (copy.region, copy.newest) == (AWAY, NOW)
    away = {"BackupVaultList": [vault("far")]}
    aws = FILES.but(us_west_2_ListBackupVaults=away, us_west_2_ListRecoveryPointsByBackupVault=points(SHARE, DAY))
    found = value(aws.read(of_file_systems.reader, "fs-1").elsewhere)
    assert {each.newest for each in found} == {NOW, NOW - DAY}


def test_a_stack_tells_whether_it_is_protected_and_nothing_else() -> None:
    """One that is gone, of the same name, is not it."""
    gone = {"StackName": "shop", "StackStatus": "DELETE_COMPLETE", "EnableTerminationProtection": True}
    live = {"StackName": "shop", "StackStatus": "UPDATE_COMPLETE", "EnableTerminationProtection": False}
    seen = ToldAws({"DescribeStacks": {"Stacks": [gone, live]}}).read(of_stacks.reader, "shop")
    assert value(seen.deletion) is False
    assert isinstance(seen.points, Inapplicable)
    seen = ToldAws({"DescribeStacks": {"Stacks": [gone]}}).read(of_stacks.reader, "shop")
    assert isinstance(seen.deletion, Unknown)


@pytest.mark.parametrize("aws", [RDS, AURORA, DYNAMO, S3], ids=["instances", "clusters", "tables", "buckets"])
def test_what_is_not_wanted_is_not_asked(aws: ToldAws) -> None:
    """Neither vaults nor other regions, locks or replication."""
    reader, name = {
        id(RDS): (of_instances.reader, "orders"),
        id(AURORA): (of_clusters.reader, "trello"),
        id(DYNAMO): (of_tables.reader, "carts"),
        id(S3): (of_buckets.reader, "images"),
    }[id(aws)]
    heard = aws.but()
    heard.read(reader, name, Wanted())
    assert {region for region, _, _ in heard.asked} == {HOME}
    beside = {"ListBackupVaults", "DescribeGlobalClusters", "GetObjectLockConfiguration", "GetBucketReplication"}
    assert not beside & {operation for _, operation, _ in heard.asked}


@pytest.mark.parametrize("of", list(TYPES), ids=lambda of: of.name)
def test_a_type_reads_what_it_declares(of: Any) -> None:
    """A type without a reader declares no call, and one with a reader some."""
    assert bool(of.protection) == bool(of.posture.reads)
