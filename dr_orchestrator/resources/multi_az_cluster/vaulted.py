"""A multi-AZ DB cluster restored from a vault of AWS Backup: a job makes it, with its three instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.clusters.vaulted import Vaulted
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.resources.multi_az_cluster.name import RESTORED
from dr_orchestrator.resources.multi_az_cluster.restore import MultiAzCluster


class MultiAzFromVault(Vaulted, MultiAzCluster):
    """Restores from the recovery points that a vault keeps of a cluster."""

    restored = RESTORED

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As for every cluster, and the vault, with where the point lies that would be taken."""
        return [*super().preflight_checks(copy), *self._looks()]

    def _besides(self, point: RecoveryPoint, said: Mapping[str, Any]) -> dict[str, str | None]:  # noqa: ARG002 - alike, of each
        """Class, storage and IOPS, as of every restore: without a class it would be none in several zones."""
        given = ("DBClusterInstanceClass", "StorageType", "Iops", "DBClusterParameterGroupName")
        return {key: str(said[key]) if said[key] else None for key in given}
