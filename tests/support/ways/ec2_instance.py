"""The way to start a copy of an EC2 instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moto.ec2.models import ec2_backends

from dr_orchestrator.domain.copy import Identity
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.ec2_instance.restore import Ec2Instance
from dr_orchestrator.resources.ec2_instance.shape import Network
from dr_orchestrator.resources.ec2_instance.vaulted import Ec2FromVault
from tests.support.elsewhere import ALIAS, AWAY, SUBNET
from tests.support.estate import OF_IMAGES, WEB, Estate
from tests.support.ways import Spec, Way


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
)
VAULTED = replace(
    SNAPSHOT,
    name="ec2-vault",
    restorer=lambda way: Ec2FromVault(way.resource, way.selection, way.made.toolkit, OF_IMAGES),
    pointless=(
        {"kind": "no-snapshot", "service": "backup"},
        "no available recovery point of web in vault nightly",
    ),
    paged={**SNAPSHOT.paged, "backup.ListRecoveryPointsByBackupVault": ("MaxResults", 1)},
    vault=OF_IMAGES,
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
)
WAYS = (SNAPSHOT, VAULTED, ELSEWHERE)
