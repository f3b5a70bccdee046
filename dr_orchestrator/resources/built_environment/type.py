"""The declaration of environments that a program makes; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.resource_type import Calls, Content, CopyType, Naming, Trait
from dr_orchestrator.resources.built_environment.name import NAME
from dr_orchestrator.resources.drillable import Drillable, Order, Parts

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.domain.copy import Copy, LiveObject
    from dr_orchestrator.domain.ports import Destroyer
    from dr_orchestrator.domain.service import Resource
    from dr_orchestrator.runner import Components


_LOGINS = frozenset({"secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"})

_NAMES = frozenset({"elbv2:DescribeLoadBalancers", "lambda:GetFunctionUrlConfig", "cloudfront:GetDistribution"})


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.built_environment.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.resources.built_environment.environment import BuiltEnvironment

    return BuiltEnvironment(source, toolkit, parts, copy.place)


def _place(resource: Resource) -> Place:
    """In the account that replicas have of their own: a program is run nowhere else."""
    own = resource.rebuild.account if resource.rebuild is not None else ""
    return Place(own or resource.account, resource.region)


def _listed(account: Account) -> Iterator[LiveObject]:
    """AWS knows no such thing: the types of what it is made of list their own."""
    yield from ()


TYPE = Drillable(
    made=CopyType(NAME, "environment of a program", "BuiltEnvironments", "resource-groups", "group/{id}", 64),
    naming=Naming(r"[A-Za-z][A-Za-z0-9-]{0,127}", "at most 128 letters, digits and dashes, a letter first"),
    content=Content.STORES,
    keys=frozenset({"rebuild"}),
    rebuilt=frozenset({"command"}),
    programmed=True,
    kinds={
        Kind.REPLICA_REBUILD: Calls(
            frozenset({"resourcegroupstaggingapi:GetResources", *_LOGINS, *_NAMES}),
            only_when={
                **dict.fromkeys(_LOGINS, "what the program restored is asked by SQL"),
                **dict.fromkeys(_NAMES, "an output is a name that AWS gave"),
            },
        ),
    },
    writes=(),
    grants={
        "resourcegroupstaggingapi:GetResources": ("tag:GetResources",),
        "elbv2:DescribeLoadBalancers": ("elasticloadbalancing:DescribeLoadBalancers",),
    },
    listing=Calls(),
    services=("resourcegroupstaggingapi",),
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    place=_place,
    quotas={},
    tells=frozenset({Trait.SIZE}),
)
