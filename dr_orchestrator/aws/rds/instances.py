"""An instance that was asked for: what its states mean, and when its database can be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.rds.objects import INSTANCES, Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Sighting, States
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.errors import LoginRefused

STATES = States(
    ready=frozenset({"available"}),
    dead=frozenset(
        {
            "failed",
            "incompatible-create",
            "incompatible-restore",
            "incompatible-network",
            "incompatible-parameters",
            "incompatible-option-group",
            "inaccessible-encryption-credentials",
            "insufficient-capacity",
            "restore-error",
            "storage-full",
            "stopped",
            "deleting",
        }
    ),
    progress=frozenset(
        {"creating", "backing-up", "modifying", "rebooting", "starting", "configuring-enhanced-monitoring"}
        | {"configuring-iam-database-auth", "configuring-log-exports", "storage-optimization", "absent"}
        | {"storage-initialization", "storage-config-upgrade", "upgrading", "maintenance", "renaming", "stopping"}
        | {"resetting-master-credentials", "converting-to-vpc", "moving-to-vpc", "delete-precheck"}
        | {"inaccessible-encryption-credentials-recoverable"}
    ),
    sightings=2,  # available, modifying, available: seen right after many a restore
    soonest=180.0,  # even an empty one takes minutes
)
_SERVING = frozenset({"backing-up", "modifying", "storage-optimization"}) | {
    *("configuring-enhanced-monitoring", "configuring-iam-database-auth", "configuring-log-exports"),
}
SERVING = replace(STATES, ready=STATES.ready | _SERVING, progress=STATES.progress - _SERVING)
"""States where an endpoint that answers is what is waited for: an instance serves while its first backup is made."""

FULL = frozenset({"InsufficientDBInstanceCapacity"})
"""The code of a class that is not to be had in the zone that is asked for."""

QUOTA = frozenset({"InstanceQuotaExceeded", "StorageQuotaExceeded"}) | FULL
SILENCE = 600.0
"""Drill seconds that an available instance may leave its endpoint silent; then the checks are to tell why."""


def address(described: Mapping[str, Any]) -> tuple[str, int] | None:
    """Host and port of an instance; None where it has none."""
    told = described.get("Endpoint") or {}
    return (str(told["Address"]), int(told["Port"])) if told.get("Address") and told.get("Port") else None


def wait(toolkit: Toolkit, copy: Copy, answers: Callable[[], bool] | None) -> Ready:
    """Wait until the instance has an address and answers there; where nobody can ask it, until it is available."""
    states = STATES if answers is None else SERVING
    feed = Objects(INSTANCES, toolkit).feed()
    return Ready(toolkit.seconds_since(toolkit.wait_until_ready(feed, copy, states, serves(toolkit, answers))))


def serves(toolkit: Toolkit, answers: Callable[[], bool] | None) -> Callable[[Sighting], bool]:
    """Whether an instance, or a cluster, has an address and answers there; or is available and silent for long."""
    silent_since: float | None = None

    def served(sighting: Sighting) -> bool:
        nonlocal silent_since
        told = sighting.detail.get("Endpoint") or {}
        if not (told if isinstance(told, str) else told.get("Address")):
            return False
        try:
            if answers is None or answers():
                return True
        except LoginRefused:  # its server is there; who is let in is another matter, and a step of its own
            return sighting.status in STATES.ready
        if sighting.status not in STATES.ready:
            return False
        now = toolkit.clock.monotonic()
        silent_since = now if silent_since is None else silent_since
        return now - silent_since >= SILENCE

    return served
