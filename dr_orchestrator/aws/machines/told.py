"""Snapshots and images as EC2 tells of them: their tags, parts and states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def tags(of: Mapping[str, Any]) -> dict[str, str]:
    """The tags that something of EC2's wears."""
    return {each["Key"]: each["Value"] for each in of.get("Tags") or ()}


def made_of(image: Mapping[str, Any]) -> tuple[str, ...]:
    """The snapshots that an image is made of, by id."""
    held = (str((each.get("Ebs") or {}).get("SnapshotId") or "") for each in image.get("BlockDeviceMappings") or ())
    return tuple(dict.fromkeys(filter(None, held)))


def far(found: Mapping[str, Any]) -> str:
    """A state, with how far it is where EC2 tells that."""
    state, done = str(found.get("State")), str(found.get("Progress") or "").removesuffix("%")
    if state != "pending" or not done.isdigit():
        return state
    return f"{state}, {min(int(done), 100) // 10 * 10} %"


def reason(found: Mapping[str, Any]) -> str:
    """The words of EC2 on why a snapshot, or an image, is in the state that it is in; empty where it tells none."""
    return str(found.get("StateMessage") or (found.get("StateReason") or {}).get("Message") or "")
