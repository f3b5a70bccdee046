"""The declaration of EC2 instances; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from dr_orchestrator.resources.ec2_instance.name import IMAGE, NAME, QUOTAS, STANDARD
from dr_orchestrator.resources.ec2_instance.parity import CALLS, SETTINGS

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

_MACHINES = By(NAME, "InstanceIds", listed=True)
_LOOKS = frozenset({"ec2:DescribeInstances", "ec2:DescribeImages", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"})


def _own_keys() -> Mapping[str, Any]:
    from pydantic import Field

    from dr_orchestrator.catalog.shapes.fields import Text
    from dr_orchestrator.resources.ec2_instance.shape import Network, Profile

    data = f"Why its copies run the user data of its first start again; without it they do not ({NAME})."
    return {
        "network": (Network | None, Field(default=None, description=f"Where its copies are put ({NAME}).")),
        "profile": (Profile | None, Field(default=None, description=f"What its copies may do in AWS ({NAME}).")),
        "user_data": (Text | None, Field(default=None, description=data)),
    }


def _rules(resource: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if not resource.network:
        fix = "add `network: {subnet: subnet-…, security_groups: […]}`, closed off from production"
        yield (), "nothing says where copies may be put", fix


def _used(resource: Resource) -> Iterable[str]:
    return (resource.own["profile"].name,) if resource.own.get("profile") else ()


def _put(resource: Resource) -> Mapping[str, Iterable[str]]:
    """The subnet and the groups, which IAM knows by their ids alone."""
    network = resource.own["network"]
    named = (each if each.startswith("sg-") else "*" for each in network.security_groups)
    return {"subnet": (network.subnet,), "group": tuple(named)}


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.ec2_instance.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.aws.machines.bringing import BroughtImage
    from dr_orchestrator.resources.ec2_instance.restore import Ec2Instance

    if copy.type == IMAGE:
        return BroughtImage(toolkit, copy)
    return Ec2Instance(source, None, toolkit.at(copy.place))


def _listed(account: Account) -> Iterator[LiveObject]:
    from dr_orchestrator.resources.ec2_instance.listing import listed

    return listed(account)


def _quota(name: str) -> Callable[[Account], Quota]:
    def read(account: Account) -> Quota:
        from dr_orchestrator.resources.ec2_instance.families import FAMILIES, quota

        return quota(account, next(each for each in FAMILIES if each.quota == name))

    return read


def _takes(account: Account, resource: Resource) -> Mapping[str, int]:
    from dr_orchestrator.resources.ec2_instance.families import takes

    return takes(account, resource)


def _looks() -> Sequence[Look]:
    from dr_orchestrator.resources.ec2_instance.described import LOOKS

    return LOOKS


def _protection(ground: Ground) -> Reader:
    from dr_orchestrator.resources.ec2_instance.posture import reader

    return reader(ground)


def _discovered(ground: Ground) -> Iterable[Found]:
    from dr_orchestrator.resources.ec2_instance.discovery import discovered

    return discovered(ground)


def _twin() -> Twin:
    from dr_orchestrator.resources.ec2_instance.lab.twin import TWIN

    return TWIN


def _entry() -> type[Entry]:
    from dr_orchestrator.resources.ec2_instance.lab.entry import Machine

    return Machine


_IMAGE = (
    ("ec2", "::image/*", ("ec2:RunInstances",)),
    ("ec2", "::snapshot/*", ("ec2:RunInstances",)),
    ("ec2", "subnet/{subnet}", ("ec2:RunInstances",)),
    ("ec2", "security-group/{group}", ("ec2:RunInstances",)),
    ("ec2", "network-interface/*", ("ec2:RunInstances",)),
    ("ec2", "network-interface/*", ("ec2:CreateTags",)),
)
_BOUNDS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "::image/*": {"StringEquals": {"ec2:Owner": "{account}"}, "Bool": {"ec2:Public": "false"}},
    "::snapshot/*": {"StringEquals": {"ec2:Owner": "{account}"}},
    "network-interface/*": {"Bool": {"ec2:AssociatePublicIpAddress": "false"}},
}
_NEVER: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "instance/*": {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}},
    "network-interface/*": {"Bool": {"ec2:AssociatePublicIpAddress": "true"}},
}
_ROLE = ("iam", "arn:{partition}:iam::{account}:role/{machine}", ("iam:PassRole",))


def _run(profile: str = "", *beside: tuple[str, str, tuple[str, ...]]) -> Write:
    """The start of a machine; `profile` is the parameter of the instance profile that a drill declares, if it does."""
    return Write(
        "ec2:RunInstances",
        By(NAME, "ClientToken"),
        Effect.RESTORE,
        frozenset(
            {
                *("InstanceType", "MinCount", "MaxCount", "NetworkInterfaces", "BlockDeviceMappings"),
                *("MetadataOptions", "InstanceInitiatedShutdownBehavior", "EbsOptimized", "Monitoring"),
                *("TagSpecifications", "UserData"),
            }
        ),
        "ImageId",
        actions={Effect.TAG: ("ec2:CreateTags",)},
        only={"MinCount": (1,), "MaxCount": (1,), "InstanceInitiatedShutdownBehavior": ("terminate",)},
        needs=frozenset({"NetworkInterfaces", "BlockDeviceMappings", "MetadataOptions", "TagSpecifications"}),
        every={
            "NetworkInterfaces.AssociatePublicIpAddress": (False,),
            "NetworkInterfaces.DeleteOnTermination": (True,),
            "MetadataOptions.HttpTokens": ("required",),
            "BlockDeviceMappings.Ebs.DeleteOnTermination": (True,),
        },
        uses=profile,
        outside=(*_IMAGE, *beside),
        bounds=_BOUNDS,
        never=_NEVER,
    )


_CALLS = Calls(
    _LOOKS
    | {
        *(
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeInstanceStatus",
            "ec2:DescribeSubnets",
            "ec2:DescribeSecurityGroups",
        ),
        *("ec2:DescribeInstanceTypes", "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeInstanceAttribute"),
        *("ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation", "kms:DescribeKey"),
        "service-quotas:GetServiceQuota",
    },
    frozenset(
        {
            "ec2:RunInstances",
            "ec2:TerminateInstances",
            "ec2:DeleteVolume",
            "ssm:SendCommand",
            "ec2:DeleteNetworkInterface",
        }
    ),
    {
        "kms:DescribeKey": "the image is encrypted",
        "ec2:DeleteVolume": "a volume outlives its machine",
        "ec2:DeleteNetworkInterface": "a network interface outlives its machine",
        **dict.fromkeys(
            ("ssm:DescribeInstanceInformation", "ssm:SendCommand", "ssm:GetCommandInvocation"),
            "a check is done by the copy itself",
        ),
    },
)

_THERE = Calls(
    frozenset({"iam:GetInstanceProfile"}),
    only_when={"iam:GetInstanceProfile": "the copy stands in another account, and has an instance profile"},
)

TYPE = Drillable(
    made=CopyType(
        *(NAME, "EC2 instance", "Machines", "ec2", "instance/*", 64, "AWS::EC2::Instance", STANDARD),
        also=("volume/*", "network-interface/*"),
        backed=(("EC2", "instance/*"), ("EBS", "volume/*")),
    ),
    parts=(CopyType(IMAGE, "EC2 image", "Images", "ec2", "::image/*", 128, also=("::snapshot/*",)),),
    naming=Naming(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})", "i- and the 8 or 17 hexadecimal digits that EC2 gave it"),
    content=Content.MACHINE,
    kinds={Kind.SNAPSHOT_RESTORE: _CALLS},
    vaulted={Kind.SNAPSHOT_RESTORE: _CALLS | vaulted.POINTS},
    by_job=False,
    elsewhere={
        Kind.SNAPSHOT_RESTORE: Calls(
            frozenset({"ec2:DescribeRegions"}),
            frozenset({"ec2:CopyImage", "ec2:DeregisterImage", "ec2:DeleteSnapshot"}),
        )
    },
    afar={Kind.SNAPSHOT_RESTORE: Calls(frozenset({"ec2:DescribeRegions"})) | _THERE},
    carried=LENT | _THERE | Calls(writes=frozenset({"ec2:ModifyImageAttribute"})),
    place=where_the_drill_says,
    writes=(
        Write(
            "ec2:CopyImage",
            By(IMAGE, "Name"),
            Effect.RESTORE,
            frozenset({"ClientToken", "SourceRegion", "Encrypted", "KmsKeyId", "CopyImageTags", "TagSpecifications"}),
            "SourceImageId",
            actions={Effect.TAG: ("ec2:CreateTags",)},
            only={"Encrypted": (None, True), "CopyImageTags": (False,)},
            needs=frozenset({"ClientToken", "SourceRegion", "TagSpecifications"}),
            outside=(("ec2", "::image/ami-*", ("ec2:CopyImage",)),),  # what is copied is given no tag
            bounds={"::image/ami-*": {"StringEquals": {"ec2:Owner": "{owner}"}}},
        ),
        lends_snapshot(IMAGE),
        Write(
            "ec2:ModifyImageAttribute",
            By(IMAGE, "ImageId"),
            Effect.CHANGE,
            frozenset({"Attribute", "OperationType"}),
            only={"Attribute": ("launchPermission",), "OperationType": ("add",)},
            lends="UserIds",
        ),
        Write("ec2:DeregisterImage", By(IMAGE, "ImageId"), Effect.DELETE),
        Write("ec2:DeleteSnapshot", By(IMAGE, "SnapshotId"), Effect.DELETE),
        _run(),
        _run("IamInstanceProfile", _ROLE),
        Write("ec2:TerminateInstances", _MACHINES, Effect.DELETE),
        Write("ec2:DeleteVolume", By(NAME, "VolumeId"), Effect.DELETE),
        Write("ec2:DeleteNetworkInterface", By(NAME, "NetworkInterfaceId"), Effect.DELETE),
        Write(
            "ssm:SendCommand",
            _MACHINES,
            Effect.CHANGE,
            frozenset({"DocumentName", "Parameters", "TimeoutSeconds", "Comment"}),
            only={"DocumentName": ("AWS-RunShellScript",)},
            holds={"Parameters": frozenset({"commands", "executionTimeout"})},
            outside=(("ssm", "::document/AWS-RunShellScript", ("ssm:SendCommand",)),),
        ),
    ),
    listing=Calls(_LOOKS | {"ec2:DescribeNetworkInterfaces"}),
    posture=Calls(
        _LOOKS | {"ec2:DescribeInstanceAttribute", "kms:DescribeKey", *vaulted.READS},
        only_when={**vaulted.WHEN, "kms:DescribeKey": "the source is encrypted"},
    ),
    discovery=Calls(frozenset({"ec2:DescribeInstances"})),
    services=("ec2", "ssm", "service-quotas", "backup", "iam"),
    grants={"service-quotas:GetServiceQuota": ("servicequotas:GetServiceQuota",)},
    secures="ec2",
    own_keys=_own_keys,
    gaps={"network": "a subnet and security groups that are closed off: {subnet: …, security_groups: […]}"},
    rules=_rules,
    used=_used,
    put=_put,
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={name: _quota(name) for name in QUOTAS},
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
