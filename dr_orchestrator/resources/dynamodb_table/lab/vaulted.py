"""The recovery points that AWS Backup keeps of tables, and how it makes one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator.lab.cloud.vaulting import Kept, Restores
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, world
from dr_orchestrator.resources.dynamodb_table.lab.backend import DynamoDb
from dr_orchestrator.resources.dynamodb_table.lab.table import JournalledTable


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


def back_up(vault: str, table: str, at: datetime | None = None) -> Kept:
    """Keep a table in a vault as it was at an instant: AWS Backup's advanced features have a copy of their own."""
    arn = _backend().get_table(table).table_arn
    return vaults().keep(vault, arn, "DynamoDB", at or world().now())


def _metadata(arn: str) -> Mapping[str, str]:
    found: Any = _backend().tables.get(arn.rpartition("/")[2])
    if found is None:
        return {}
    key = (found.sse_specification or {}).get("KMSMasterKeyId")
    encrypted = {"encryptionType": "KMS", "kmsMasterKeyArn": key} if key else {"encryptionType": "Default"}
    return {"targetTableName": str(found.name), "deletionProtection": "true", **encrypted}


def _restore(point: Kept, metadata: Mapping[str, str]) -> _Making:
    """A table of the point; the key is as it is given, and by default AWS's own."""
    backend, name = _backend(), metadata["targetTableName"]
    source = cast(JournalledTable, backend.get_table(point.arn.rpartition("/")[2]))
    backend._free(name)
    key = metadata.get("kmsMasterKeyArn")
    given = {"SSESpecificationOverride": {"Enabled": bool(key), **({"KMSMasterKeyId": key} if key else {})}}
    made = backend._restored(source, name, given, source.as_of(point.at), point.at, point.point)
    made.deletion_protection_enabled = metadata.get("deletionProtection") == "true"
    return _Making(made)


def _backend() -> DynamoDb:
    return cast(DynamoDb, dynamodb_backends[ACCOUNT][REGION])


VAULTED = {"DynamoDB": Restores(_metadata, _restore, ("targetTableName",))}
