"""The declaration of EBS volumes; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.resource_type import (
    By,
    Calls,
    Content,
    CopyType,
    Effect,
    Naming,
    Quota,
    Trait,
    Write,
    where_the_drill_says,
)
from dr_orchestrator.resources import vaulted
from dr_orchestrator.resources.brought import LENT, lends_snapshot
from dr_orchestrator.resources.drillable import Drillable, Order, Parts
from dr_orchestrator.resources.ebs_volume.name import GP3, NAME, SNAPSHOT
from dr_orchestrator.resources.ebs_volume.parity import CALLS, SETTINGS

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.parity.reading import Look
    from dr_orchestrator.aws.posture.ground import Ground, Reader
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.domain.copy import Copy, LiveObject
    from dr_orchestrator.domain.discovery.found import Found
    from dr_orchestrator.domain.ports import Destroyer
    from dr_orchestrator.domain.service import Resource
    from dr_orchestrator.lab.twin import Twin
    from dr_orchestrator.resources.estate import Entry
    from dr_orchestrator.runner import Components

_VOLUME = By(NAME, "VolumeId")
_LOOKS = frozenset({"ec2:DescribeVolumes", "ec2:DescribeSnapshots"})


def _on(does: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The machine that a volume is attached to, or taken off: EC2 wants a right on both."""
    return (("ec2", "instance/{machine}", (f"ec2:{does}Volume",)),)


def _own_keys() -> Mapping[str, Any]:
    from pydantic import Field

    from dr_orchestrator.resources.ebs_volume.shape import InitializationRate, Machine

    read = f"The machine that reads its copies: one of the drills' own, with the tag dr-drill:reader ({NAME})."
    rate = f"MiB a second, 100 to 300, at which its copies' blocks are fetched, which is charged for ({NAME})."
    return {
        "reader": (Machine | None, Field(default=None, description=read)),
        "initialization_rate": (InitializationRate | None, Field(default=None, description=rate)),
    }


