"""How the backups of volumes, machines and multi-AZ clusters are read: what is a point, a copy, a key, a lock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.domain.posture.facts import Fact, Inapplicable, Known, Unknown
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.resources.ebs_volume import posture as of_volumes
from dr_orchestrator.resources.ec2_instance import posture as of_machines
from dr_orchestrator.resources.multi_az_cluster import posture as of_clusters
from tests.support.fakes import FakeClock
from tests.support.told_aws import AWAY, HOME, ToldAws

NOW = FakeClock().now()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VOLUME, MACHINE = "vol-0a1b2c3d4e5f60718", "i-0a0b0c0d0e0f0a0b0"
OWNER = "123456789012"


def value(of: Fact[Any]) -> Any:
    assert isinstance(of, Known), of
    return of.value


def key(given: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of KMS on a key, which tells in its name whose it is."""
    whose = "AWS" if "aws" in given["KeyId"] else "CUSTOMER"
    return {"KeyMetadata": {"Arn": f"arn:aws:kms:::{given['KeyId']}", "KeyManager": whose}}


def held(arn: str, *ago: timedelta) -> dict[str, Any]:
    """What a vault lists of a resource."""
    return {"RecoveryPoints": [{"ResourceArn": arn, "Status": "COMPLETED", "CreationDate": NOW - each} for each in ago]}


def vaults(**more: Any) -> dict[str, Any]:
    return {"BackupVaultList": [{"BackupVaultName": "far", "NumberOfRecoveryPoints": 1, "Locked": False, **more}]}


def in_vaults(of: ToldAws, part: str) -> ToldAws:
    """With a point of it in a vault of the other region, from before it was made, and one of since."""
    arn = f"arn:aws:ec2:{HOME}:{OWNER}:{part}"
    points = held(arn, 95 * DAY, DAY)
    return of.but(us_west_2_ListBackupVaults=vaults(), us_west_2_ListRecoveryPointsByBackupVault=points)


def snapshot(id: str, ago: timedelta, volume: str = VOLUME, **more: Any) -> dict[str, Any]:
    return {"SnapshotId": id, "VolumeId": volume, "StartTime": NOW - ago, "State": "completed", **more}


def volume(id: str = VOLUME, **more: Any) -> dict[str, Any]:
    return {"VolumeId": id, "State": "in-use", "CreateTime": NOW - 90 * DAY, **more}


VOLUMES = ToldAws(
    {
        "DescribeVolumes": {"Volumes": [volume("vol-other"), volume(Encrypted=True, KmsKeyId="key/1")]},
        "DescribeSnapshots": {
            "Snapshots": [
                snapshot("snap-2", 5 * HOUR),
                snapshot("snap-1", 40 * DAY),
                snapshot("snap-3", HOUR, State="pending"),
                snapshot("snap-4", HOUR, StorageTier="archive"),
                snapshot("snap-5", HOUR, "vol-other"),
                snapshot("snap-6", HOUR, State="error"),
            ]
        },
        "DescribeKey": key,
    }
)


def test_points_of_a_volume_are_its_own_that_can_be_restored_at_once() -> None:
    """What is being made, failed, lies in the archive or is of another volume is none; kept since the oldest."""
    seen = VOLUMES.read(of_volumes.reader, VOLUME)
    assert value(seen.points) == (NOW - 40 * DAY, NOW - 5 * HOUR)
    assert value(seen.kept) == 40 * DAY
    assert seen.created_at == NOW - 90 * DAY
    assert (value(seen.encryption).on, value(seen.encryption).own) == (True, True)
    assert isinstance(seen.deletion, Inapplicable)
    assert seen.scheduled
    assert "Data Lifecycle Manager" in seen.remedies[Rule.POSTURE_DAILY]


def test_a_young_volume_has_not_kept_anything_for_long_yet() -> None:
    """For how long its snapshots are to be kept nobody tells: not known, and not too short."""
    young = {"Volumes": [volume(CreateTime=NOW - 2 * DAY)]}
    snapshots = {"Snapshots": [snapshot("snap-1", DAY)]}
    aws = VOLUMES.but(DescribeVolumes=young, DescribeSnapshots=snapshots)
    assert isinstance(aws.read(of_volumes.reader, VOLUME).kept, Unknown)
    old = VOLUMES.but(DescribeSnapshots=snapshots).read(of_volumes.reader, VOLUME)
    assert value(old.kept) == DAY
    assert value(VOLUMES.but(DescribeSnapshots={}).read(of_volumes.reader, VOLUME).kept) == timedelta()


