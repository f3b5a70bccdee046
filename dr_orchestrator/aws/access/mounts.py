"""The network interfaces of mount targets: AWS makes them, untagged, in the name of whoever mounts a copy."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Statement, deny
from dr_orchestrator.aws.access.tagged import WEARS
from dr_orchestrator.domain.resource_type import ResourceType

ENDS = "ec2:DeleteNetworkInterface"
"""The action that ends one. IAM sees the subnet of one that is there; of one that is made, that of the very call."""

_SUBNET = "ec2:Subnet"


def within(scope: Scope, of: ResourceType) -> dict[str, Any]:
    """The condition on what stands in the subnets that copies of a type are mounted in, whatever else stands there."""
    return {"ArnLike": {_SUBNET: _subnets(scope, of)}}


def exempt(scope: Scope) -> frozenset[str]:
    """The actions that no tag decides of: those on interfaces, where copies are mounted."""
    return frozenset({ENDS} if any(scope.mounted_in(of) for of in scope.types) else ())


def never_elsewhere(scope: Scope, denied: Collection[str]) -> Iterator[Statement]:
    """The denial to end an interface that wears no run's tag, of any subnet but those: a copy could not be deleted."""
    subnets = [arn for of in scope.types for arn in _subnets(scope, of)]
    if subnets and ENDS in denied:
        condition = {"Null": {WEARS: "true"}, "ArnNotLike": {_SUBNET: list(dict.fromkeys(subnets))}}
        yield deny("NeverEndInterfacesElsewhere", [ENDS], {"Resource": ["*"], "Condition": condition})


def _subnets(scope: Scope, of: ResourceType) -> list[str]:
    return scope.arns("ec2", *(f"subnet/{each}" for each in scope.mounted_in(of)))
