"""The ways of restoring a multi-AZ DB cluster: from its snapshots, and from its continuous backup."""

from __future__ import annotations

from dr_orchestrator.aws.clusters.points import FromInstant, FromSnapshot
from dr_orchestrator.resources.multi_az_cluster.restore import MultiAzCluster


class MultiAzSnapshot(MultiAzCluster, FromSnapshot):
    """Restores from the snapshots of a cluster."""


class MultiAzPointInTime(MultiAzCluster, FromInstant):
    """Restores from the continuous backup of a cluster."""