@pytest.mark.parametrize(
    ("told", "on", "own"),
    [({}, False, False), ({"Encrypted": True}, True, False), ({"Encrypted": True, "KmsKeyId": "aws/ebs"}, True, False)],
)
def test_a_volume_tells_its_key(told: dict[str, Any], on: bool, own: bool) -> None:
    """One of AWS's is not one's own."""
    seen = VOLUMES.but(DescribeVolumes={"Volumes": [volume(**told)]}).read(of_volumes.reader, VOLUME)
    assert (value(seen.encryption).on, value(seen.encryption).own) == (on, own)


@pytest.mark.parametrize("name", ["vol-00000000", VOLUME])
def test_a_volume_that_is_not_there_is_not_known(name: str) -> None:
    """Nor is one that is being deleted: neither its age nor its key is made up."""
    aws = VOLUMES if name != VOLUME else VOLUMES.but(DescribeVolumes={"Volumes": [volume(State="deleting")]})
    seen = aws.read(of_volumes.reader, name)
    assert isinstance(seen.encryption, Unknown)
    assert seen.created_at is None


def test_a_volume_has_copies_where_vaults_do() -> None:
    """A copied snapshot does not tell its volume: vaults do, by its ARN; what is older than it was of another."""
    assert value(VOLUMES.read(of_volumes.reader, VOLUME).elsewhere) == ()
    (copy,) = value(in_vaults(VOLUMES, f"volume/{VOLUME}").read(of_volumes.reader, VOLUME).elsewhere)
    assert (copy.region, copy.newest) == (AWAY, NOW - DAY)
    assert value(in_vaults(VOLUMES, f"instance/{VOLUME}").read(of_volumes.reader, VOLUME).elsewhere) == ()


def test_a_volume_is_locked_where_a_vault_of_it_is() -> None:
    """For good, and not while the lock can still be taken off."""
    aws = in_vaults(VOLUMES, f"volume/{VOLUME}")
    assert value(aws.read(of_volumes.reader, VOLUME).lock).on is False
    for since, on in ((NOW - DAY, True), (NOW + DAY, False)):
        locked = aws.but(us_west_2_ListBackupVaults=vaults(Locked=True, LockDate=since))
        assert value(locked.read(of_volumes.reader, VOLUME).lock).on is on


def mapped(device: str, **ebs: Any) -> dict[str, Any]:
    return {"DeviceName": device, "Ebs": ebs}


def image(id: str, *snapshots: str, **more: Any) -> dict[str, Any]:
    devices = [mapped(f"/dev/sd{'abc'[number]}", SnapshotId=each) for number, each in enumerate(snapshots)]
    told = {"ImageId": id, "SourceInstanceId": MACHINE, "State": "available", "RootDeviceType": "ebs"}
    return {**told, "BlockDeviceMappings": devices, **more}


def attached(id: str, **more: Any) -> dict[str, Any]:
    return volume(id, Attachments=[{"InstanceId": MACHINE}], **more)


def machine(id: str = MACHINE, state: str = "running", **more: Any) -> dict[str, Any]:
    devices = [mapped("/dev/sda", AttachTime=NOW - 90 * DAY), mapped("/dev/sdb", AttachTime=NOW - 2 * DAY)]
    return {"InstanceId": id, "State": {"Name": state}, "BlockDeviceMappings": devices, **more}


MACHINES = ToldAws(
    {
        "DescribeInstances": {
            "Reservations": [
                {"Instances": [machine("i-other")]},
                {"Instances": [machine(state="terminated"), machine()]},
            ]
        },
        "DescribeImages": {
            "Images": [
                image("ami-2", "snap-2", "snap-3"),
                image("ami-1", "snap-1"),
                image("ami-half", "snap-4"),
                image("ami-failed", "snap-2", State="failed"),
                image("ami-lost", "snap-2", "snap-gone"),
                image("ami-other", "snap-2", SourceInstanceId="i-other"),
            ]
        },
        "DescribeSnapshots": {
            "Snapshots": [
                snapshot("snap-1", 40 * DAY),
                snapshot("snap-2", 5 * HOUR),
                snapshot("snap-3", 6 * HOUR),
                snapshot("snap-4", HOUR),
            ]
        },
        "DescribeVolumes": {
            "Volumes": [
                volume("vol-other"),
                attached("vol-a", Encrypted=True, KmsKeyId="key/1"),
                attached("vol-b", Encrypted=True, KmsKeyId="key/1"),
            ]
        },
        "DescribeInstanceAttribute": {"DisableApiTermination": {"Value": True}},
        "DescribeKey": key,
    }
)


