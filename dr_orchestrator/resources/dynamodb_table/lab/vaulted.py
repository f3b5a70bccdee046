"""The recovery points that AWS Backup keeps of tables, and how it makes one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator.lab.cloud.vaulting import TAKES, Kept, Restores
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, world
from dr_orchestrator.resources.dynamodb_table.lab.backend import DynamoDb
from dr_orchestrator.resources.dynamodb_table.lab.backups import without_items
from dr_orchestrator.resources.dynamodb_table.lab.table import JournalledTable


@dataclass(frozen=True)
class _Held:
    """The content of a recovery point: the table as it was laid out, and its items."""

    table: JournalledTable
    items: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class _Making:
    table: JournalledTable

    @property
    def arn(self) -> str:
        """Of the table."""
        return str(self.table.table_arn)

    @property
    def ends(self) -> datetime:
        """When it is active."""
        return self.table.timeline.ends

    @property
    def state(self) -> str:
        """AWS Backup waits until it is active."""
        return {"ACTIVE": "COMPLETED", "CREATING": "RUNNING"}.get(str(self.table.status), "FAILED")


def back_up(vault: str, table: str, at: datetime | None = None, region: str = REGION, took: timedelta = TAKES) -> Kept:
    """Keep a table in a vault as it was at an instant: AWS Backup's advanced features have a copy of their own.

    `region` is that of the vault, into which it was copied where it is another, within what it `took` altogether.
    """
    arn = _backend().get_table(table).table_arn
    return vaults(region).keep(vault, arn, "DynamoDB", at or world().now(), took=took)


def _metadata(arn: str) -> Mapping[str, str]:
    found: Any = _backend(arn).tables.get(arn.rpartition("/")[2])
    if found is None:
        return {}
    key = (found.sse_specification or {}).get("KMSMasterKeyId")
    encrypted = {"encryptionType": "KMS", "kmsMasterKeyArn": key} if key else {"encryptionType": "Default"}
    return {"targetTableName": str(found.name), "deletionProtection": "true", **encrypted}


def _holds(arn: str, at: datetime) -> _Held | None:
    """The layout and the items of a table as of an instant; None where there is no such table."""
    found: Any = _backend(arn).tables.get(arn.rpartition("/")[2])
    return _Held(without_items(found), list(found.as_of(at))) if found is not None else None


def _restore(point: Kept, metadata: Mapping[str, str]) -> _Making:
    """A table of the point, in the region of its vault; the key is as it is given, and by default AWS's own."""
    place = dynamodb_backends[point.into or ACCOUNT][point.point.split(":")[3]]
    backend, name = cast(DynamoDb, place), metadata["targetTableName"]
    held = cast(_Held, point.held)
    backend._free(name)
    key = metadata.get("kmsMasterKeyArn")
    given = {"SSESpecificationOverride": {"Enabled": bool(key), **({"KMSMasterKeyId": key} if key else {})}}
    made = backend._restored(held.table, name, given, held.items, point.at, point.point)
    made.deletion_protection_enabled = metadata.get("deletionProtection") == "true"
    return _Making(made)


def _backend(of: str = "") -> DynamoDb:
    """The tables of the place that an ARN tells, else of the lab's own."""
    region, account = of.split(":")[3:5] if of else (REGION, ACCOUNT)
    return cast(DynamoDb, dynamodb_backends[account][region])


VAULTED = {"DynamoDB": Restores(_metadata, _restore, ("targetTableName",), _holds)}
