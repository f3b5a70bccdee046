"""The declaration of EFS file systems; what performs them is imported when one needs it."""

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
from dr_orchestrator.resources.drillable import Drillable, Order, Parts
from dr_orchestrator.resources.efs_file_system.name import NAME, RESTORED
from dr_orchestrator.resources.efs_file_system.parity import CALLS, SETTINGS

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

_FILE_SYSTEM = By(NAME, "FileSystemId")


def _own_keys() -> Mapping[str, Any]:
    from pydantic import Field

    from dr_orchestrator.catalog.shapes.destination import Mount
    from dr_orchestrator.resources.efs_file_system.shape import Key

    key = f"The key that its copies are encrypted with, where that is not the source's ({NAME})."
    return {
        "mount": (Mount | None, Field(default=None, description=f"Where its copies are mounted and read ({NAME}).")),
        "kms_key": (Key | None, Field(default=None, description=key)),
    }


def _rules(resource: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if not resource.mount:
        fix = "add `mount: {reader: i-…, subnet: subnet-…, security_groups: […]}`, all of them the drills' own"
        yield (), "nothing could read a copy, which no one can mount as it is restored", fix


def _used(resource: Resource) -> Iterable[str]:
    return (resource.own["mount"].reader, resource.own["mount"].subnet)


def _put(resource: Resource) -> Mapping[str, Iterable[str]]:
    """The groups of the mount target, which IAM knows by their ids alone."""
    return {"group": tuple(each if each.startswith("sg-") else "*" for each in resource.own["mount"].security_groups)}


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.efs_file_system.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.resources.efs_file_system.restore import EfsFileSystem

    return EfsFileSystem(source, None, toolkit.at(copy.place))


def _listed(account: Account) -> Iterator[LiveObject]:
    from dr_orchestrator.resources.efs_file_system.listing import listed

    return listed(account)


def _quota(account: Account) -> Quota:
    from dr_orchestrator.resources.efs_file_system.listing import quota

    return quota(account)


def _looks() -> Sequence[Look]:
    from dr_orchestrator.resources.efs_file_system.described import LOOKS

    return LOOKS


def _protection(ground: Ground) -> Reader:
    from dr_orchestrator.resources.efs_file_system.posture import reader

    return reader(ground)


def _discovered(ground: Ground) -> Iterable[Found]:
    from dr_orchestrator.resources.efs_file_system.discovery import discovered

    return discovered(ground)


def _twin() -> Twin:
    from dr_orchestrator.resources.efs_file_system.lab.twin import TWIN

    return TWIN


def _entry() -> type[Entry]:
    from dr_orchestrator.resources.efs_file_system.lab.entry import FileSystem

    return FileSystem


_RESTORED = vaulted.RESTORES | Calls(
    frozenset(
        {
            *("efs:DescribeFileSystems", "efs:DescribeMountTargets", "efs:DescribeMountTargetSecurityGroups"),
            *("ec2:DescribeInstances", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "kms:DescribeKey"),
            *("ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation", "service-quotas:GetServiceQuota"),
            *("ec2:DescribeNetworkInterfaces", "backup:GetBackupVaultAccessPolicy"),
            "efs:DescribeBackupPolicy",
        }
    ),
    frozenset(
        {
            *("efs:TagResource", "efs:CreateMountTarget", "efs:DeleteMountTarget", "efs:DeleteFileSystem"),
            *("ssm:SendCommand", "efs:PutBackupPolicy"),
        }
    ),
    {
        "efs:PutBackupPolicy": "EFS backs the copy up by itself, as it does what is kept in one zone",
        "kms:DescribeKey": "the source is encrypted, or the resource names a key",
    },
)
_AWAY = Calls(
    frozenset({"ec2:DescribeRegions", "kms:DescribeKey"}),
    only_when={"kms:DescribeKey": "the source is encrypted, or the drill names a key"},
)
"""The looks at a place in which a copy is to stand."""

_CARDS = "network-interface/*"
_CALLED = (
    *("DescribeFileSystems", "DescribeMountTargets", "DescribeMountTargetSecurityGroups", "DescribeAccessPoints"),
    *("DescribeLifecycleConfiguration", "DescribeBackupPolicy", "DescribeFileSystemPolicy", "TagResource"),
    *("DescribeReplicationConfigurations", "CreateMountTarget", "DeleteMountTarget", "DeleteFileSystem"),
    "PutBackupPolicy",
)

TYPE = Drillable(
    made=CopyType(
        *(NAME, "EFS file system", "FileSystems", "elasticfilesystem", "file-system/*", 64),
        *("AWS::EFS::FileSystem", "file-systems"),
        backed=(("EFS", "file-system/*"),),
    ),
    naming=Naming(r"fs-(?:[0-9a-f]{8}|[0-9a-f]{17})", "fs- and the 8 or 17 hexadecimal digits that EFS gave it"),
    content=Content.FILES,
    kinds={Kind.SNAPSHOT_RESTORE: _RESTORED},
    vaulted={Kind.SNAPSHOT_RESTORE: _RESTORED},
    afar={Kind.SNAPSHOT_RESTORE: _AWAY},
    writes=(
        vaulted.start(NAME, RESTORED),
        Write("efs:TagResource", By(NAME, "ResourceId"), Effect.TAG, frozenset({"Tags"})),
        Write(
            "efs:CreateMountTarget",
            _FILE_SYSTEM,
            Effect.CHANGE,
            frozenset({"SecurityGroups"}),
            needs=frozenset({"SecurityGroups"}),
            uses="SubnetId",
            outside=(
                ("ec2", "subnet/{subnet}", ("ec2:CreateNetworkInterface",)),
                ("ec2", "security-group/{group}", ("ec2:CreateNetworkInterface",)),
                ("ec2", _CARDS, ("ec2:CreateNetworkInterface",)),
            ),
        ),
        Write(
            "efs:DeleteMountTarget",
            By(NAME, "MountTargetId"),
            Effect.CHANGE,
            outside=(("ec2", _CARDS, ("ec2:DeleteNetworkInterface",)),),
        ),
        Write(
            "efs:PutBackupPolicy",
            _FILE_SYSTEM,
            Effect.CHANGE,
            frozenset({"BackupPolicy"}),
            needs=frozenset({"BackupPolicy"}),
            every={"BackupPolicy.Status": ("DISABLED",)},
            whole=("BackupPolicy.Status",),
            holds={"BackupPolicy": frozenset({"Status"})},
        ),
        Write("efs:DeleteFileSystem", _FILE_SYSTEM, Effect.DELETE),
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
    ),
    place=where_the_drill_says,
    listing=Calls(frozenset({"efs:DescribeFileSystems"})),
    posture=Calls(
        frozenset(
            {"efs:DescribeFileSystems", "efs:DescribeReplicationConfigurations", "kms:DescribeKey", *vaulted.READS}
        ),
        only_when={
            "efs:DescribeReplicationConfigurations": vaulted.APART,
            "kms:DescribeKey": "the source is encrypted",
        },
    ),
    discovery=Calls(frozenset({"efs:DescribeFileSystems"})),
    services=("efs", "ec2", "ssm", "backup", "service-quotas"),
    grants={
        "service-quotas:GetServiceQuota": ("servicequotas:GetServiceQuota",),
        **{f"efs:{each}": (f"elasticfilesystem:{each}",) for each in _CALLED},
        "efs:DescribeMountTargetSecurityGroups": (
            *("ec2:DescribeNetworkInterfaceAttribute", "elasticfilesystem:DescribeMountTargetSecurityGroups"),
        ),
    },
    secures="elasticfilesystem",
    vowel=True,
    own_keys=_own_keys,
    gaps={"mount": "the drills' own machine and network: {reader: i-…, subnet: subnet-…, security_groups: […]}"},
    rules=_rules,
    used=_used,
    put=_put,
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={"file-systems": _quota},
    settings=SETTINGS,
    compared=CALLS,
    looks=_looks,
    protection=_protection,
    discovered=_discovered,
    twin=_twin,
    entry=_entry,
    tells=frozenset({Trait.SIZE}),
)
