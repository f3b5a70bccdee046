"""The way to make a copy of an EBS volume."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from moto.ec2.models import ec2_backends

from dr_orchestrator.domain.copy import Identity
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.ebs_volume.lab.vaulted import away
from dr_orchestrator.resources.ebs_volume.restore import EbsVolume
from dr_orchestrator.resources.ebs_volume.vaulted import EbsFromVault
from tests.support.elsewhere import ALIAS, AWAY, READER, copied_points
from tests.support.estate import BY_DRILL, REGION, VOLUME, Estate
from tests.support.ways import Spec, Way
from tests.support.ways.troubles import POINT, SOURCE, Never, without


def _copied(made: Estate) -> None:
    """Three points of the volume in the vault of the other region, as a plan of AWS Backup copies them there."""
    copied_points(made, lambda at: away(BY_DRILL.name, VOLUME.id, at, AWAY, timedelta(minutes=2)))


def _foreign(way: Way, tags: list[dict[str, str]]) -> None:
    worn = [{"ResourceType": "volume", "Tags": [*tags, {"Key": "Name", "Value": way.copy.id}]}]
    way.client("ec2").create_volume(AvailabilityZone=f"{way.copy.region}a", Size=1, TagSpecifications=worn)


def _remove(way: Way) -> None:
    backend = ec2_backends[ACCOUNT][way.copy.region]
    for each in [each for each in backend.volumes.values() if way.copy.id in str(each.get_tags())]:
        if each.attachment:
            each.attachment.instance.block_device_mapping.pop(each.attachment.device, None)
            each.attachment = None
        backend.delete_volume(each.id)


def _described(made: Estate) -> dict[str, Any]:
    """All that EC2 tells of the source."""
    return dict(made.client("ec2").describe_volumes(VolumeIds=[VOLUME.id])["Volumes"][0])


def _backend(region: str = REGION) -> Any:
    return ec2_backends[ACCOUNT][region]


SNAPSHOT = Spec(
    name="ebs",
    type=VOLUME.type,
    kind=Kind.SNAPSHOT_RESTORE,
    source=VOLUME,
    restorer=lambda way: EbsVolume(way.resource, way.selection, way.made.toolkit),
    ask="CreateVolume",
    delete="DeleteVolume",
    foreign=_foreign,
    remove=_remove,
    described=_described,
    identity=lambda live: Identity(f"arn:aws:ec2:::volume/{live['VolumeId']}", live["VolumeId"]),
    proving=("DescribeVolumes",),
    dies=("error", "ended as 'error'"),
    hangs="was still 'creating'",
    pointless=({"kind": "no-snapshot", "service": "ec2"}, f"no available snapshot of {VOLUME.id}"),
    paged={"ec2.DescribeVolumes": ("MaxResults", 1), "ec2.DescribeSnapshots": ("MaxResults", 1)},
    changes=frozenset({"AttachVolume", "DetachVolume", "SendCommand"}),
    vanishes={
        SOURCE: lambda _: without(_backend().volumes, VOLUME.id),
        POINT: lambda point: without(_backend().snapshots, point.id),
    },
    full={"CreateVolume": ("VolumeLimitExceeded", "MaxIOPSLimitExceeded", "InsufficientVolumeCapacity")},
    mistaken=Never("an id of EBS says that it is a volume's: `dro check` refuses every other form"),
)
VAULTED = replace(
    SNAPSHOT,
    name="ebs-vault",
    restorer=lambda way: EbsFromVault(way.resource, way.selection, way.made.toolkit, BY_DRILL),
    pointless=(
        {"kind": "no-snapshot", "service": "backup"},
        "no available recovery point of share in vault nightly",
    ),
    paged={**SNAPSHOT.paged, "backup.ListRecoveryPointsByBackupVault": ("MaxResults", 1)},
    vault=BY_DRILL,
)
ELSEWHERE = replace(
    SNAPSHOT,
    name="ebs-elsewhere",
    source=replace(VOLUME, to=Destination(AWAY, key=ALIAS), own={"reader": READER}),
    changes=SNAPSHOT.changes | {"CopySnapshot"},
    full={**SNAPSHOT.full, "CopySnapshot": ("ResourceLimitExceeded", "ConcurrentSnapshotLimitExceeded")},
)
AWAY_VAULTED = replace(
    VAULTED,
    name="ebs-vault-elsewhere",
    vanishes={**SNAPSHOT.vanishes, POINT: lambda point: without(_backend(AWAY).snapshots, point.id)},
    source=replace(VOLUME, to=Destination(AWAY, standing=True), own={"reader": READER}),
    before=_copied,
    paged={},
)
WAYS = (SNAPSHOT, VAULTED, ELSEWHERE, AWAY_VAULTED)
