"""What may befall a drill in a way of its type: how each is provoked there, or why it cannot come about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import world
from tests.support.contexts import ToldContext


@dataclass(frozen=True)
class Never:
    """What cannot come about in a way, and why not."""

    why: str


Vanish = Callable[[RecoveryPoint], AbstractContextManager[None]]
"""Within: what a drill has looked at is there no more."""


@dataclass(frozen=True)
class Outlived:
    """What vanishes as `by` has it, and is outlived by its recovery point; `held` counts what a copy holds of that."""

    by: Vanish
    held: Callable[[Any], int]


TROUBLES = ("vanishes", "outlived", "mistaken", "apart")
"""What a way declares of troubles that not each of them can have; what is outlived, by how it vanishes."""


def provoked(spec: Any, trouble: str) -> dict[str, Any]:
    """How a trouble comes about in a way, by what it befalls; nothing where it never does."""
    outlived = trouble == "outlived"
    declared = getattr(spec, "vanishes" if outlived else trouble)
    named = declared if isinstance(declared, Mapping) else {trouble: declared}
    found = {of: each for of, each in named.items() if not isinstance(each, Never)}
    return {of: each for of, each in found.items() if isinstance(each, Outlived) is outlived}


NOTHING = Never("")
"""What a way has not said yet, and has to."""

OF_A_SETTING = frozenset(
    {
        "ProvisionedIopsNotAvailableInAZFault",
        "TenantDatabaseQuotaExceeded",
        "DBClusterRoleQuotaExceeded",
        "InsufficientCapabilitiesException",
        "SecurityGroupLimitExceeded",
        "TooManyParts",
    }
)
"""The codes by which AWS says that there is no room within what was asked for: waiting makes none."""

SOURCE, POINT = "the source", "the recovery point"

_THROTTLING = {
    **dict.fromkeys(("cloudformation", "cloudwatch", "elbv2", "iam", "rds", "sts"), ("Throttling", 400)),
    "ec2": ("RequestLimitExceeded", 503),
    "s3": ("SlowDown", 503),
    "service-quotas": ("TooManyRequestsException", 429),
}
_OF_JSON = ("ThrottlingException", 400)


def throttling(service: str) -> dict[str, Any]:
    """The answer by which a service says that it was asked too often, once: its own code and status."""
    code, status = _THROTTLING.get(service, _OF_JSON)
    return {"kind": "error", "service": service, "code": code, "http": status, "times": 1}


@contextmanager
def without(held: MutableMapping[str, Any], *names: str) -> Iterator[None]:
    """Within: the lab holds nothing of those names."""
    order, taken = list(held), {name: held.pop(name) for name in names}
    try:
        yield
    finally:
        found = {**taken, **held}
        held.clear()
        held.update({name: found[name] for name in dict.fromkeys((*order, *found)) if name in found})


@contextmanager
def out_of_vault(point: RecoveryPoint, region: str) -> Iterator[None]:
    """Within: no vault of a region holds the point: its lifecycle ended, or somebody deleted it."""
    held = vaults(region)._points
    kept = {name: list(points) for name, points in held.items()}
    for points in held.values():
        points[:] = [each for each in points if not each.point.endswith(point.id)]
    try:
        yield
    finally:
        for name, points in kept.items():
            held[name][:] = points


def listening(way: Any) -> ToldContext:
    """The context that notes from now on what a way, and each call of its account, is told."""
    context = ToldContext(way.copy.run, way.made.clock, seen=way.made.ledger.seen)
    way.made = replace(way.made, toolkit=replace(way.made.toolkit, context=context))
    way.made.toolkit.account.throttling.listen(context)
    return cast(ToldContext, context)


@contextmanager
def switched_off(service: str, name: str) -> Iterator[None]:
    """Within: the continuous backup of a source is switched off, and with it all that it kept is gone."""
    faults = world().faults
    rule = faults.add({"kind": "pitr-off", "service": service, "resource": name})
    try:
        yield
    finally:
        faults.remove(rule)
