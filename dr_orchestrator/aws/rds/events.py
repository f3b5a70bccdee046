"""The events that RDS wrote down of what it runs: when that came into a state, and how long its backups take."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
    "DB cluster created": "available",
    "Restored from": "available",
    "DB instance shutdown": "rebooting",
    "DB instance restarted": "available",
    "Applying modification": "modifying",
    "Finished applying modification": "available",
}
"""The state that one comes into, by how a message begins; RDS writes nothing when it begins to create one."""


def states(api: Api, name: str, since: datetime, kind: str = "db-instance") -> list[ServerTime]:
    """When an object of a kind came into each state, in the word that describes use; the raw message is kept."""
    told: list[ServerTime] = []
    for event in _events(api, since, kind, name):
        message = str(event.get("Message", ""))
        state = next((state for begins, state in _STATES.items() if message.startswith(begins)), "")
        if state and not (told and told[-1].state == state):
            told.append(ServerTime(name, state, event["Date"], f"rds:DescribeEvents: {message}"))
    # Of an instance that goes on to its first backup at once, "created" is not yet "available".
    return told[1:] if [each.state for each in told[:2]] == ["available", "backing-up"] else told


STARTED = "failover started"
"""The word for a failover that began."""

COMPLETED = "failover completed"
"""The word for one that ended."""

ABANDONED = "failover abandoned"
RETURNED = "failover given up: the previous writer again"
FAILED = "failover failed"
GIVEN_UP = frozenset({ABANDONED, RETURNED, FAILED})
"""The words for those that AWS did not go through with."""

_FAILOVERS = {
    "Abandoning user requested failover": ABANDONED,
    "Multi-AZ instance failover started": STARTED,
    "Multi-AZ instance failover completed": COMPLETED,
    "Started cross AZ failover": STARTED,
    "Started same AZ failover": STARTED,
    "Completed failover": COMPLETED,
    "Promoting previous primary again": RETURNED,
    "Cluster failover failed": FAILED,
}


def failovers(api: Api, name: str, since: datetime, kind: str = "db-instance") -> list[ServerTime]:
    """When failovers of an instance, or of a cluster, began and ended, as RDS tells."""
    told = []
    for event in _events(api, since, kind, name):
        message = str(event.get("Message", ""))
        if state := next((state for begins, state in _FAILOVERS.items() if message.startswith(begins)), ""):
            told.append(ServerTime(name, state, event["Date"], f"rds:DescribeEvents: {message}"))
    return told


def longest_backup(api: Api, instance: str, until: datetime) -> timedelta | None:
    """The longest that a backup of the instance took in the last 14 days; None where RDS tells of none."""
    begun: datetime | None = None
    took: list[timedelta] = []
    for event in _events(api, until - KEPT, "db-instance", instance):
        message = str(event.get("Message", ""))
        if message.startswith(_BEGUN):
            begun = begun or event["Date"]  # one that was begun again was not finished before
        elif message.startswith(_FINISHED) and begun is not None:
            took.append(event["Date"] - begun)
            begun = None
    if begun is not None and until > begun:  # still being made, or given up: it took that long at least
        took.append(until - begun)
    return max(took, default=None)


def longest_snapshot(api: Api, snapshots: Collection[str], until: datetime) -> timedelta | None:
    """The longest that one of these cluster snapshots took in the last 14 days; None where RDS tells of none."""
    begun: dict[str, datetime] = {}
    took: list[timedelta] = []
    for event in _events(api, until - KEPT, "db-cluster-snapshot"):
        name, message = str(event.get("SourceIdentifier", "")), str(event.get("Message", ""))
        if name not in snapshots:
            continue
        if message.startswith("Creating"):
            begun[name] = event["Date"]
        elif "snapshot created" in message and name in begun:
            took.append(event["Date"] - begun.pop(name))
    took += [until - each for each in begun.values() if until > each]  # still being made: that long at least
    return max(took, default=None)


def _events(api: Api, since: datetime, kind: str, name: str = "") -> Iterator[dict[str, Any]]:
    """The events of all objects of a kind, or of one of them, oldest first."""
    one = {"SourceIdentifier": name} if name else {}
    found = api.pages("DescribeEvents", "Events", SourceType=kind, StartTime=since, **one)
    yield from sorted(found, key=lambda event: event["Date"])
