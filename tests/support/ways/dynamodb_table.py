"""The way to make a copy of a DynamoDB table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.dynamodb_table import table
from dr_orchestrator.resources.dynamodb_table.backups import TableBackup
from dr_orchestrator.resources.dynamodb_table.lab.vaulted import back_up
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from dr_orchestrator.resources.dynamodb_table.vaulted import TableFromVault
from tests.support.elsewhere import ALIAS, AWAY, copied_points
from tests.support.estate import REGION, TABLE, VAULT, Estate
from tests.support.ways import Spec, Way
from tests.support.ways.troubles import POINT, SOURCE, Never, Outlived, out_of_vault, switched_off, without


def _copied(made: Estate) -> None:
    """Three points of the table in the vault of the other region, as a plan of AWS Backup copies them there."""
    copied_points(made, lambda at: back_up(VAULT.name, TABLE.id, at, AWAY, timedelta(minutes=2)))


def _foreign(way: Way, tags: list[dict[str, str]]) -> None:
    way.client("dynamodb").create_table(
        TableName=way.copy.id,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=tags,
    )


def _remove(way: Way) -> None:
    way.client("dynamodb").delete_table(TableName=way.copy.id)


def _described(made: Estate) -> dict[str, Any]:
    return dict(made.client("dynamodb").describe_table(TableName=TABLE.id)["Table"])


def _backend() -> Any:
    return dynamodb_backends[ACCOUNT][REGION]


def _held(way: Way) -> int:
    """The items of a copy."""
    return int(way.client("dynamodb").scan(TableName=way.copy.id, Select="COUNT")["Count"])


_GONE = {SOURCE: lambda _: without(_backend().tables, TABLE.id)}
_OUTLIVED = {SOURCE: Outlived(_GONE[SOURCE], _held)}
_FULL = ("LimitExceededException",)

PITR = Spec(
    name="dynamodb",
    type=TABLE.type,
    kind=Kind.PITR_RESTORE,
    source=TABLE,
    restorer=lambda way: DynamoTable(way.resource, way.selection, way.made.toolkit),
    ask="RestoreTableToPointInTime",
    delete="DeleteTable",
    foreign=_foreign,
    remove=_remove,
    described=_described,
    identity=table.identity,
    proving=("DescribeTable", "ListTagsOfResource"),
    dies=("INACCESSIBLE_ENCRYPTION_CREDENTIALS", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"),
    hangs="was still 'CREATING'",
    pointless=({"kind": "pitr-off"}, "point-in-time recovery is switched off for table sessions-prod"),
    paged={"dynamodb.ListTables": ("Limit", 1)},
    vanishes={**_GONE, POINT: lambda _: switched_off("dynamodb", TABLE.id)},
    full={"RestoreTableToPointInTime": _FULL},
    mistaken=Never("DynamoDB has tables alone under such names"),
)
BACKUP = replace(
    PITR,
    name="dynamodb-backup",
    kind=Kind.SNAPSHOT_RESTORE,
    restorer=lambda way: TableBackup(way.resource, way.selection, way.made.toolkit),
    ask="RestoreTableFromBackup",
    pointless=({"kind": "no-snapshot"}, "no available backup of sessions-prod"),
    paged={"dynamodb.ListBackups": ("Limit", 1), "dynamodb.ListTables": ("Limit", 1)},
    vanishes={**_GONE, POINT: lambda point: without(_backend().backups, point.id)},
    full={"RestoreTableFromBackup": (*_FULL, "BackupInUseException")},
)
VAULTED = replace(
    BACKUP,
    name="dynamodb-vault",
    restorer=lambda way: TableFromVault(way.resource, way.selection, way.made.toolkit, VAULT),
    ask="StartRestoreJob",
    dies=("FAILED", "ended as 'FAILED': asked for by a fault"),
    hangs="was still 'PENDING'",
    pointless=(
        {"kind": "no-snapshot", "service": "backup"},
        "no available recovery point of sessions in vault",
    ),
    paged={"backup.ListRecoveryPointsByBackupVault": ("MaxResults", 1), "dynamodb.ListTables": ("Limit", 1)},
    vault=VAULT,
    vanishes={**_OUTLIVED, POINT: lambda point: out_of_vault(point, REGION)},
    full={"StartRestoreJob": _FULL},
)
AWAY_PITR = replace(
    PITR,
    name="dynamodb-elsewhere",
    source=replace(TABLE, to=Destination(AWAY, key=ALIAS)),
    paged={},  # the listings are the same, of a region with fewer tables
)
AWAY_VAULTED = replace(
    VAULTED,
    name="dynamodb-vault-elsewhere",
    source=replace(TABLE, to=Destination(AWAY, key=ALIAS, standing=True)),
    before=_copied,
    paged={},
    vanishes={**_OUTLIVED, POINT: lambda point: out_of_vault(point, AWAY)},
)
WAYS = (PITR, BACKUP, VAULTED, AWAY_PITR, AWAY_VAULTED)