def test_points_of_a_machine_are_the_images_that_can_be_started() -> None:
    """As old as the earliest of their snapshots; what failed, lacks a snapshot or a volume, or is another's is none."""
    seen = MACHINES.read(of_machines.reader, MACHINE)
    assert value(seen.points) == (NOW - 40 * DAY, NOW - 6 * HOUR)
    assert value(seen.kept) == 40 * DAY
    assert seen.created_at == NOW - 90 * DAY
    assert value(seen.deletion) is True
    assert MACHINES.but(DescribeImages={}).read(of_machines.reader, MACHINE).points == Known((), "ec2:DescribeImages")


def test_a_machine_that_may_be_ended_is_told_with_what_keeps_it() -> None:
    """By its id, and one that was ended is not known."""
    aws = MACHINES.but(DescribeInstanceAttribute={"DisableApiTermination": {"Value": False}})
    seen = aws.read(of_machines.reader, MACHINE)
    assert value(seen.deletion) is False
    assert f"--instance-id {MACHINE} --disable-api-termination" in seen.remedies[Rule.POSTURE_DELETION]
    ended = {"Reservations": [{"Instances": [machine(state="terminated")]}]}
    gone = MACHINES.but(DescribeInstances=ended).read(of_machines.reader, MACHINE)
    assert isinstance(gone.points, Unknown)
    assert isinstance(gone.encryption, Unknown)


@pytest.mark.parametrize(
    ("others", "on", "own"),
    [
        ([attached("vol-b")], False, False),
        ([attached("vol-b", Encrypted=True, KmsKeyId="aws/ebs")], True, False),
        ([attached("vol-b", Encrypted=True)], True, False),
        ([], True, True),
    ],
    ids=["a plain one", "one under AWS's key", "one under no known key", "none"],
)
def test_a_machine_is_as_encrypted_as_the_least_of_its_volumes(others: list[Any], on: bool, own: bool) -> None:
    """Whichever of them is told first: who gets hold of one key has what is under it."""
    first = attached("vol-a", Encrypted=True, KmsKeyId="key/1")
    for found in ([first, *others], [*others, first]):
        told = value(MACHINES.but(DescribeVolumes={"Volumes": found}).read(of_machines.reader, MACHINE).encryption)
        assert (told.on, told.own) == (on, own)


def test_a_machine_has_copies_where_vaults_do() -> None:
    """By its ARN, which is no volume's; and is locked where such a vault is, for good."""
    assert value(MACHINES.read(of_machines.reader, MACHINE).elsewhere) == ()
    aws = in_vaults(MACHINES, f"instance/{MACHINE}")
    (copy,) = value(aws.read(of_machines.reader, MACHINE).elsewhere)
    assert (copy.region, copy.newest) == (AWAY, NOW - DAY)
    locked = aws.but(us_west_2_ListBackupVaults=vaults(VaultType="LOGICALLY_AIR_GAPPED_BACKUP_VAULT"))
    assert value(locked.read(of_machines.reader, MACHINE).lock).on is True


def of_cluster(name: str, at: Any, **more: Any) -> dict[str, Any]:
    told = {"DBClusterSnapshotIdentifier": name, "DBClusterSnapshotArn": f"arn:{name}", "Status": "available"}
    own = {"DBClusterIdentifier": "ledger", "DbClusterResourceId": "cluster-A", "SnapshotCreateTime": at}
    return {**told, **own, "TagList": [], **more}


CLUSTER = {
    "DBClusterIdentifier": "ledger",
    "DBClusterArn": f"arn:aws:rds:{HOME}:1:cluster:ledger",
    "DbClusterResourceId": "cluster-A",
    "BackupRetentionPeriod": 14,
    "StorageEncrypted": True,
    "KmsKeyId": "key/1",
    "ClusterCreateTime": NOW - 90 * DAY,
    "LatestRestorableTime": NOW - HOUR / 12,
    "DeletionProtection": True,
}
CLUSTERS = ToldAws(
    {
        "DescribeDBClusters": {"DBClusters": [CLUSTER]},
        "us_east_1_DescribeDBClusterSnapshots": {
            "DBClusterSnapshots": [
                of_cluster("one", NOW - 9 * HOUR),
                of_cluster("making", NOW, Status="creating"),
                of_cluster("of another time", NOW, DbClusterResourceId="cluster-OLD"),
                of_cluster("of a drill", NOW, TagList=[{"Key": "dr-drill:run", "Value": "r"}]),
                of_cluster("a copy of it", NOW - HOUR, SourceDBClusterSnapshotArn="arn:one"),
                of_cluster("an orphan", NOW, SourceDBClusterSnapshotArn="arn:gone"),
            ]
        },
        "DescribeKey": key,
    }
)


