"""Rules of drills whose copy spans two regions: which is the other one, and what can be there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dr_orchestrator.catalog.declared import Declared, Policy
from dr_orchestrator.catalog.shapes.service import Drill, Resource, Where
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.service import Auth
from dr_orchestrator.errors import Problem

Mistake = tuple[Key, str, str]


def mistakes(drill: Drill, resource: Resource) -> Iterator[Mistake]:
    """The mistakes in a drill whose copy spans two regions, or that says that it does."""
    there = drill.secondary
    if not drill.kind.spans:
        if there is not None:
            yield ("secondary",), f"the copy of a {drill.kind} is in one region", "remove it"
        return
    if drill.on is Where.PRODUCTION:
        message = "no drill switches a global database of production over: its copy is one of the run's own"
        yield ("on",), message, "remove it"
    if drill.recovery_points is not None:
        yield ("recovery_points",), f"a {drill.kind} restores the newest snapshot beside its source", "remove it"
    if resource.database is not None and resource.database.auth is Auth.IAM:
        message = "a token of IAM is for one region, and the client goes from one to the other"
        yield ("resource",), message, "name a secret in the resource's `database`, in place of `auth: iam`"
    if there is None:
        yield (), "nothing says to which region it is switched over", "add `secondary: {region: ..., kms_key: ...}`"
        return
    if there.region == resource.region:
        yield ("secondary", "region"), "that is the region of the source, in which its copy is", "name another region"
    if there.kms_key and there.kms_key.startswith("arn:") and (found := there.kms_key.split(":")[3]) != there.region:
        message = f"the key is of {found}, and what stands in {there.region} is encrypted with one of {there.region}"
        yield ("secondary", "kms_key"), message, f"name one of {there.region}"


def problems(policy: Policy, services: Sequence[Declared]) -> Iterator[Problem]:
    """The other regions that tiers.yaml does not allow."""
    allowed = policy.whole.allowed.regions if policy.whole is not None else []
    for service in services if allowed else ():
        for name, drill in service.drills.legal.items():
            if drill.secondary is not None and drill.secondary.region not in allowed:
                message = f"{drill.secondary.region} is not among those that tiers.yaml allows"
                at = ("drills", name, "secondary", "region")
                yield service.document.problem(at, message, f"one of: {', '.join(allowed)}")
