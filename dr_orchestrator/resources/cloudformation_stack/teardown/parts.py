"""The resources of a stack and of the stacks in it, as CloudFormation tells of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dr_orchestrator.aws.calls.api import Api

NESTED = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class Part:
    """A resource that a stack holds, or held: its type in CloudFormation, and its name in AWS.

    `stack` is the id of the stack that tells of it: one in another is a part of that, and has parts of its own.
    """

    type: str
    name: str
    logical_id: str = ""
    stack: str = ""
    status: str = ""
    reason: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Type and name; two of two types may be called alike."""
        return self.type, self.name

    @property
    def resists(self) -> bool:
        """Whether CloudFormation could not delete it."""
        return self.status == "DELETE_FAILED"

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


def parts_of(api: Api, stack_id: str) -> list[Part]:
    """All that a stack and the stacks in it hold, or held: CloudFormation tells of a deleted one for three months, by
    its id; NotFound afterwards.
    """
    listed = api.pages("ListStackResources", "StackResourceSummaries", StackName=stack_id) if stack_id else ()
    parts = [
        Part(
            str(each["ResourceType"]),
            str(each["PhysicalResourceId"]),
            str(each.get("LogicalResourceId", "")),
            stack_id,
            str(each.get("ResourceStatus", "")),
            str(each.get("ResourceStatusReason") or ""),
        )
        for each in listed
        if each.get("PhysicalResourceId")
    ]
    nested = [each.name for each in parts if each.type == NESTED]
    return [*parts, *(each for stack in nested for each in parts_of(api, stack))]


def resisting(parts: Iterable[Part]) -> list[Part]:
    """The parts that CloudFormation could not delete; a stack in the stack only where nothing in it is told."""
    found = [each for each in parts if each.resists]
    told = {each.stack for each in found}
    return [each for each in found if each.type != NESTED or each.name not in told]
