"""The kinds of drill."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of drill; the name of a kind is the name of its script in `flows/`."""

    SNAPSHOT_RESTORE = "snapshot-restore"
    PITR_RESTORE = "pitr-restore"
    REPLICA_REBUILD = "replica-rebuild"

    @property
    def script(self) -> str:
        """The module and function in `flows/` that performs drills of this kind."""
        return self.value.replace("-", "_")

    @property
    def selects(self) -> bool:
        """Whether it can take another recovery point than the newest."""
        return self is not Kind.REPLICA_REBUILD