def _rules(resource: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if not resource.reader:
        fix = "add `reader: i-…`, a machine of the drills' own with an agent of Systems Manager"
        yield (), "nothing could read a copy, which EC2 alone calls available", fix


def _used(resource: Resource) -> Iterable[str]:
    return (str(resource.own["reader"]),)


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.ebs_volume.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.aws.machines.bringing import BroughtSnapshot
    from dr_orchestrator.resources.ebs_volume.restore import EbsVolume

    if copy.type == SNAPSHOT:
        return BroughtSnapshot(toolkit, copy)
    return EbsVolume(source, None, toolkit.at(copy.place))


def _listed(account: Account) -> Iterator[LiveObject]:
    from dr_orchestrator.resources.ebs_volume.listing import listed

    return listed(account)


def _quota(account: Account) -> Quota:
    from dr_orchestrator.resources.ebs_volume.listing import quota

    return quota(account)


def _takes(account: Account, resource: Resource) -> Mapping[str, int]:
    from dr_orchestrator.resources.ebs_volume.listing import takes

    return takes(account, resource)


def _looks() -> Sequence[Look]:
    from dr_orchestrator.resources.ebs_volume.described import LOOKS

    return LOOKS


def _protection(ground: Ground) -> Reader:
    from dr_orchestrator.resources.ebs_volume.posture import reader

    return reader(ground)


def _discovered(ground: Ground) -> Iterable[Found]:
    from dr_orchestrator.resources.ebs_volume.discovery import discovered

    return discovered(ground)


def _twin() -> Twin:
    from dr_orchestrator.resources.ebs_volume.lab.twin import TWIN

    return TWIN


def _entry() -> type[Entry]:
    from dr_orchestrator.resources.ebs_volume.lab.entry import Volume

    return Volume


_CALLS = Calls(
    _LOOKS
    | {
        *("ec2:DescribeInstances", "ec2:DescribeFastSnapshotRestores", "kms:DescribeKey"),
        *("ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation"),
        "service-quotas:GetServiceQuota",
    },
    frozenset(
        {
            *("ec2:CreateVolume", "ec2:AttachVolume", "ec2:DetachVolume", "ec2:DeleteVolume"),
            "ssm:SendCommand",
        }
    ),
    {"kms:DescribeKey": "the snapshot is encrypted"},
)


TYPE = Drillable(
    made=CopyType(
        NAME, "EBS volume", "Volumes", "ec2", "volume/*", 64, "AWS::EC2::Volume", GP3, backed=(("EBS", "volume/*"),)
    ),
    parts=(CopyType(SNAPSHOT, "EBS snapshot", "VolumeSnapshots", "ec2", "::snapshot/*", 255),),
    naming=Naming(r"vol-(?:[0-9a-f]{8}|[0-9a-f]{17})", "vol- and the 8 or 17 hexadecimal digits that EC2 gave it"),
    content=Content.BLOCKS,
    kinds={Kind.SNAPSHOT_RESTORE: _CALLS},
    vaulted={Kind.SNAPSHOT_RESTORE: _CALLS | vaulted.POINTS},
    by_job=False,
    elsewhere={
        Kind.SNAPSHOT_RESTORE: Calls(
            frozenset({"ec2:DescribeRegions"}), frozenset({"ec2:CopySnapshot", "ec2:DeleteSnapshot"})
        )
    },
    afar={Kind.SNAPSHOT_RESTORE: Calls(frozenset({"ec2:DescribeRegions"}))},
    carried=LENT,
    writes=(
        Write(
            "ec2:CopySnapshot",
            By(SNAPSHOT, "Description"),
            Effect.RESTORE,
            frozenset({"SourceRegion", "Encrypted", "KmsKeyId", "TagSpecifications"}),
            "SourceSnapshotId",
            actions={Effect.TAG: ("ec2:CreateTags",)},
            only={"Encrypted": (None, True)},
            needs=frozenset({"SourceRegion", "TagSpecifications"}),
            outside=(("ec2", "::snapshot/snap-*", ("ec2:CopySnapshot",)),),  # what is copied is given no tag
            bounds={"::snapshot/snap-*": {"StringEquals": {"ec2:Owner": "{owner}"}}},
        ),
        lends_snapshot(SNAPSHOT),
        Write("ec2:DeleteSnapshot", By(SNAPSHOT, "SnapshotId"), Effect.DELETE),
        Write(
            "ec2:CreateVolume",
            By(NAME, "ClientToken"),
            Effect.RESTORE,
            frozenset(
                {
                    *("AvailabilityZone", "VolumeType", "Iops", "Throughput", "VolumeInitializationRate"),
                    *("MultiAttachEnabled", "TagSpecifications"),
                }
            ),
            "SnapshotId",
            actions={Effect.TAG: ("ec2:CreateTags",)},
            only={"MultiAttachEnabled": (False,)},
            needs=frozenset({"AvailabilityZone", "TagSpecifications"}),
            outside=(("ec2", "::snapshot/*", ("ec2:CreateVolume",)),),
            bounds={"::snapshot/*": {"StringEquals": {"ec2:Owner": "{account}"}}},
        ),
        Write(
            "ec2:AttachVolume", _VOLUME, Effect.CHANGE, frozenset({"Device"}), uses="InstanceId", outside=_on("Attach")
        ),
        Write(
            "ssm:SendCommand",
            By(NAME, "Comment"),
            Effect.CHANGE,
            frozenset({"DocumentName", "Parameters", "TimeoutSeconds"}),
            only={"DocumentName": ("AWS-RunShellScript",)},
            holds={"Parameters": frozenset({"commands", "executionTimeout"})},
            uses="InstanceIds",
            outside=(
                ("ssm", "::document/AWS-RunShellScript", ("ssm:SendCommand",)),
                ("ec2", "instance/{machine}", ("ssm:SendCommand",)),
            ),
        ),
        Write("ec2:DetachVolume", _VOLUME, Effect.CHANGE, outside=_on("Detach")),
        Write("ec2:DeleteVolume", _VOLUME, Effect.DELETE),
    ),
    place=where_the_drill_says,
    listing=Calls(frozenset({"ec2:DescribeVolumes", "ec2:DescribeSnapshots"})),
    posture=Calls(
        _LOOKS | {"kms:DescribeKey", *vaulted.READS},
        only_when={**vaulted.WHEN, "kms:DescribeKey": "the source is encrypted"},
    ),
    discovery=Calls(frozenset({"ec2:DescribeVolumes"})),
    services=("ec2", "ssm", "service-quotas", "backup"),
    grants={"service-quotas:GetServiceQuota": ("servicequotas:GetServiceQuota",)},
    secures="ec2",
    vowel=True,
    own_keys=_own_keys,
    gaps={"reader": "the id of the drills' own machine that reads its copies"},
    rules=_rules,
    used=_used,
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={GP3: _quota},
    takes=_takes,
    settings=SETTINGS,
    compared=CALLS,
    looks=_looks,
    protection=_protection,
    discovered=_discovered,
    twin=_twin,
    entry=_entry,
    tells=frozenset({Trait.SIZE}),
)
