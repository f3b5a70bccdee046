"""The protection of a stack: it is made anew of its template, and what it stores are resources of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.posture.ground import Ground, Once, Reader
from dr_orchestrator.domain.posture.facts import Inapplicable, Known, Protection, nothing_known
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted

_CALL = "cloudformation:DescribeStacks"
_MADE_ANEW = Inapplicable("it is made anew of its template; what it stores is declared by itself")


def reader(ground: Ground) -> Reader:
    """The reader of all stacks at a place."""
    stacks = Once(lambda: ground.listed("cloudformation", "DescribeStacks", "Stacks"))

    def described(name: str) -> Mapping[str, Any]:
        found = (each for each in stacks() if each["StackName"] == name and each["StackStatus"] != "DELETE_COMPLETE")
        if (stack := next(found, None)) is None:
            raise NotFound(f"no stack {name}", f"is it in {ground.region}, in this account?", _CALL)
        return stack

    def read(resource: Resource, wanted: Wanted) -> Protection:  # noqa: ARG001 - whatever the tier wants
        protected = ground.fact(_CALL, lambda: bool(described(resource.id).get("EnableTerminationProtection")))
        switch = f"`aws cloudformation update-termination-protection --stack-name {resource.id}"
        remedies = {Rule.POSTURE_DELETION: f"{switch} --enable-termination-protection`"}
        made = ground.fact(_CALL, lambda: described(resource.id).get("CreationTime"))
        created_at = made.value if isinstance(made, Known) else None
        return replace(nothing_known(_MADE_ANEW, remedies), deletion=protected, created_at=created_at)

    return read
