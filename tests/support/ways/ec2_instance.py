"""The way to start a copy of an EC2 instance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from moto.ec2.models import ec2_backends

from dr_orchestrator.domain.copy import Identity
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.ec2_instance.lab.vaulted import away
from dr_orchestrator.resources.ec2_instance.restore import Ec2Instance
from dr_orchestrator.resources.ec2_instance.shape import Network
from dr_orchestrator.resources.ec2_instance.vaulted import Ec2FromVault
from tests.support.elsewhere import ALIAS, AWAY, SUBNET, copied_points
from tests.support.estate import BY_DRILL, REGION, WEB, Estate
from tests.support.ways import Spec, Way
from tests.support.ways.troubles import POINT, SOURCE, Never, out_of_vault, without


def _copied(made: Estate) -> None:
    """Three points of the machine in the vault of the other region, as a plan of AWS Backup copies them there."""
    images = ec2_backends[ACCOUNT][AWAY].amis  # of what other tests had there: a name is an image's own
    for each in [id for id, each in images.items() if str(each.name).startswith("AwsBackup_")]:
        images.pop(each)
    copied_points(made, lambda at: away(BY_DRILL.name, WEB.id, at, AWAY, timedelta(minutes=2)))


def _foreign(way: Way, tags: list[dict[str, str]]) -> None:
    worn = [{"ResourceType": "instance", "Tags": [*tags, {"Key": "Name", "Value": way.copy.id}]}]
    ec2 = way.client("ec2")
    image = ec2.register_image(Name=f"of {way.copy.id}")["ImageId"]
    ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=worn)


def _remove(way: Way) -> None:
    backend = ec2_backends[ACCOUNT][way.copy.region]
    for each in [one for of in backend.reservations.values() for one in of.instances]:
        if way.copy.id in str(each.get_tags()):
            backend.terminate_instances([each.id])


def _described(made: Estate) -> dict[str, Any]:
    """All that EC2 tells of the source."""
    return dict(made.client("ec2").describe_instances(InstanceIds=[WEB.id])["Reservations"][0]["Instances"][0])


def _backend(region: str = REGION) -> Any:
    return ec2_backends[ACCOUNT][region]


def _ended(_point: RecoveryPoint) -> AbstractContextManager[None]:
    """Within: the source was terminated so long ago that EC2 tells nothing of it."""
    held = _backend().reservations
    return without(held, next(name for name, each in held.items() if WEB.id in [one.id for one in each.instances]))


@contextmanager
def _deregistered(point: RecoveryPoint, region: str = REGION) -> Iterator[None]:
    """Within: the point is deleted from its vault, and with it the image that it is."""
    with out_of_vault(point, region), without(_backend(region).amis, point.id.rpartition("/")[2]):
        yield


_ROOM = (
    *("VcpuLimitExceeded", "InstanceLimitExceeded", "InsufficientInstanceCapacity", "VolumeLimitExceeded"),
    *("MaxIOPSLimitExceeded", "InsufficientFreeAddressesInSubnet", "NetworkInterfaceLimitExceeded"),
)

SNAPSHOT = Spec(
    name="ec2",
    type=WEB.type,
    kind=Kind.SNAPSHOT_RESTORE,
    source=WEB,
    restorer=lambda way: Ec2Instance(way.resource, way.selection, way.made.toolkit),
    ask="RunInstances",
    delete="TerminateInstances",
    foreign=_foreign,
    remove=_remove,
    described=_described,
    identity=lambda live: Identity(f"arn:aws:ec2:::instance/{live['InstanceId']}", live["InstanceId"]),
    proving=("DescribeInstances",),
    dies=("terminated", "ended as 'terminated'"),
    hangs="was still 'pending'",
    pointless=({"kind": "no-snapshot", "service": "ec2"}, f"no available image of {WEB.id}"),
    paged={
        "ec2.DescribeInstances": ("MaxResults", 1),
        "ec2.DescribeImages": ("MaxResults", 1),
        "ec2.DescribeSnapshots": ("MaxResults", 1),
    },
    changes=frozenset({"SendCommand"}),
    vanishes={SOURCE: _ended, POINT: lambda point: without(_backend().amis, point.id)},
    full={"RunInstances": _ROOM},
    mistaken=Never("an id of EC2 says that it is an instance's: `dro check` refuses every other form"),
)
VAULTED = replace(
    SNAPSHOT,
    name="ec2-vault",
    restorer=lambda way: Ec2FromVault(way.resource, way.selection, way.made.toolkit, BY_DRILL),
    pointless=(
        {"kind": "no-snapshot", "service": "backup"},
        "no available recovery point of web in vault nightly",
    ),
    paged={**SNAPSHOT.paged, "backup.ListRecoveryPointsByBackupVault": ("MaxResults", 1)},
    vault=BY_DRILL,
    vanishes={SOURCE: _ended, POINT: _deregistered},
)
ELSEWHERE = replace(
    SNAPSHOT,
    name="ec2-elsewhere",
    source=replace(
        WEB,
        to=Destination(AWAY, key=ALIAS),
        own={**WEB.own, "network": Network(subnet=SUBNET, security_groups=["dro-isolated"])},
    ),
    changes=SNAPSHOT.changes | {"CopyImage"},
    full={**SNAPSHOT.full, "CopyImage": ("ResourceLimitExceeded",)},
)
AWAY_VAULTED = replace(
    VAULTED,
    name="ec2-vault-elsewhere",
    vanishes={SOURCE: _ended, POINT: lambda point: _deregistered(point, AWAY)},
    source=replace(ELSEWHERE.source, to=Destination(AWAY, standing=True)),
    before=_copied,
    paged={},
)
WAYS = (SNAPSHOT, VAULTED, ELSEWHERE, AWAY_VAULTED)
