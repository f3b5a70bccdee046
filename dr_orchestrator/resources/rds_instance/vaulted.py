"""An RDS instance restored from a vault of AWS Backup: by a job, whose instance gets the run's tags after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from dr_orchestrator.aws.backup.restoring import FromVault
from dr_orchestrator.aws.backup.vaults import Kept
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.resources.rds_instance import options
from dr_orchestrator.resources.rds_instance.name import RESTORED
from dr_orchestrator.resources.rds_instance.restore import RdsInstance


class RdsFromVault(RdsInstance):
    """Restores from the recovery points that a vault keeps of an instance."""

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
        self._from = FromVault(RESTORED, self._there, vault, self._live, self._objects.tag)

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As for every instance, and the vault, with where the point lies that would be taken."""
        return [*super().preflight_checks(copy), *self._from.looks(self._selection, self._kept)]

    def choose(self) -> RecoveryPoint:
        """The recovery point that the selection means, of those that the vault has whole."""
        return self._from.points.choose(self._selection, self._kept())

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the vault's points, up to now, and the longest that the making of one took."""
        return self._from.points.worst_case(self._kept(), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Have AWS Backup restore the point, in isolation; elsewhere without what is of the source's region."""
        subnet_group, groups = self._network()
        by_iam = self._overrides()["EnableIAMDatabaseAuthentication"]
        return self._from.ask(
            copy,
            point,
            {
                "DBSubnetGroupName": subnet_group,
                "VpcSecurityGroupIds": json.dumps(list(groups)),
                "DBParameterGroupName": None if self._resource.to is None else self._parameter_group() or "",
                "OptionGroupName": options.given(self._resource, self._group_of(point)),
                "EnableIAMDatabaseAuthentication": None if by_iam is None else str(by_iam).lower(),
            },
        )

    def ready(self, copy: Copy) -> Ready:
        """Wait for the job, then until the instance answers; its identity is known when both have."""
        self._from.made(copy)
        seen = super().ready(copy)
        live = self._objects.described(copy.id)
        return Ready(seen.ago, INSTANCES.identity(live) if live else None, seen.words)

    def destroy(self, copy: Copy) -> CopyState:
        """Let its job end, which nobody can stop, then delete the instance, once proven to be this run's copy."""
        return self._from.gone(copy) or super().destroy(copy)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS Backup began and ended its job, and when RDS says that the instance could be used."""
        told = [each for each in super().server_times(copy) if each.state == "available"]
        return [*self._from.server_times(copy), *told]

    def key(self) -> str | None:
        """The key of the point that would be taken: a vault may have it under its own."""
        return self._from.points.key(self.choose())

    def option_group(self) -> str:
        """The option group of the point that would be taken."""
        return self._group_of(self.choose())

    def _look_at_name(self, copy: Copy) -> str:
        return self._from.name_is_free(copy)

    def _group_of(self, point: RecoveryPoint) -> str:
        return self._from.points.metadata(point).get("OptionGroupName", "")

    def _kept(self) -> Kept:
        source = self.described()
        return Kept(source["DBInstanceArn"], RESTORED.type, self._resource.name, source.get("InstanceCreateTime"))

    def _live(self, copy: Copy) -> Live | None:
        found = self._objects.described(copy.id)
        return INSTANCES.live(found) if found else None