def test_points_of_a_multi_az_cluster_are_its_own_and_as_old_as_their_data() -> None:
    """What is being made, was another's, is a drill's, or of an age that nobody tells is none."""
    seen = CLUSTERS.read(of_clusters.reader, "ledger")
    assert value(seen.points) == (NOW - 9 * HOUR, NOW - 9 * HOUR)
    assert value(seen.kept) == 14 * DAY
    assert (value(seen.encryption).own, value(seen.deletion)) == (True, True)
    assert seen.created_at == NOW - 90 * DAY
    assert seen.scheduled


def test_the_continuous_backup_of_a_multi_az_cluster_is_told_as_far_as_rds_tells_it() -> None:
    """Where it does not say since when, no window is made up: it begins where it ends."""
    told = value(CLUSTERS.read(of_clusters.reader, "ledger").continuous)
    assert (told.on, told.earliest, told.latest) == (True, NOW - HOUR / 12, NOW - HOUR / 12)
    since = {"DBClusters": [{**CLUSTER, "EarliestRestorableTime": NOW - 14 * DAY}]}
    told = value(CLUSTERS.but(DescribeDBClusters=since).read(of_clusters.reader, "ledger").continuous)
    assert (told.earliest, told.latest) == (NOW - 14 * DAY, NOW - HOUR / 12)


def test_a_multi_az_cluster_has_copies_elsewhere_by_snapshots_and_vaults() -> None:
    """Both count; a snapshot there is as old as its original here."""
    copied = of_cluster("far", NOW, SourceDBClusterSnapshotArn="arn:one")
    aws = CLUSTERS.but(
        us_west_2_DescribeDBClusterSnapshots={"DBClusterSnapshots": [copied]},
        us_west_2_ListBackupVaults=vaults(Locked=True, LockDate=NOW - DAY),
        us_west_2_ListRecoveryPointsByBackupVault=held(CLUSTER["DBClusterArn"], DAY),
    )
    seen = aws.read(of_clusters.reader, "ledger")
    assert sorted(each.newest for each in value(seen.elsewhere)) == [NOW - DAY, NOW - 9 * HOUR]
    assert value(seen.lock).on is True
    assert value(CLUSTERS.read(of_clusters.reader, "ledger").lock).on is False


@pytest.mark.parametrize(
    ("aws", "reader", "name", "lists"),
    [
        (VOLUMES, of_volumes.reader, VOLUME, "DescribeSnapshots"),
        (MACHINES, of_machines.reader, MACHINE, "DescribeImages"),
        (CLUSTERS, of_clusters.reader, "ledger", "us_east_1_DescribeDBClusterSnapshots"),
    ],
    ids=["volumes", "machines", "clusters"],
)
def test_what_cannot_be_asked_is_not_known_and_costs_nothing_else(aws: Any, reader: Any, name: str, lists: str) -> None:
    """Neither good nor bad: a right that is missing is told of its own fact alone."""
    denied = Denied("not allowed", call=f"x:{lists}")
    seen = aws.but(**{lists: denied}).read(reader, name)
    assert isinstance(seen.points, Unknown)
    assert value(seen.encryption).own is True
    unvaulted = aws.but(us_west_2_ListBackupVaults=denied).read(reader, name)
    assert isinstance(unvaulted.lock, Unknown)
    assert isinstance(unvaulted.points, Known)


@pytest.mark.parametrize(
    ("aws", "reader", "name"),
    [
        (VOLUMES, of_volumes.reader, VOLUME),
        (MACHINES, of_machines.reader, MACHINE),
        (CLUSTERS, of_clusters.reader, "ledger"),
    ],
    ids=["volumes", "machines", "clusters"],
)
def test_what_is_not_wanted_is_not_asked(aws: ToldAws, reader: Any, name: str) -> None:
    """Neither vaults nor other regions."""
    heard = aws.but()
    heard.read(reader, name, Wanted())
    assert {region for region, _, _ in heard.asked} == {HOME}
    assert heard.requests("ListBackupVaults") == []
