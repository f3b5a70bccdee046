"""A DynamoDB table restored from a vault of AWS Backup: by a job, whose table gets the run's tags after it."""

from __future__ import annotations

from datetime import datetime

from dr_orchestrator.aws.backup.restoring import FromVault
from dr_orchestrator.aws.backup.vaults import Kept
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.resources.dynamodb_table import table
from dr_orchestrator.resources.dynamodb_table.crossing import arn_there
from dr_orchestrator.resources.dynamodb_table.name import RESTORED
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable


class TableFromVault(DynamoTable):
    """Restores a table from the recovery points that a vault keeps of it."""

    def __init__(
        self, resource: Resource, selection: Selection | None, toolkit: Toolkit, vault: Vault | None = None
    ) -> None:
        """Without a vault it only takes copies down."""
        super().__init__(resource, selection, toolkit)
        self._from = FromVault(RESTORED, self._there, vault, self._shown, self._tag)

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As for every table, and the vault, with where the point lies that would be taken."""
        return [*super().preflight_checks(copy), *self._from.looks(self._selection, self._kept)]

    def choose(self) -> RecoveryPoint:
        """The recovery point that the selection means, of those that the vault has whole."""
        return self._from.points.choose(self._selection, self._kept())

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the vault's points, up to now, and the longest that the making of one took."""
        return self._from.points.worst_case(self._kept(), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Have AWS Backup restore the point."""
        return self._from.ask(copy, point, self._encrypted())

    def ready(self, copy: Copy) -> Ready:
        """Wait for the job, then until the table is active; its identity is known when both have ended."""
        self._from.made(copy)
        seen = super().ready(copy)
        live = table.describe(self._copies, copy.id)
        return Ready(seen.ago, table.identity(live) if live else None, seen.words)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When AWS Backup began its job, and when that ended."""
        return self._from.server_times(copy)

    def destroy(self, copy: Copy) -> CopyState:
        """Let its job end, which nobody can stop, then delete the table, once proven to be this run's copy."""
        return self._from.gone(copy) or super().destroy(copy)

    def _encrypted(self) -> dict[str, str | None]:
        """The encryption of a copy in another region: a point tells the key of its table, which is none there."""
        if (to := self._resource.to) is None:
            return {}
        key = arn_there(self._there, to)
        return {"encryptionType": "KMS" if key else "Default", "kmsMasterKeyArn": key or ""}

    def _look_at_name(self, copy: Copy) -> str:
        return self._from.name_is_free(copy)

    def _kept(self) -> Kept:
        source = self.described()
        return Kept(source["TableArn"], RESTORED.type, self._resource.name, source.get("CreationDateTime"))

    def _shown(self, copy: Copy) -> Live | None:
        found = table.describe(self._copies, copy.id)
        if found is None:
            return None
        worn, made = table.tags(self._copies, found), found["CreationDateTime"]
        return Live(found["TableName"], table.unique_id(found), worn, created_at=made)
