"""The ways of restoring an Aurora cluster: from its snapshots, and from its continuous backup."""

from __future__ import annotations

from dr_orchestrator.aws.clusters.points import FromInstant, FromSnapshot
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.resources.aurora_cluster.restore import AuroraCluster


class ClusterSnapshot(AuroraCluster, FromSnapshot):
    """Restores from the snapshots of a cluster."""

    def _look_there(self, copy: Copy) -> list[PreflightCheck]:
        """The way of the snapshot, too."""
        way = self._brought.looks(copy, lambda: self._snapshot(self.choose().id)) if self._brought else ()
        return [*way, *super()._look_there(copy)]


class ClusterPointInTime(AuroraCluster, FromInstant):
    """Restores from the continuous backup of a cluster."""
