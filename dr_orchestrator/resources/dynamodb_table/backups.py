"""Backups of DynamoDB tables that were made on demand, by hand or by AWS Backup: each holds one instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dr_orchestrator.aws import points
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.resource_type.traits import Traits
from dr_orchestrator.resources.dynamodb_table.restore import GIB, QUOTA, DynamoTable

_LISTING = "dynamodb:ListBackups"
TYPES = ("ALL", "AWS_BACKUP")
"""The types of the listing: by its documentation `ALL` are the user's own and the system's, not those of AWS Backup."""


class TableBackup(DynamoTable):
    """Restores a table from one of its backups."""

    # A backup is restored to one table at a time: another drill may be at it.
    waited_out = QUOTA | {"BackupInUseException"}

    def choose(self) -> RecoveryPoint:
        """The backup that the selection means, of those that are available, by the instants of their data."""
        hint = "has the first been made? `aws dynamodb create-backup`, or a plan of AWS Backup, makes one"
        told = points.Told(self._resource.id, _LISTING, hint, "backup")
        return points.choose(self._points(), self._selection, self._toolkit, told)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between the backups' instants, up to now.

        AWS tells neither how long one took nor for how long they are kept: what was before the oldest is not known.
        """
        times = points.rhythm((point.data_time for point in self._points()), until, 0, None)
        return points.worst_case(times, until, None, "backup")

    def _restore(self, point: RecoveryPoint, copy: Copy) -> Mapping[str, Any]:
        return self._copies.named(
            *("RestoreTableFromBackup", "TableDescription", "TableName", copy.id),
            BackupArn=point.id,
            TargetTableName=copy.id,
            **self._encryption(),
        )

    def _points(self) -> list[RecoveryPoint]:
        """Those of this very table: its name may have been another's before, whose backups outlive it."""
        ours = self._source().get("TableId")
        return [
            _point(each, self._resource.name)
            for each in self._listed()
            if each.get("BackupStatus") == "AVAILABLE" and each.get("TableId", ours) == ours
        ]

    def _listed(self) -> list[Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for kind in TYPES:
            told = self._api.pages("ListBackups", "BackupSummaries", TableName=self._resource.id, BackupType=kind)
            found |= {each["BackupArn"]: each for each in told}
        return list(found.values())


def _point(backup: Mapping[str, Any], store: str) -> RecoveryPoint:
    """A backup holds its table as of the instant at which it was asked for."""
    return RecoveryPoint(
        id=backup["BackupArn"],
        kind=PointKind.SNAPSHOT,
        data_time=backup["BackupCreationDateTime"],
        data_time_source="BackupCreationDateTime",
        created_at=backup["BackupCreationDateTime"],
        size_gib=round(int(backup.get("BackupSizeBytes") or 0) / GIB) or None,
        store=store,
        traits=Traits(size=backup.get("BackupSizeBytes")),
    )
