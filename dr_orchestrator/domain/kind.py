"""The kinds of drill."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of drill; the name of a kind is the name of its script in `flows/`."""

    SNAPSHOT_RESTORE = "snapshot-restore"
    PITR_RESTORE = "pitr-restore"
    REPLICA_REBUILD = "replica-rebuild"
    AZ_FAILOVER = "az-failover"
    REGION_FAILOVER = "region-failover"
    REPLICA_PROMOTION = "replica-promotion"
    GLOBAL_SWITCHOVER = "global-switchover"

    @property
    def script(self) -> str:
        """The module and function in `flows/` that performs drills of this kind."""
        return self.value.replace("-", "_")

    @property
    def selects(self) -> bool:
        """Whether it can take another recovery point than the newest."""
        return not (self.rebuilds or self.promotes)

    @property
    def rebuilds(self) -> bool:
        """Whether it makes an environment anew from its template."""
        return self in (Kind.REPLICA_REBUILD, Kind.REGION_FAILOVER)

    @property
    def leads(self) -> bool:
        """Whether a name of its own leads to the copy, and back: each way is a check of its runs."""
        return self is Kind.REGION_FAILOVER

    @property
    def promotes(self) -> bool:
        """Whether its copy follows a replica of production's until it is promoted: it is made before the disruption."""
        return self is Kind.REPLICA_PROMOTION

    @property
    def interrupts(self) -> bool:
        """Whether it cuts off what serves: its clock is then a client's, from what failed to what was served again.

        All that comes before, a restore among it, is no part of the recovery.
        """
        return self in (Kind.AZ_FAILOVER, Kind.GLOBAL_SWITCHOVER)

    @property
    def spans(self) -> bool:
        """Whether its copy spans two regions, and what serves moves from one to the other, and back."""
        return self is Kind.GLOBAL_SWITCHOVER
