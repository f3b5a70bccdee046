"""The lab's imports: what exists already is given to a stack as it is, and AWS's refusals are told."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.lab import Lab
from tests.support.fakes import FakeClock
from tests.support.labs import client

TABLE = """
Resources:
  Store:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Delete
    Properties:
      TableName: orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
"""
IMPORTED = {
    "ResourceType": "AWS::DynamoDB::Table",
    "LogicalResourceId": "Store",
    "ResourceIdentifier": {"TableName": "orders"},
}


@pytest.fixture
def cfn(lab: Lab) -> Any:
    return client(lab, "cloudformation")


@pytest.fixture
def ddb(lab: Lab, clock: FakeClock) -> Any:
    made = client(lab, "dynamodb")
    made.create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    clock.sleep(60)
    made.put_item(TableName="orders", Item={"pk": {"S": "1"}})
    return made


def prepared(cfn: Any, clock: FakeClock, body: str = TABLE, of: Any = IMPORTED, **given: Any) -> dict[str, Any]:
    wanted = {"StackName": "replica", "ChangeSetName": "bring", "ChangeSetType": "IMPORT", "TemplateBody": body}
    made = cfn.create_change_set(**{**wanted, "ResourcesToImport": [of], **given})
    clock.sleep(60)
    found: dict[str, Any] = cfn.describe_change_set(ChangeSetName=made["Id"])
    return found


def executed(cfn: Any, clock: FakeClock, found: dict[str, Any]) -> str:
    assert found["Status"] == "CREATE_COMPLETE", found.get("StatusReason")
    cfn.execute_change_set(ChangeSetName=found["ChangeSetId"])
    clock.sleep(600)
    return str(cfn.describe_stacks(StackName=found["StackId"])["Stacks"][0]["StackStatus"])


def test_a_table_is_brought_into_a_new_stack_as_it_is(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """Its items and its id stay; the stack holds it, and takes it down with itself."""
    before = ddb.describe_table(TableName="orders")["Table"]["TableId"]
    found = prepared(cfn, clock)
    assert found["Changes"][0]["ResourceChange"]["Action"] == "Import"
    assert executed(cfn, clock, found) == "IMPORT_COMPLETE"
    assert ddb.describe_table(TableName="orders")["Table"]["TableId"] == before
    assert ddb.scan(TableName="orders")["Count"] == 1
    held = cfn.list_stack_resources(StackName="replica")["StackResourceSummaries"]
    assert [(each["PhysicalResourceId"], each["ResourceStatus"]) for each in held] == [("orders", "IMPORT_COMPLETE")]
    cfn.delete_stack(StackName="replica")
    clock.sleep(600)
    assert ddb.list_tables()["TableNames"] == []


def test_the_rest_of_a_stack_follows_an_import(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """An update adds what reads the table, whose items are still there."""
    executed(cfn, clock, prepared(cfn, clock))
    more = (
        TABLE
        + "  Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref Store}}\nOutputs: {T: {Value: !Ref Store}}\n"
    )
    update = prepared(cfn, clock, more, ChangeSetType="UPDATE", ChangeSetName="rest", ResourcesToImport=[])
    assert executed(cfn, clock, update) == "UPDATE_COMPLETE"
    assert cfn.describe_stacks(StackName="replica")["Stacks"][0]["Outputs"][0]["OutputValue"] == "orders"
    assert ddb.scan(TableName="orders")["Count"] == 1


def test_a_table_is_brought_into_a_stack_that_is_there(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """What it held stays as it was."""
    queue = "Resources:\n  Queue: {Type: 'AWS::SQS::Queue'}\n"
    made = prepared(cfn, clock, queue, ChangeSetType="CREATE", ChangeSetName="make", ResourcesToImport=[])
    executed(cfn, clock, made)
    both = TABLE + "  Queue: {Type: 'AWS::SQS::Queue'}\n"
    assert executed(cfn, clock, prepared(cfn, clock, both)) == "IMPORT_COMPLETE"
    held = {
        each["LogicalResourceId"] for each in cfn.list_stack_resources(StackName="replica")["StackResourceSummaries"]
    }
    assert held == {"Store", "Queue"}
    assert ddb.scan(TableName="orders")["Count"] == 1


@pytest.mark.parametrize(
    ("body", "of", "told"),
    [
        (TABLE.replace("    DeletionPolicy: Delete\n", ""), {}, "must have DeletionPolicy attribute"),
        (TABLE, {"LogicalResourceId": "Other"}, "[Other] provided in ResourceToImport do not exist in the template."),
        (TABLE, {"ResourceIdentifier": {"TableName": "returns"}}, "does not match template value [orders]"),
        (TABLE, {"ResourceIdentifier": {"Name": "orders"}}, "Expected [TableName]"),
        (TABLE, {"ResourceType": "AWS::S3::Bucket"}, "does not match with resource type defined in the template"),
        (
            TABLE.replace("TableName: orders", "TableName: none"),
            {"ResourceIdentifier": {"TableName": "none"}},
            "was not found",
        ),
        (TABLE + "  Queue: {Type: 'AWS::SQS::Queue'}\n", {}, "you cannot modify or add [Queue]"),
    ],
)
def test_what_aws_does_not_import_fails(
    cfn: Any, ddb: Any, clock: FakeClock, body: str, of: dict[str, Any], told: str
) -> None:
    """Without a policy of deletion, unknown, of another name or type, not there, or not alone: nothing has happened."""
    found = prepared(cfn, clock, body, {**IMPORTED, **of})
    assert found["Status"] == "FAILED"
    assert told in found["StatusReason"]
    assert ddb.scan(TableName="orders")["Count"] == 1


def test_what_is_in_a_stack_is_not_imported_into_another(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """Nor twice into its own."""
    executed(cfn, clock, prepared(cfn, clock))
    other = prepared(cfn, clock, StackName="other")
    assert "already exists in stack" in other["StatusReason"]
    again = prepared(cfn, clock, ChangeSetName="again")
    assert "are already in a stack and cannot be imported" in again["StatusReason"]


def test_an_import_changes_no_outputs(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """Those of a stack that is there come with a later update."""
    queue = "Resources:\n  Queue: {Type: 'AWS::SQS::Queue'}\n"
    made = prepared(cfn, clock, queue, ChangeSetType="CREATE", ChangeSetName="make", ResourcesToImport=[])
    executed(cfn, clock, made)
    both = TABLE + "  Queue: {Type: 'AWS::SQS::Queue'}\nOutputs: {T: {Value: !Ref Store}}\n"
    assert prepared(cfn, clock, both)["StatusReason"].endswith("you cannot modify or add [Outputs]")


def test_a_table_that_went_meanwhile_rolls_the_import_back(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """The stack holds nothing then."""
    found = prepared(cfn, clock)
    ddb.delete_table(TableName="orders")
    clock.sleep(300)
    assert executed(cfn, clock, found) == "IMPORT_ROLLBACK_COMPLETE"
