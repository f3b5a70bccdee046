"""The lab's DynamoDB restores exactly what was there, and refuses what AWS refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from dr_orchestrator.lab import Lab
from tests.support.fakes import FakeClock
from tests.support.labs import client, refused, wait_while

TABLE, COPY = "config", "config-copy"


@pytest.fixture
def ddb(lab: Lab) -> Any:
    return client(lab, "dynamodb")


@pytest.fixture
def table(ddb: Any, clock: FakeClock) -> str:
    ddb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True},
        Tags=[{"Key": "env", "Value": "production"}],
    )
    clock.sleep(60)
    ddb.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return TABLE


def item(key: str, value: int) -> dict[str, Any]:
    return {"pk": {"S": key}, "value": {"N": str(value)}}


def contents(ddb: Any, name: str) -> dict[str, str]:
    return {each["pk"]["S"]: each["value"]["N"] for each in ddb.scan(TableName=name)["Items"]}


def restored(ddb: Any, clock: FakeClock, at: datetime) -> dict[str, str]:
    ddb.restore_table_to_point_in_time(SourceTableName=TABLE, TargetTableName=COPY, RestoreDateTime=at)
    wait_while(clock, "CREATING", lambda: status(ddb))
    return contents(ddb, COPY)


def status(ddb: Any) -> str:
    return str(ddb.describe_table(TableName=COPY)["Table"]["TableStatus"])


def test_a_restore_holds_what_the_table_held_at_that_instant(ddb: Any, clock: FakeClock, table: str) -> None:
    """Put, update, delete, batch and transaction after the instant are undone; what was deleted is back."""
    for key in ("updated", "deleted", "replaced", "in-transaction"):
        ddb.put_item(TableName=table, Item=item(key, 1))
    clock.sleep(60)
    instant = clock.now()
    clock.sleep(60)
    ddb.update_item(
        TableName=table,
        Key={"pk": {"S": "updated"}},
        UpdateExpression="SET #v = :v",
        ExpressionAttributeNames={"#v": "value"},
        ExpressionAttributeValues={":v": {"N": "2"}},
    )
    ddb.delete_item(TableName=table, Key={"pk": {"S": "deleted"}})
    ddb.batch_write_item(
        RequestItems={table: [{"PutRequest": {"Item": item("replaced", 2)}}, {"PutRequest": {"Item": item("new", 2)}}]}
    )
    ddb.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item("in-transaction", 2)}}])
    clock.sleep(600)
    assert restored(ddb, clock, instant) == {"updated": "1", "deleted": "1", "replaced": "1", "in-transaction": "1"}
    assert contents(ddb, table) == {"updated": "2", "replaced": "2", "new": "2", "in-transaction": "2"}


def test_a_transaction_that_failed_is_in_no_restore(ddb: Any, clock: FakeClock, table: str) -> None:
    """A transaction that failed has left nothing behind, in the table or in its past."""
    ddb.put_item(TableName=table, Item=item("kept", 1))
    failing = {"Put": {"TableName": table, "Item": item("kept", 9), "ConditionExpression": "attribute_not_exists(pk)"}}
    transaction = [{"Put": {"TableName": table, "Item": item("other", 9)}}, failing]
    assert refused(ddb.transact_write_items, TransactItems=transaction) == "TransactionCanceledException"
    instant = clock.now()
    clock.sleep(600)
    assert restored(ddb, clock, instant) == {"kept": "1"}


def test_a_table_being_restored_cannot_be_read_nor_deleted(ddb: Any, clock: FakeClock, table: str) -> None:
    """While CREATING there is a summary but no data, and deleting is refused."""
    ddb.put_item(TableName=table, Item=item("a", 1))
    clock.sleep(600)
    ddb.restore_table_to_point_in_time(SourceTableName=table, TargetTableName=COPY, UseLatestRestorableTime=True)
    found = ddb.describe_table(TableName=COPY)["Table"]
    assert found["TableStatus"] == "CREATING"
    assert found["RestoreSummary"]["RestoreInProgress"] is True
    assert refused(ddb.scan, TableName=COPY) == "ResourceNotFoundException"
    assert refused(ddb.batch_get_item, RequestItems={COPY: {"Keys": [{"pk": {"S": "a"}}]}}) == (
        "ResourceNotFoundException"
    )
    assert refused(ddb.delete_table, TableName=COPY) == "ResourceInUseException"
    took = wait_while(clock, "CREATING", lambda: status(ddb))
    assert timedelta(minutes=8) < took < timedelta(minutes=12)
    assert ddb.describe_table(TableName=COPY)["Table"]["RestoreSummary"]["RestoreInProgress"] is False


def test_encryption_is_restored_and_tags_are_not(ddb: Any, clock: FakeClock, table: str) -> None:
    """A copy is as encrypted as its source, and carries none of its tags."""
    clock.sleep(600)
    made = ddb.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=COPY, UseLatestRestorableTime=True
    )["TableDescription"]
    assert made["SSEDescription"]["Status"] == "ENABLED"
    assert ddb.list_tags_of_resource(ResourceArn=made["TableArn"])["Tags"] == []


def test_an_instant_outside_the_window_is_refused(ddb: Any, clock: FakeClock, table: str) -> None:
    """The latest restorable time lags five minutes behind, and is kept to."""
    clock.sleep(3600)
    recovery = ddb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    window = recovery["PointInTimeRecoveryDescription"]
    assert clock.now() - window["LatestRestorableDateTime"] == timedelta(minutes=5)
    names = {"SourceTableName": table, "TargetTableName": COPY}
    for at in (
        window["LatestRestorableDateTime"] + timedelta(seconds=2),
        window["EarliestRestorableDateTime"] - timedelta(seconds=2),
    ):
        assert refused(ddb.restore_table_to_point_in_time, **names, RestoreDateTime=at) == "InvalidRestoreTimeException"


def test_without_recovery_switched_on_there_is_no_restore(ddb: Any, clock: FakeClock, table: str) -> None:
    """PITR that is off is said to be off, and restores nothing."""
    off = {"PointInTimeRecoveryEnabled": False}
    ddb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=off)
    asked = {"SourceTableName": table, "TargetTableName": COPY, "UseLatestRestorableTime": True}
    assert refused(ddb.restore_table_to_point_in_time, **asked) == "PointInTimeRecoveryUnavailableException"


def test_deleting_a_table_takes_time_and_keeps_to_its_protection(ddb: Any, clock: FakeClock, table: str) -> None:
    """A protected table stays; an unprotected one is DELETING before it is gone."""
    ddb.update_table(TableName=table, DeletionProtectionEnabled=True)
    assert refused(ddb.delete_table, TableName=table) == "ValidationException"
    ddb.update_table(TableName=table, DeletionProtectionEnabled=False)
    ddb.delete_table(TableName=table)
    assert ddb.describe_table(TableName=table)["Table"]["TableStatus"] == "DELETING"
    clock.sleep(120)
    assert refused(ddb.describe_table, TableName=table) == "ResourceNotFoundException"


def test_a_table_with_recovery_leaves_a_backup_of_the_systems(ddb: Any, clock: FakeClock, table: str) -> None:
    """DynamoDB makes it by itself when such a table is deleted; of one without, none."""
    clock.sleep(3600)
    ddb.restore_table_to_point_in_time(SourceTableName=table, TargetTableName=COPY, UseLatestRestorableTime=True)
    wait_while(clock, "CREATING", lambda: status(ddb))
    for name in (table, COPY):
        ddb.delete_table(TableName=name)
    left = ddb.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    assert [(each["TableName"], each["BackupType"]) for each in left] == [(table, "SYSTEM")]
