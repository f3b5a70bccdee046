"""A file system as EFS describes it; a copy is found by the token that it was asked under, proven by the id it got."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy, Identity

CALL = "efs:DescribeFileSystems"
NAMED = "Name"
"""The tag under which EFS's console shows a name: AWS itself names a file system by an id of its own."""

READY, GONE = "available", "deleted"
STATES = States(
    ready=frozenset({READY, "updating"}),
    dead=frozenset({"error", "deleting"}),
    progress=frozenset({"creating", "absent"}),
)


def described(api: Api, id: str) -> Mapping[str, Any] | None:
    """The file system of that id; None where there is none."""
    try:
        found = [*api.pages("DescribeFileSystems", "FileSystems", FileSystemId=id)]
    except NotFound:
        return None
    return next((each for each in found if each["FileSystemId"] == id and not _gone(each)), None)


def copy_of(api: Api, copy: Copy, known: str = "") -> Mapping[str, Any] | None:
    """The file system that a copy is: the `known` one, else that of its token, of which EFS makes one alone."""
    if known and (found := described(api, known)) is not None:
        return found
    return by_token(api, copy.id)


def by_token(api: Api, token: str) -> Mapping[str, Any] | None:
    """The file system that was asked for under a token; None where there is none."""
    found = api.pages("DescribeFileSystems", "FileSystems", CreationToken=token)
    return next((each for each in found if each.get("CreationToken") == token and not _gone(each)), None)


def _gone(found: Mapping[str, Any]) -> bool:
    return found.get("LifeCycleState") == GONE


def state(found: Mapping[str, Any]) -> str:
    """Its state."""
    return str(found["LifeCycleState"])


def tags(found: Mapping[str, Any]) -> dict[str, str]:
    """The tags that it wears."""
    return {each["Key"]: each["Value"] for each in found.get("Tags") or ()}


def called(found: Mapping[str, Any]) -> str:
    """The token that it was asked under, which is a copy's name, else its id."""
    return str(found.get("CreationToken") or found["FileSystemId"])


def live(found: Mapping[str, Any], copy: Copy) -> Live:
    """The file system as it is proven; a source by its id, whatever token it was asked under."""
    name = copy.id if found["FileSystemId"] == copy.id else called(found)
    return Live(name, str(found["FileSystemId"]), tags(found), created_at=found.get("CreationTime"))


def identity(found: Mapping[str, Any]) -> Identity:
    """The identity that AWS gives it for good: its id is never used again."""
    return Identity(str(found["FileSystemArn"]), str(found["FileSystemId"]))


def bytes_of(found: Mapping[str, Any]) -> int:
    """Its metered size, which EFS tells some hours late."""
    return int((found.get("SizeInBytes") or {}).get("Value") or 0)


def zone(found: Mapping[str, Any]) -> str:
    """The one zone that it is kept in; empty for one that is kept in the region's zones."""
    return str(found.get("AvailabilityZoneName") or "")


def feed(api: Api, toolkit: Toolkit) -> Feed:
    """The states of copies by their tokens: EFS is asked for each, and tells of no other."""

    def look(wanted: Iterable[str]) -> dict[str, Sighting]:
        found = {token: by_token(api, token) for token in wanted}
        return {token: Sighting(state(each), each) for token, each in found.items() if each is not None}

    return toolkit.watcher.feed((api.endpoint, api.region, toolkit.account.pinned, "efs:file-systems"), look)
