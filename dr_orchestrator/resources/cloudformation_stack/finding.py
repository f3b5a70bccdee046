"""Finds a resource of a stack by its way: by its logical id, behind those of the stacks within in which it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.calls.denials import by_policy
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack.stack import describe
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import NESTED, Part

_LIST = "cloudformation:ListStackResources"


def part(api: Api, stack: str, stack_id: str, way: str) -> Part:
    """A resource of the stack of that name; its own name is empty where it is not made.

    `stack_id` is that of the run's own stack, empty where it is not known. A stack within has to say itself that it
    stands in that one: NotMeasured where it does not.
    """
    *around, logical_id = way.split("/")
    holder, holder_id = stack, stack_id
    for each in around:
        inner = _listed(api, holder, holder_id, each, way)
        if inner.type != NESTED or not inner.name:
            raise NotMeasured(f"{stack} has no stack {each} in which {way} could be", call=_LIST)
        holder = holder_id = _proven(api, stack_id, inner.name)
    return _listed(api, holder, holder_id, logical_id, way)


def _listed(api: Api, stack: str, stack_id: str, logical_id: str, way: str) -> Part:
    for each in api.pages("ListStackResources", "StackResourceSummaries", StackName=stack):
        if each.get("LogicalResourceId") == logical_id:
            of, name = str(each.get("ResourceType", "")), str(each.get("PhysicalResourceId") or "")
            return Part(of, name, logical_id, stack_id)
    raise NotMeasured(f"{stack} has no resource {way}", call=_LIST)


def _proven(api: Api, root: str, inner: str) -> str:
    """The id of a stack within, which tells itself of which stack it is."""
    live = describe(api, inner)
    if live is None or (root and live.get("RootId") != root):
        told = f"{inner} does not say that it stands in {root}"
        raise NotMeasured(f"{told}: nothing proves that the run's stack made it", call="cloudformation:DescribeStacks")
    return str(live["StackId"])


def first_failure(api: Api, stack: str, lead: str = "") -> str:
    """The resource that failed first, and why; one of a stack within by its way."""
    events = list(api.pages("DescribeStackEvents", "StackEvents", StackName=stack))
    failed = [event for event in events if "FAILED" in event.get("ResourceStatus", "")]
    if not failed:
        return ""
    first = min(failed, key=lambda event: (event["Timestamp"], is_of_stack(event)))
    name, inner = f"{lead}{first['LogicalResourceId']}", str(first.get("PhysicalResourceId") or "")
    within = first.get("ResourceType") == NESTED and inner and not is_of_stack(first)
    if within and (told := first_failure(api, inner, f"{name}/")):
        return told
    reason = first.get("ResourceStatusReason", first["ResourceStatus"])
    return "".join(f"; {each}" for each in (f"{name}: {reason}", by_policy(reason)) if each)


def is_of_stack(event: Mapping[str, Any]) -> bool:
    """Whether an event is of the stack itself, and not of what it holds."""
    return bool(event.get("PhysicalResourceId") == event["StackId"])


def told(copy: Copy, event: Mapping[str, Any]) -> ServerTime:
    """A state that AWS tells of a stack by its own clock."""
    state = event["ResourceStatus"]
    words = f"{state} {event.get('ResourceStatusReason', '')}".strip()
    return ServerTime(copy.id, state, event["Timestamp"], f"cloudformation:DescribeStackEvents: {words}")
