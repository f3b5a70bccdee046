"""The part of AWS Backup that depends on a type: which settings a recovery point keeps, and how it is restored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from dr_orchestrator.lab.cloud.lifecycle import Timeline
from dr_orchestrator.lab.cloud.world import world

TAKES = timedelta(minutes=8)
"""How long a backup job of AWS Backup takes."""


class Restoring(Protocol):
    """The thing that a job makes, while it does."""

    @property
    def arn(self) -> str:
        """Its ARN."""

    @property
    def state(self) -> str:
        """RUNNING, COMPLETED or FAILED."""

    @property
    def ends(self) -> datetime:
        """When it is whole."""


@dataclass(frozen=True)
class Passing:
    """A thing that is whole when its time is over; nothing fails on the way."""

    arn: str
    timeline: Timeline

    @property
    def state(self) -> str:
        """Until then the job is at work."""
        return self.timeline.at(world().now())

    @property
    def ends(self) -> datetime:
        """When all of it is there: what it is put into stands long before."""
        return self.timeline.ends


@dataclass(frozen=True)
class Kept:
    """A recovery point: its ARN, of what it is, since when, and of which type.

    `metadata` are the settings of then; it is deleted at `until`, `stored` WARM or COLD, and of that `status`. It lies
    there since `took` after its instant: a copy has that of its original. A job has it restored `into` its own account.
    `held` is what it holds by itself, whatever becomes of its source; as the type keeps it.
    """

    point: str
    arn: str
    of: str
    at: datetime
    metadata: Mapping[str, str]
    until: datetime | None = None
    stored: str = "WARM"
    status: str = "COMPLETED"
    gib: int = 20
    took: timedelta = TAKES
    into: str = ""
    held: Any = None

    def told(self, vault: Any) -> dict[str, Any]:
        """Its place in a listing."""
        ends = {"CalculatedLifecycle": {"DeleteAt": self.until.timestamp()}} if self.until else {}
        return {
            "RecoveryPointArn": self.point,
            "BackupVaultName": vault.backup_vault_name,
            "BackupVaultArn": vault.backup_vault_arn,
            "ResourceArn": self.arn,
            "ResourceType": self.of,
            "Status": self.status,
            "CreationDate": self.at.timestamp(),
            "CompletionDate": (self.at + self.took).timestamp(),
            "BackupSizeInBytes": self.gib * 1024**3,
            "IsEncrypted": True,
            **ends,
        }


def nothing(arn: str, at: datetime) -> None:
    """Nothing that a point holds by itself: its content lies elsewhere in the lab."""


@dataclass(frozen=True)
class Restores:
    """How points of a type are made anew. `needs` are the metadata without which AWS refuses; the last names it.

    `holds` tells what a point of an ARN holds by itself, as of its instant.
    """

    metadata: Callable[[str], Mapping[str, str]]
    restore: Callable[[Kept, Mapping[str, str]], Restoring]
    needs: tuple[str, ...]
    holds: Callable[[str, datetime], object] = nothing


def has_no_settings(arn: str) -> Mapping[str, str]:  # noqa: ARG001
    """Nothing is known of what nobody restores."""
    return {}
