"""A volume as EC2 describes it; a copy is found by the tag with its name, and proven by the id that EC2 gave it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.copies import TAG, Live
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.resources.ebs_volume.name import NAMED

CALL = "ec2:DescribeVolumes"
FREE, IN_USE, GOING = "available", "in-use", "deleting"
STATES = States(
    ready=frozenset({FREE, IN_USE}),
    dead=frozenset({"error", GOING}),
    progress=frozenset({"creating", "absent"}),
)
_MOST_ASKED = 200
"""Values that EC2 takes in one filter."""


def arn(account: Account, id: str) -> str:
    """The ARN of the volume of that id, of an account in its region."""
    owner = account.pinned or account.caller().account
    return f"arn:{partition(account.region)}:ec2:{account.region}:{owner}:volume/{id}"


def described(api: Api, id: str) -> Mapping[str, Any] | None:
    """The volume of that id; None where there is none."""
    return next(iter(_filtered(api, "volume-id", [id])), None)


def copy_of(api: Api, copy: Copy, known: str = "") -> Mapping[str, Any] | None:
    """The volume that a copy is: of those that are named like it the `known` one, else the run's, else any.

    One whose name somebody took away is found by its id.
    """
    named = _filtered(api, f"tag:{NAMED}", [copy.id])
    if copy.id.startswith("vol-"):  # no copy is called so, but a ledger that is wrong may say it
        named += _filtered(api, "volume-id", [copy.id])
    ours = [each for each in named if each["VolumeId"] == known]
    if known and not ours:
        ours = _filtered(api, "volume-id", [known])
    return next(iter([*ours, *(each for each in named if tags(each).get(TAG) == copy.run), *named]), None)


def _filtered(api: Api, by: str, values: list[str]) -> list[Mapping[str, Any]]:
    return list(api.pages("DescribeVolumes", "Volumes", Filters=[{"Name": by, "Values": values}]))


def tags(volume: Mapping[str, Any]) -> dict[str, str]:
    """The tags that it wears."""
    return {each["Key"]: each["Value"] for each in volume.get("Tags") or ()}


def name(volume: Mapping[str, Any]) -> str:
    """The name that it, or a snapshot, wears, else its id."""
    return tags(volume).get(NAMED) or str(volume.get("VolumeId") or volume["SnapshotId"])


def live(volume: Mapping[str, Any], copy: Copy) -> Live:
    """The volume as it is proven; a source by its id, whatever it is named."""
    called = copy.id if volume["VolumeId"] == copy.id else name(volume)
    return Live(called, str(volume["VolumeId"]), tags(volume), created_at=volume.get("CreateTime"))


def attachments(volume: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Where it is attached, or about to be."""
    return [each for each in volume.get("Attachments") or () if each.get("State") != "detached"]


def feed(api: Api, toolkit: Toolkit) -> Feed:
    """The states of volumes by the names that they wear: one describe for all that are waited for."""

    def look(wanted: Iterable[str]) -> dict[str, Sighting]:
        names, found = list(wanted), dict[str, Sighting]()
        for start in range(0, len(names), _MOST_ASKED):
            for each in _filtered(api, f"tag:{NAMED}", names[start : start + _MOST_ASKED]):
                found[name(each)] = Sighting(str(each["State"]), each)
        return found

    return toolkit.watcher.feed((api.endpoint, api.region, toolkit.account.pinned, "ec2:volumes"), look)
