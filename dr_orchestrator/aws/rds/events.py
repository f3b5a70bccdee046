"""What RDS itself wrote down of an instance: when it came into a state, and how long its backups take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.run import ServerTime

KEPT = timedelta(days=14)
"""How long RDS keeps its events."""

_BEGUN, _FINISHED = "Backing up DB instance", "Finished DB instance backup"
_STATES = {
    _BEGUN: "backing-up",
    _FINISHED: "available",
    "DB instance created": "available",
    "Restored from": "available",
    "DB instance shutdown": "rebooting",
    "DB instance restarted": "available",
    "Applying modification": "modifying",
    "Finished applying modification": "available",
}
"""The state that an instance comes into, by how a message begins; RDS writes nothing when it begins to create one."""


def states(api: Api, instance: str, since: datetime) -> list[ServerTime]:
    """When the instance came into each state, under the word that describes use for it; the raw message is kept."""
    told: list[ServerTime] = []
    for event in _events(api, instance, since):
        message = str(event.get("Message", ""))
        state = next((state for begins, state in _STATES.items() if message.startswith(begins)), "")
        if state and not (told and told[-1].state == state):
            told.append(ServerTime(instance, state, event["Date"], f"rds:DescribeEvents: {message}"))
    # Of an instance that goes on to its first backup at once, "created" is not yet "available".
    return told[1:] if [each.state for each in told[:2]] == ["available", "backing-up"] else told


def longest_backup(api: Api, instance: str, until: datetime) -> timedelta | None:
    """The longest that a backup of the instance took in the last 14 days; None where RDS tells of none."""
    begun: datetime | None = None
    took: list[timedelta] = []
    for event in _events(api, instance, until - KEPT):
        message = str(event.get("Message", ""))
        if message.startswith(_BEGUN):
            begun = begun or event["Date"]  # one that was begun again was not finished before
        elif message.startswith(_FINISHED) and begun is not None:
            took.append(event["Date"] - begun)
            begun = None
    if begun is not None and until > begun:  # still being made, or given up: it took that long at least
        took.append(until - begun)
    return max(took, default=None)


def _events(api: Api, instance: str, since: datetime) -> Iterator[dict[str, Any]]:
    """The events of an instance, oldest first."""
    found = api.pages("DescribeEvents", "Events", SourceIdentifier=instance, SourceType="db-instance", StartTime=since)
    yield from sorted(found, key=lambda event: event["Date"])
