"""DynamoDB with durations, and restores that hold exactly what the table held at the instant asked for."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import (
    ResourceInUseException,
    ResourceNotFoundException,
    SourceTableNotFoundException,
    TableAlreadyExistsException,
    TableNotFoundException,
)
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult
from moto.kms.models import kms_backends

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import ACCOUNT, naive, world
from dr_orchestrator.resources.dynamodb_table.lab.backups import TableBackup, in_use
from dr_orchestrator.resources.dynamodb_table.lab.table import ERROR, JournalledTable

DATA_PLANE = frozenset(
    (
        "PutItem",
        "GetItem",
        "UpdateItem",
        "DeleteItem",
        "Query",
        "Scan",
        "BatchGetItem",
        "BatchWriteItem",
        "TransactGetItems",
        "TransactWriteItems",
        "ExecuteStatement",
        "BatchExecuteStatement",
        "ExecuteTransaction",
    )
)


class DynamoDb(DynamoDBBackend):
    """One account's DynamoDB in one region."""

    @property
    def _url_module(self) -> Any:
        return import_module("moto.dynamodb.urls")

    def create_table(self, name: str, **given: Any) -> Table:  # type: ignore[override]
        """A table that is being created first."""
        if name in self.tables:
            raise ResourceInUseException(f"Table already exists: {name}")
        table = JournalledTable(  # type: ignore[abstract] # moto's are too
            name, account_id=self.account_id, region=self.region_name, **given
        )
        fate = world().faults.fate("dynamodb", "CreateTable", name)
        table.timeline = passing([("CREATING", lifecycle.CREATE_TABLE)], "ACTIVE", fate)
        self.tables[name] = table
        return table

    def describe_table(self, name: str) -> dict[str, Any]:
        """As moto, unless a fault hides it."""
        described = super().describe_table(name)
        if world().faults.pretends("not-found", "dynamodb", name.rsplit("/", 1)[-1]):
            raise ResourceNotFoundException(table_name=name)
        return described

    def delete_table(self, name: str) -> Table:
        """Deleting takes its time, and is refused while the table is being created."""
        table = cast(JournalledTable, self.get_table(name))
        if table.status != "ACTIVE":
            raise ResourceInUseException(
                f"Attempt to change a resource which is still in use: {table.name} is {table.status}"
            )
        if table.deletion_protection_enabled:
            raise JsonRESTError(
                ERROR + "ValidationException",
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first.",
            )
        if table.pitr_since is not None:
            self._keep_backup(table)
        if world().hurried:
            return self.tables.pop(table.name)
        fate = world().faults.fate("dynamodb", "DeleteTable", table.name)
        table.timeline = passing([("DELETING", lifecycle.DELETE_TABLE)], "GONE", fate)
        if table.timeline.final == "GONE":
            world().agenda.at(table.timeline.ends, lambda: self._remove(table))
        return table

    def _keep_backup(self, table: JournalledTable) -> None:
        """The backup that AWS makes of a table with continuous backups when that is deleted, and keeps for 35 days."""
        self.keep(TableBackup(table, f"{table.name}$DeletedTableBackup", "SYSTEM", world().now()))

    def keep(self, backup: TableBackup) -> TableBackup:
        """Have a backup, whoever made it."""
        self.backups[backup.arn] = backup
        return backup

    def create_backup(self, table_name: str, backup_name: str) -> TableBackup:
        """A backup that is being made first."""
        try:
            table = cast(JournalledTable, self.get_table(table_name))
        except ResourceNotFoundException as missing:
            raise TableNotFoundException(table_name) from missing
        return self.keep(TableBackup(table, backup_name))

    def _remove(self, table: Table) -> None:
        if self.tables.get(table.name) is table:
            del self.tables[table.name]

    def update_item(self, table_name: str, *args: Any, **kwargs: Any) -> Item:
        """As moto, which changes the item in place; remembered."""
        item = super().update_item(table_name, *args, **kwargs)
        cast(JournalledTable, self.get_table(table_name)).remember(world().now(), item.to_json()["Attributes"])
        return item

    def describe_continuous_backups(self, table_name: str) -> dict[str, Any]:
        """With the window by now, which moto freezes when PITR is switched on."""
        try:
            table = cast(JournalledTable, self.get_table(table_name))
        except ResourceNotFoundException as missing:
            raise TableNotFoundException(table_name) from missing
        window = table.window
        if window is None:
            return {
                "ContinuousBackupsStatus": "ENABLED",
                "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
            }
        described = copy.deepcopy(table.continuous_backups)
        described["PointInTimeRecoveryDescription"] |= {
            "EarliestRestorableDateTime": window[0].timestamp(),
            "LatestRestorableDateTime": max(window).timestamp(),
        }
        return described

    def update_continuous_backups(self, table_name: str, point_in_time_spec: dict[str, Any]) -> dict[str, Any]:
        """As moto, remembering since when."""
        super().update_continuous_backups(table_name, point_in_time_spec)
        table = cast(JournalledTable, self.get_table(table_name))
        wanted = point_in_time_spec["PointInTimeRecoveryEnabled"]
        table.pitr_since = (table.pitr_since or world().now()) if wanted else None
        return self.describe_continuous_backups(table_name)

    def restore_to(self, source_name: str, target_name: str, given: Mapping[str, Any]) -> JournalledTable:
        """A new table with what the source held at the instant asked for; one of another region is named by its ARN."""
        try:
            source = cast(JournalledTable, self._named(source_name).get_table(source_name.rpartition("/")[2]))
        except ResourceNotFoundException as missing:
            raise SourceTableNotFoundException(source_name) from missing
        self._free(target_name)
        at = source.instant(given)
        return self._restored(source, target_name, given, source.as_of(at), at)

    def restore_from(self, backup_arn: str, target_name: str, given: Mapping[str, Any]) -> JournalledTable:
        """A new table with what a backup holds, which may be one of another region."""
        backup = cast(TableBackup, self._named(backup_arn).get_backup(backup_arn))
        self._free(target_name)
        if backup.status != "AVAILABLE":
            raise in_use(backup)
        source = cast(JournalledTable, backup.table)
        return self._restored(source, target_name, given, backup.items, backup.at, backup_arn)

    def _named(self, source: str) -> DynamoDb:
        """The backend of what is restored from."""
        region = source.split(":")[3] if source.startswith("arn:") else self.region_name
        return cast(DynamoDb, dynamodb_backends[self.account_id][region])

    def _refuse_to_cross(self, source: JournalledTable, given: Mapping[str, Any]) -> None:
        """Raise where AWS restores none of another region: untold how to encrypt it, or with a key that is not here."""
        wanted = given.get("SSESpecificationOverride")
        if source.region_name != self.region_name and not wanted:
            raise JsonRESTError(ERROR + "ValidationException", "SSESpecificationOverride is required across Regions.")
        key = (wanted or {}).get("KMSMasterKeyId", "")
        if source.region_name != self.region_name and key and self._arn_of(key) is None:
            raise JsonRESTError(ERROR + "ValidationException", f"KMS key {key} does not exist in this Region.")

    def _arn_of(self, key: str) -> str | None:
        """The ARN of a key of the region, by whatever it is named; None where it has none such."""
        kms = kms_backends[self.account_id][self.region_name]
        if key.startswith("alias/") and not kms.alias_exists(key):
            return None
        found = kms.keys.get(kms.any_id_to_key_id(key))
        return found.arn if found else None

    def _encryption(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The encryption as it is asked for, with the ARN of its key, as a table tells it."""
        key = wanted.get("KMSMasterKeyId", "")
        return {**wanted, **({"KMSMasterKeyId": self._arn_of(key) or key} if key else {})}

    def _free(self, name: str) -> None:
        if name in self.tables:
            raise TableAlreadyExistsException(name)

    def _restored(
        self,
        source: JournalledTable,
        name: str,
        given: Mapping[str, Any],
        items: Iterable[Mapping[str, Any]],
        at: datetime,
        backup: str = "",
    ) -> JournalledTable:
        self._refuse_to_cross(source, given)
        made = self._copy(source, name, given)
        for attributes in items:
            Table.put_item(made, copy.deepcopy(dict(attributes)))
            made.remember(at, attributes)
        # RestoreDateTime is the instant that was restored, not when it was done.
        made.restore = {"SourceTableArn": source.table_arn, "RestoreDateTime": naive(at)}
        if backup:
            made.restore["SourceBackupArn"] = backup
        operation = "RestoreTableFromBackup" if backup else "RestoreTableToPointInTime"
        fate = world().faults.fate("dynamodb", operation, name)
        made.timeline = passing([("CREATING", lifecycle.RESTORE_TABLE)], "ACTIVE", fate)
        self.tables[name] = made
        return made

    def _copy(self, source: JournalledTable, name: str, given: Mapping[str, Any]) -> JournalledTable:
        wanted = given.get("SSESpecificationOverride")
        # As AWS: keys, indexes, capacity and encryption are restored; tags, TTL, streams and PITR are not.
        made = JournalledTable(  # type: ignore[abstract] # moto's are too
            name,
            account_id=self.account_id,
            region=self.region_name,
            schema=copy.deepcopy(source.schema),
            attr=copy.deepcopy(source.attr),
            throughput=copy.deepcopy(source.throughput),
            billing_mode=given.get("BillingModeOverride") or source.billing_mode,
            sse_specification=self._encryption(wanted) if wanted else copy.deepcopy(source.sse_specification),
        )
        made.indexes = copy.deepcopy(source.indexes)
        made.global_indexes = copy.deepcopy(source.global_indexes)
        return made


def unreachable(region: str, action: str, body: Mapping[str, Any]) -> bool:
    """Whether a call is for the data of a table that is being created or deleted; moto always serves it."""
    if action not in DATA_PLANE:
        return False
    tables = dynamodb_backends[ACCOUNT][region].tables
    named = (tables.get(name.rsplit("/", 1)[-1]) for name in table_names(body))
    return any(isinstance(table, JournalledTable) and table.status in ("CREATING", "DELETING") for table in named)


def _restore(self: DynamoHandler) -> ActionResult:
    """moto drops every parameter but the two names."""
    given = self.body
    source = given.get("SourceTableName") or given.get("SourceTableArn", "")
    made = cast(DynamoDb, self.dynamodb_backend).restore_to(source, given["TargetTableName"], given)
    return DynamoResult(made.describe())


def table_names(body: Any) -> Iterator[str]:
    """Every table that a request names, however deep."""
    if isinstance(body, list):
        for each in body:
            yield from table_names(each)
    if isinstance(body, dict):
        if isinstance(body.get("TableName"), str):
            yield body["TableName"]
        yield from body["RequestItems"] if isinstance(body.get("RequestItems"), dict) else ()
        for key in ("TransactItems", "Put", "Update", "Delete", "Get", "ConditionCheck"):
            yield from table_names(body.get(key))


def _restore_backup(self: DynamoHandler) -> ActionResult:
    """moto drops every parameter but the two names, and has the table at once."""
    given = self.body
    made = cast(DynamoDb, self.dynamodb_backend).restore_from(given["BackupArn"], given["TargetTableName"], given)
    return DynamoResult(made.describe())


PATCHES = (
    (DynamoHandler, "restore_table_to_point_in_time", _restore),
    (DynamoHandler, "restore_table_from_backup", _restore_backup),
)
