"""The declaration of CloudFormation stacks; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.resource_type import (
    HELD,
    By,
    Calls,
    Content,
    CopyType,
    Effect,
    Naming,
    Quota,
    Trait,
    Write,
)
from dr_orchestrator.resources.cloudformation_stack import assets, controlling, holds, naming
from dr_orchestrator.resources.cloudformation_stack.assets import COPIED, OF_APPS, many, puts, reads
from dr_orchestrator.resources.cloudformation_stack.name import NAME
from dr_orchestrator.resources.drillable import Drillable, Order, Parts

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.posture.ground import Ground, Reader
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.domain.copy import Copy, LiveObject
    from dr_orchestrator.domain.discovery.found import Found
    from dr_orchestrator.domain.ports import Destroyer
    from dr_orchestrator.domain.service import Resource
    from dr_orchestrator.lab.twin import Twin
    from dr_orchestrator.resources.estate import Entry
    from dr_orchestrator.runner import Components

_CHANGE_SET = By(
    NAME,
    "ChangeSetName",
    r"arn:[a-z-]+:cloudformation:(?P<region>[^:/]+):[^:/]+:changeSet/(?P<name>[^:/]+)-(?:look|import|make)/[^:/]+",
    within=r"(?P<name>[^:/]+)-(?:look|import|make)",
)
_KEY = By(NAME, "Key", within=r"(?P<name>[^/]+)/[0-9a-f]{40}\.json")
_OWNER = "ExpectedBucketOwner"
_SHELF = r"https://(?P<place>[a-z0-9.-]+)\.s3\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/(?P<name>[^/]+)/[0-9a-f]{40}\.json"
_SHELVED = "the template lies in a bucket: it is large, or has stacks within"
_APP, _APART = "the template is that of an app of the CDK", "in an account of its own, whose assets lack there"
_REVIEWED = "the template is expanded first, or a stack was left in review"
_NAMED = By(NAME, "StackName", r"arn:[a-z-]+:cloudformation:(?P<region>[^:/]+):[^:/]+:stack/(?P<name>[^:/]+)/[^:/]+")


_CALLS = (
    Calls(
        frozenset(
            {
                *("cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents"),
                *("cloudformation:ListStackResources", "cloudformation:DescribeAccountLimits"),
                *("cloudformation:DescribeChangeSet", "cloudformation:ListChangeSets"),
                *("cloudformation:GetTemplate", "iam:GetPolicy", "iam:GetPolicyVersion", *OF_APPS, *COPIED),
                "s3:ListObjectVersions",
            }
        ),
        frozenset(
            {
                *("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
                *("cloudformation:DeleteChangeSet", "cloudformation:DeleteStack"),
                *("s3:PutObject", "s3:DeleteObject"),
                *(each.operation for each in assets.WRITES),
                "cloudformation:UpdateTerminationProtection",
            }
        ),
        {
            **dict.fromkeys(("iam:GetPolicy", "iam:GetPolicyVersion"), "the template makes roles"),
            **dict.fromkeys(OF_APPS, _APP),
            **dict.fromkeys((*COPIED, *(each.operation for each in assets.WRITES)), f"{_APP}, {_APART}"),
            "s3:PutObject": f"{_SHELVED}; or {_APP}, {_APART}",
            "s3:DeleteObject": f"{_SHELVED}; or {HELD} a bucket with keys that XML has no words for",
            **dict.fromkeys(("cloudformation:ListChangeSets", "cloudformation:DeleteChangeSet"), _REVIEWED),
            "s3:ListObjectVersions": "the template may lie in a bucket: the workspace declares one",
            "cloudformation:UpdateTerminationProtection": f"{HELD} what somebody protected",
        },
    )
    | holds.CALLS
    | holds.ARRIVALS
)


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.cloudformation_stack.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack

    if copy.type == naming.DRILL_NAME.name:
        from dr_orchestrator.aws.drill_name.records import Records

        return Records(toolkit.at(copy.place), copy)
    if copy.type in (controlling.ROUTING_CONTROL.name, controlling.HEALTH_CHECK.name):
        from dr_orchestrator.aws.drill_name.controls import HealthCheck, RoutingControl

        if copy.type == controlling.ROUTING_CONTROL.name:
            return RoutingControl(toolkit.at(copy.place), copy)
        return HealthCheck(toolkit.at(copy.place), copy, follows=controlling.ROUTING_CONTROL.name)
    return CloudFormationStack(source, toolkit, parts, copy.place)


def _place(resource: Resource) -> Place:
    """In the account that replicas have of their own, where one is declared, else beside production."""
    own = resource.rebuild.account if resource.rebuild is not None else ""
    return Place(own or resource.account, resource.region)


def _listed(account: Account) -> Iterator[LiveObject]:
    from dr_orchestrator.resources.cloudformation_stack.listing import listed

    return listed(account)


def _quota(account: Account) -> Quota:
    from dr_orchestrator.resources.cloudformation_stack.listing import quota

    return quota(account)


def _held(account: Account, stack: str) -> Iterator[tuple[str, str]]:
    from dr_orchestrator.resources.cloudformation_stack.listing import held

    return held(account, stack)


def _protection(ground: Ground) -> Reader:
    from dr_orchestrator.resources.cloudformation_stack.posture import reader

    return reader(ground)


def _discovered(ground: Ground) -> Iterable[Found]:
    from dr_orchestrator.resources.cloudformation_stack.discovery import discovered

    return discovered(ground)


def _twin() -> Twin:
    from dr_orchestrator.resources.cloudformation_stack.lab.twin import TWIN

    return TWIN


def _entry() -> type[Entry]:
    from dr_orchestrator.resources.cloudformation_stack.lab.entry import Stack

    return Stack


TYPE = Drillable(
    made=CopyType(
        NAME,
        "CloudFormation stack",
        "Stacks",
        "cloudformation",
        "stack/{id}/*",
        123,
        "AWS::CloudFormation::Stack",
        "StackLimit",
        backed=(("CloudFormation", "stack/{id}/*"),),
    ),
    parts=(naming.DRILL_NAME, controlling.ROUTING_CONTROL, controlling.HEALTH_CHECK),
    naming=Naming(r"[A-Za-z][A-Za-z0-9-]{0,127}", "at most 128 letters, digits and dashes, a letter first"),
    content=Content.STORES,
    keys=frozenset({"rebuild"}),
    kinds={
        Kind.REPLICA_REBUILD: _CALLS,
        Kind.REGION_FAILOVER: naming.named(_CALLS),
    },
    writes=(
        Write(
            "cloudformation:CreateChangeSet",
            _NAMED,
            Effect.CREATE,
            frozenset(
                {
                    *("TemplateBody", "TemplateURL", "Parameters", "Capabilities", "OnStackFailure", "ChangeSetName"),
                    *("ChangeSetType", "IncludeNestedStacks", "ClientToken", "Tags"),
                }
            ),
            actions={Effect.CREATE: ("cloudformation:TagResource",)},
            only={"ChangeSetType": ("CREATE", "IMPORT", "UPDATE")},
            brings="ResourcesToImport",
            found={"TemplateURL": _SHELF},
        ),
        Write(
            "cloudformation:ExecuteChangeSet",
            _CHANGE_SET,
            Effect.CHANGE,
            frozenset({"ClientRequestToken", "DisableRollback"}),
            within=_NAMED,
            only={"DisableRollback": (None, True)},
            bare=True,
        ),
        Write("cloudformation:DeleteChangeSet", _CHANGE_SET, Effect.DELETE, within=_NAMED, bare=True),
        Write("cloudformation:DeleteStack", _NAMED, Effect.DELETE, bare=True),
        Write(
            "s3:PutObject",
            _KEY,
            Effect.CREATE,
            frozenset({"Body", "ContentType", _OWNER}),
            among="Bucket",
            needs=frozenset({_OWNER}),
        ),
        Write(
            "s3:DeleteObject",
            _KEY,
            Effect.DELETE,
            frozenset({"VersionId", _OWNER}),
            actions={Effect.DELETE: ("s3:DeleteObjectVersion",)},
            among="Bucket",
            needs=frozenset({_OWNER}),
        ),
        Write(
            "cloudformation:UpdateTerminationProtection",
            _NAMED,
            Effect.CHANGE,
            frozenset({"EnableTerminationProtection"}),
            only={"EnableTerminationProtection": (False,)},
        ),
        *holds.WRITES,
        *assets.WRITES,
        *naming.WRITES,
        *controlling.WRITES,
    ),
    holds=holds.HOLDS,
    publishes=assets.PUBLISHED,
    grants=holds.GRANTS,
    posture=Calls(
        frozenset({"cloudformation:DescribeStacks"}),
    ),
    discovery=Calls(frozenset({"cloudformation:DescribeStacks"})),
    listing=Calls(frozenset({"cloudformation:DescribeStacks"})),
    services=("cloudformation", "ecr", "s3", "ssm", "route53"),
    marker="{table: LogicalId, key: {pk: canary}, attribute: at}",
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    place=_place,
    quotas={"StackLimit": _quota},
    held=_held,
    many=many,
    named=frozenset({*OF_APPS, *COPIED}),
    reads=reads,
    puts=puts,
    protection=_protection,
    discovered=_discovered,
    twin=_twin,
    entry=_entry,
    tells=frozenset({Trait.SIZE}),
)
