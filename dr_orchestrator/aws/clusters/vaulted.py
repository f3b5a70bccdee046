"""A DB cluster restored from a vault of AWS Backup: a job makes it, and gives it no tags of the run's."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from dr_orchestrator.aws.backup.restoring import FromVault
from dr_orchestrator.aws.backup.vaults import Kept
from dr_orchestrator.aws.clusters.restoring import DbCluster
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.rds import isolation
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.vault import Restored, Vault


class Vaulted(DbCluster):
    """Restores from the recovery points that a vault keeps of a cluster; stands before what waits for one."""

    restored: ClassVar[Restored]
    """How AWS Backup restores one of the type."""

    def __init__(
        self,
        resource: Resource,
        selection: Selection | None,
        toolkit: Toolkit,
        answers: Callable[[Copy], bool] | None = None,
        vault: Vault | None = None,
    ) -> None:
        """Without a vault it only takes copies down."""
        super().__init__(resource, selection, toolkit, answers)
        self._from = FromVault(self.restored, self._there, vault, self._live, self._objects.tag)

    def choose(self) -> RecoveryPoint:
        """The recovery point that the selection means, of those that the vault has whole."""
        return self._from.points.choose(self._selection, self._kept())

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the vault's points, up to now, and the longest that the making of one took."""
        return self._from.points.worst_case(self._kept(), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Have AWS Backup restore the point, in isolation."""
        said = self._overrides()
        by_iam = said["EnableIAMDatabaseAuthentication"]
        return self._from.ask(
            copy,
            point,
            {
                "DBSubnetGroupName": isolation.declared(self._resource).subnet_group,
                "VpcSecurityGroupIds": json.dumps(list(self._network())),
                "EnableIAMDatabaseAuthentication": None if by_iam is None else str(by_iam).lower(),
                **self._besides(point, said),
            },
        )

    def ready(self, copy: Copy) -> Ready:
        """Wait for the job, then until the cluster is ready; its identity is known when both have ended."""
        self._from.made(copy)
        seen = super().ready(copy)
        live = self._objects.described(copy.id)
        return Ready(seen.ago, CLUSTERS.identity(live) if live else None, seen.words)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS Backup began and ended its job, and when RDS says that cluster and instances could be used."""
        told = [each for each in super().server_times(copy) if each.copy != copy.id or each.state == "available"]
        return [*self._from.server_times(copy), *told]

    def destroy(self, copy: Copy) -> CopyState:
        """Let its job end, which nobody can stop, then delete the cluster, once proven to be this run's copy."""
        return self._from.gone(copy) or super().destroy(copy)

    def key(self) -> str | None:
        """The key of the point that would be taken: a vault may have it under its own."""
        return self._from.points.key(self.choose())

    def version(self) -> str:
        """The version of the point that would be taken."""
        return self._from.points.metadata(self.choose()).get("EngineVersion") or super().version()

    def _looks(self) -> list[PreflightCheck]:
        """The looks at the vault, with where the point lies that would be taken."""
        return self._from.looks(self._selection, self._kept)

    @abstractmethod
    def _besides(self, point: RecoveryPoint, said: Mapping[str, Any]) -> dict[str, str | None]:
        """The metadata besides, of what a restore is `said` to give; what is None is left as the point tells it."""

    def _look_at_name(self, copy: Copy) -> str:
        return self._from.name_is_free(copy)

    def _kept(self) -> Kept:
        source = self.described()
        return Kept(source["DBClusterArn"], self.restored.type, self._resource.name, source.get("ClusterCreateTime"))

    def _live(self, copy: Copy) -> Live | None:
        found = self._objects.described(copy.id)
        return CLUSTERS.live(found) if found else None
