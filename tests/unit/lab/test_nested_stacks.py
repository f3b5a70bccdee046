"""The lab's stacks in stacks: one change set for each, executed by that of the root, built and taken down together."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.lab import Lab
from tests.support.fakes import FakeClock
from tests.support.labs import client, refused

DATA = b"""
Parameters: {Stage: {Type: String}}
Resources:
  Store:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "shop-${Stage}"
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
Outputs: {Table: {Value: !Ref Store}}
"""
FRONT = b"""
Parameters: {Table: {Type: String}}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${Table}-events"}}
"""
ROOT = """
Resources:
  Data:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: "https://parts.s3.us-east-1.amazonaws.com/data.yaml", Parameters: {Stage: drill}}
  Front:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: "https://s3.amazonaws.com/parts/front.yaml"
      Parameters: {Table: !GetAtt Data.Outputs.Table}
"""


@pytest.fixture
def cfn(lab: Lab) -> Any:
    s3 = client(lab, "s3")
    s3.create_bucket(Bucket="parts")
    s3.put_object(Bucket="parts", Key="data.yaml", Body=DATA)
    s3.put_object(Bucket="parts", Key="front.yaml", Body=FRONT)
    return client(lab, "cloudformation")


def prepared(cfn: Any, clock: FakeClock) -> tuple[dict[str, Any], dict[str, str]]:
    """The root's change set, and those of the stacks within, by logical id."""
    call = {"StackName": "root", "ChangeSetName": "make", "ChangeSetType": "CREATE", "IncludeNestedStacks": True}
    made = cfn.create_change_set(**call, TemplateBody=ROOT, Tags=[{"Key": "run", "Value": "r1"}])
    clock.sleep(60)
    found: dict[str, Any] = cfn.describe_change_set(ChangeSetName=made["Id"])
    changes = [each["ResourceChange"] for each in found["Changes"]]
    return found, {each["LogicalResourceId"]: each["ChangeSetId"] for each in changes}


def statuses(cfn: Any) -> dict[str, str]:
    return {each["StackName"].rsplit("-", 1)[0]: each["StackStatus"] for each in cfn.describe_stacks()["Stacks"]}


def test_each_stack_within_has_a_change_set_of_its_own(cfn: Any, clock: FakeClock) -> None:
    """Its processed template can be read; it is executed and deleted by the root's alone."""
    root, within = prepared(cfn, clock)
    assert sorted(within) == ["Data", "Front"]
    child = cfn.describe_change_set(ChangeSetName=within["Data"])
    assert (child["ParentChangeSetId"], child["RootChangeSetId"]) == (root["ChangeSetId"], root["ChangeSetId"])
    assert child["Parameters"] == [{"ParameterKey": "Stage", "ParameterValue": "drill"}]
    assert cfn.get_template(ChangeSetName=within["Front"])["TemplateBody"] == FRONT.decode()
    assert refused(cfn.execute_change_set, ChangeSetName=within["Data"]) == "ValidationError"
    assert refused(cfn.delete_change_set, ChangeSetName=within["Data"]) == "ValidationError"
    assert statuses(cfn) == {
        "root": "REVIEW_IN_PROGRESS",
        "root-Data": "REVIEW_IN_PROGRESS",
        "root-Front": "REVIEW_IN_PROGRESS",
    }


def test_stacks_within_are_built_in_order_and_taken_down(lab: Lab, cfn: Any, clock: FakeClock) -> None:
    """The outputs of one are the parameters of the next; with the root all are gone."""
    root, _ = prepared(cfn, clock)
    cfn.execute_change_set(ChangeSetName=root["ChangeSetId"])
    clock.sleep(900)
    assert set(statuses(cfn).values()) == {"CREATE_COMPLETE"}
    assert client(lab, "dynamodb").list_tables()["TableNames"] == ["shop-drill"]
    assert client(lab, "sqs").list_queues()["QueueUrls"][0].endswith("/shop-drill-events")
    child = next(each for each in cfn.describe_stacks()["Stacks"] if each["StackName"].startswith("root-Data"))
    assert child["ParentId"] == child["RootId"] == root["StackId"]
    assert child["Tags"] == [{"Key": "run", "Value": "r1"}]
    held = cfn.list_stack_resources(StackName="root")["StackResourceSummaries"]
    assert child["StackId"] in {each["PhysicalResourceId"] for each in held}
    cfn.delete_stack(StackName="root")
    clock.sleep(900)
    assert cfn.describe_stacks()["Stacks"] == []
    assert client(lab, "dynamodb").list_tables()["TableNames"] == []


def test_a_change_set_that_is_deleted_takes_those_within_along(cfn: Any, clock: FakeClock) -> None:
    """And the stacks that were in review for them; the root's stays in review."""
    root, within = prepared(cfn, clock)
    cfn.delete_change_set(ChangeSetName=root["ChangeSetId"])
    assert refused(cfn.describe_change_set, ChangeSetName=within["Data"]) == "ChangeSetNotFound"
    assert statuses(cfn) == {"root": "REVIEW_IN_PROGRESS"}


def test_a_template_that_is_not_there_fails_the_change_set(cfn: Any, clock: FakeClock) -> None:
    """Nothing is executed of it."""
    body = ROOT.replace("front.yaml", "none.yaml")
    call = {"StackName": "root", "ChangeSetName": "make", "ChangeSetType": "CREATE", "IncludeNestedStacks": True}
    made = cfn.create_change_set(**call, TemplateBody=body)
    clock.sleep(60)
    found = cfn.describe_change_set(ChangeSetName=made["Id"])
    assert found["Status"] == "FAILED"
    assert found["StatusReason"].startswith("S3 error:")


def test_a_stack_within_is_made_without_a_change_set_too(cfn: Any, clock: FakeClock) -> None:
    """As CreateStack does it: from the template that lies there at that time; what fails within fails the whole."""
    cfn.create_stack(StackName="root", TemplateBody=ROOT)
    clock.sleep(900)
    assert set(statuses(cfn).values()) == {"CREATE_COMPLETE"}
    cfn.create_stack(StackName="second", TemplateBody=ROOT)
    clock.sleep(1800)
    assert statuses(cfn)["second"] == "ROLLBACK_COMPLETE"
