"""The mount targets of a file system, as EFS describes them: they have ids of AWS's alone, no name and no tag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States

CALL, GROUPS_CALL = "efs:DescribeMountTargets", "efs:DescribeMountTargetSecurityGroups"
READY = "available"
STATES = States(
    ready=frozenset({READY}),
    dead=frozenset({"error", "deleting", "deleted"}),
    progress=frozenset({"creating", "updating", "absent"}),
)
_GOING = frozenset({"deleting", "deleted"})


def listed(api: Api, file_system: str) -> Iterator[Mapping[str, Any]]:
    """Those of a file system, but those that are deleted; none where that is not there."""
    try:
        for each in api.pages("DescribeMountTargets", "MountTargets", FileSystemId=file_system):
            if each["LifeCycleState"] != "deleted":
                yield each
    except NotFound:
        return


def is_going(found: Mapping[str, Any]) -> bool:
    """Whether its deletion was asked for."""
    return found["LifeCycleState"] in _GOING


def groups(api: Api, found: Mapping[str, Any]) -> tuple[str, ...]:
    """The security groups of one; none where it has gone."""
    try:
        told = api.call("DescribeMountTargetSecurityGroups", MountTargetId=found["MountTargetId"])
    except NotFound:
        return ()
    return tuple(told["SecurityGroups"])


def feed(api: Api, toolkit: Toolkit) -> Feed:
    """The states of mount targets by their ids."""

    def look(wanted: Iterable[str]) -> dict[str, Sighting]:
        found = {id: _described(api, id) for id in wanted}
        return {id: Sighting(str(each["LifeCycleState"]), each) for id, each in found.items() if each is not None}

    return toolkit.watcher.feed((api.endpoint, api.region, toolkit.account.pinned, "efs:mount-targets"), look)


def _described(api: Api, id: str) -> Mapping[str, Any] | None:
    try:
        found = [*api.pages("DescribeMountTargets", "MountTargets", MountTargetId=id)]
    except NotFound:
        return None
    return next((each for each in found if each["LifeCycleState"] != "deleted"), None)
