"""A stack as CloudFormation describes it: its states, and how one is looked at and waited for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import ABSENT, VANISHED, Feed, Sighting, States

REVIEW = "REVIEW_IN_PROGRESS"
"""The state of a stack that has change sets, and nothing else yet."""

IMPORTED = "IMPORT_COMPLETE"
"""The state of a stack that has what it imported, and nothing else yet."""

_NOT_IMPORTED = frozenset({f"IMPORT_ROLLBACK_{each}" for each in ("IN_PROGRESS", "COMPLETE", "FAILED")})
_BEFORE = frozenset({REVIEW, ABSENT, "IMPORT_IN_PROGRESS"})
_UPDATING = frozenset({"UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"})
_DEAD = (
    frozenset({"CREATE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
    | frozenset({"UPDATE_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"})
    | frozenset({"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"})
    | frozenset({"DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED"})
    | _NOT_IMPORTED
)
STATES = States(
    ready=frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"}),
    dead=_DEAD,
    progress=frozenset({"CREATE_IN_PROGRESS", IMPORTED}) | _BEFORE | _UPDATING,
    sightings=2,
)
IMPORTING = States(
    ready=frozenset({IMPORTED, "UPDATE_COMPLETE"}) | _UPDATING, dead=_DEAD, progress=_BEFORE, sightings=2
)
IN_USE = "EXPORT_IN_USE"
"""How a stack is told that CloudFormation does not begin to delete: it is in its old state, and the reason says why."""

GONE = States(
    ready=frozenset({"DELETE_COMPLETE", ABSENT}),
    dead=frozenset({"DELETE_FAILED", IN_USE}),
    progress=frozenset({"DELETE_IN_PROGRESS", *STATES.dead, *STATES.ready, *STATES.progress})
    - {"DELETE_FAILED", "DELETE_COMPLETE", ABSENT},
    sightings=VANISHED,
)


def describe(api: Api, stack: str) -> Mapping[str, Any] | None:
    """A stack, by its name or its id; None where there is none."""
    field = "StackId" if stack.startswith("arn:") else "StackName"
    try:
        return api.named("DescribeStacks", "Stacks", field, stack, StackName=stack)
    except NotFound:
        return None


def live_of(described: Mapping[str, Any]) -> Live:
    """A stack as it is proven to be the run's."""
    tags = {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}
    return Live(described["StackName"], described["StackId"], tags, created_at=described.get("CreationTime"))


def feed(api: Api, toolkit: Toolkit) -> Feed:
    """The states of all stacks that somebody waits for."""

    def look(names: Iterable[str]) -> dict[str, Sighting]:
        found = {name: describe(api, name) for name in names}
        return {name: Sighting(_state(stack), stack) for name, stack in found.items() if stack}

    return toolkit.watcher.feed((api.endpoint, api.region, toolkit.account.pinned, "cloudformation"), look)


def _state(described: Mapping[str, Any]) -> str:
    in_use = "cannot be deleted as it is in use" in str(described.get("StackStatusReason", ""))
    return IN_USE if in_use else str(described["StackStatus"])
