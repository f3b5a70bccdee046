"""Backups of tables, on demand and of AWS Backup: each holds what its table held at its instant, from then on."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Backup
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.lifecycle import passing, settled
from dr_orchestrator.lab.cloud.world import naive, world
from dr_orchestrator.resources.dynamodb_table.lab.table import ERROR, JournalledTable

_PAGE = 100
_OF_ALL = ("USER", "SYSTEM")
"""The types that `ALL` lists, by AWS's documentation: those of AWS Backup have to be asked for by their own."""


class TableBackup(Backup):
    """A backup with the items of its instant; moto's would copy the whole history of its table."""

    def __init__(self, table: JournalledTable, name: str, type_: str = "USER", at: datetime | None = None) -> None:
        """Of `at`, it is there already; else it is being made from now on."""
        self.region_name, self.account_id = table.region_name, table.account_id
        self.name, self.type, self.at = name, type_, at or world().now()
        self.creation_date_time = naive(self.at)
        self.identifier = self._make_identifier()
        self.items = [copy.deepcopy(attributes) for attributes in table.as_of(self.at)]
        self.timeline = settled("AVAILABLE") if at else passing([("CREATING", lifecycle.BACK_UP_TABLE)], "AVAILABLE")
        self.table = without_items(table)

    @property
    def status(self) -> str:
        """The state by now."""
        return self.timeline.at(world().now())

    @status.setter
    def status(self, state: str) -> None:
        self.timeline = settled(state)

    @property
    def details(self) -> dict[str, Any]:
        """As moto, with its own size."""
        return {**super().details, **self._size}

    @property
    def summary(self) -> dict[str, Any]:
        """As moto, with its own size, and the id of its table, whose name may have been another's."""
        return {**super().summary, **self._size, "TableId": cast(JournalledTable, self.table).id}

    @property
    def _size(self) -> dict[str, int]:
        return {"BackupSizeBytes": sum(len(json.dumps(each)) for each in self.items)}


def without_items(table: JournalledTable) -> JournalledTable:
    """The table as it is set up by now."""
    kept = copy.copy(table)
    kept.history = {}
    for of in ("schema", "attr", "throughput", "indexes", "global_indexes", "sse_specification"):
        setattr(kept, of, copy.deepcopy(getattr(table, of)))
    return kept


def in_use(backup: TableBackup) -> JsonRESTError:
    """The refusal of a backup that is being made."""
    return JsonRESTError(
        ERROR + "BackupInUseException",
        f"There is another ongoing conflicting backup control plane operation on the backup: {backup.arn}",
    )


def _page(found: Sequence[Backup], given: Mapping[str, Any]) -> dict[str, Any]:
    """The backups after the one that the last page ended with; moto tells all at once."""
    after, most = given.get("ExclusiveStartBackupArn"), min(int(given.get("Limit") or _PAGE), _PAGE)
    first = next((index for index, each in enumerate(found, 1) if each.arn == after), 0)
    page = found[first : first + most]
    more = {"LastEvaluatedBackupArn": page[-1].arn} if len(found) > first + most else {}
    return {"BackupSummaries": [each.summary for each in page], **more}


def _asked_for(found: Sequence[Backup], given: Mapping[str, Any]) -> Iterator[Backup]:
    wanted = given.get("BackupType") or "USER"
    types = _OF_ALL if wanted == "ALL" else (wanted,)
    hidden = world().faults.pretends
    for each in sorted(found, key=lambda each: (each.creation_date_time, each.arn)):
        if each.type in types and not hidden("no-snapshot", "dynamodb", each.table.name):
            yield each


def _list(self: DynamoHandler) -> ActionResult:
    """moto tells every type, and all at once."""
    found = self.dynamodb_backend.list_backups(self.body.get("TableName"))
    return DynamoResult(_page(list(_asked_for(found, self.body)), self.body))


PATCHES = ((DynamoHandler, "list_backups", _list),)
