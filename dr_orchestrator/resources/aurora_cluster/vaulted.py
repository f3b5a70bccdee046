"""An Aurora cluster restored from a vault of AWS Backup: a job makes it without an instance, and without tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.clusters.vaulted import Vaulted
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.resources.aurora_cluster.name import RESTORED
from dr_orchestrator.resources.aurora_cluster.restore import AuroraCluster


class ClusterFromVault(Vaulted, AuroraCluster):
    """Restores from the recovery points that a vault keeps of a cluster."""

    restored = RESTORED

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As for every cluster, and the vault, with where the point lies that would be taken."""
        return [*super().preflight_checks(copy), *self._looks()]

    def _besides(self, point: RecoveryPoint, said: Mapping[str, Any]) -> dict[str, str | None]:
        """The parameter group and the key of a copy elsewhere: a point tells those of its cluster, of another place."""
        if self._resource.to is None:
            return {}
        return {
            "DBClusterParameterGroupName": said["DBClusterParameterGroupName"] or "",
            "KmsKeyId": self._from.points.key(point) or "",
        }
