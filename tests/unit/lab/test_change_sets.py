"""The lab's change sets: prepared in lab time, of templates as AWS processes them, executed once and by root alone."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from dr_orchestrator.lab import Lab
from tests.support.fakes import FakeClock
from tests.support.labs import client, refused, wait_while

TABLE = """
Parameters:
  Name: {Type: String, Default: orders}
Resources:
  Store:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Ref Name
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
"""
TAGS = [{"Key": "dr-drill:run", "Value": "r1"}]


@pytest.fixture
def cfn(lab: Lab) -> Any:
    return client(lab, "cloudformation")


def prepare(cfn: Any, body: str = TABLE, **given: Any) -> dict[str, Any]:
    wanted = {"StackName": "replica", "ChangeSetName": "make", "ChangeSetType": "CREATE", "TemplateBody": body}
    made: dict[str, Any] = cfn.create_change_set(**{**wanted, **given})
    return made


def described(cfn: Any, change_set: str) -> dict[str, Any]:
    found: dict[str, Any] = cfn.describe_change_set(ChangeSetName=change_set)
    return found


def status_of(cfn: Any, stack: str) -> str:
    return str(cfn.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])


def ready(cfn: Any, clock: FakeClock, body: str = TABLE, **given: Any) -> dict[str, Any]:
    made = prepare(cfn, body, **given)
    clock.sleep(60)
    return described(cfn, made["Id"])


def message(call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**given)
    return str(error.value.response["Error"]["Message"])


def test_a_change_set_is_prepared_in_lab_time(cfn: Any, clock: FakeClock) -> None:
    """It is pending, in progress, then complete; only then it can be executed, and its processed template read."""
    made = prepare(cfn)
    first = described(cfn, made["Id"])
    assert (first["Status"], first["ExecutionStatus"], first["Changes"]) == ("CREATE_PENDING", "UNAVAILABLE", [])
    assert refused(cfn.execute_change_set, ChangeSetName=made["Id"]) == "InvalidChangeSetStatus"
    assert refused(cfn.get_template, ChangeSetName=made["Id"], TemplateStage="Processed") == "ValidationError"
    assert cfn.get_template(ChangeSetName=made["Id"], TemplateStage="Original")["StagesAvailable"] == ["Original"]
    clock.sleep(3)
    assert described(cfn, made["Id"])["Status"] == "CREATE_IN_PROGRESS"
    clock.sleep(20)
    last = described(cfn, made["Id"])
    assert (last["Status"], last["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert last["Changes"][0]["ResourceChange"]["LogicalResourceId"] == "Store"
    assert cfn.get_template(ChangeSetName=made["Id"])["TemplateBody"] == TABLE


def test_the_stack_is_in_review_until_it_is_executed(cfn: Any, clock: FakeClock) -> None:
    """It has no tags and nothing in it before; afterwards it is built, and wears the tags of the change set."""
    made = ready(cfn, clock, Tags=TAGS)
    found = cfn.describe_stacks(StackName="replica")["Stacks"][0]
    assert (found["StackStatus"], found["Tags"]) == ("REVIEW_IN_PROGRESS", [])
    assert made["Tags"] == TAGS
    assert cfn.list_stack_resources(StackName="replica")["StackResourceSummaries"] == []
    cfn.execute_change_set(ChangeSetName=made["ChangeSetId"])
    assert described(cfn, made["ChangeSetId"])["ExecutionStatus"] == "EXECUTE_IN_PROGRESS"
    wait_while(clock, "CREATE_IN_PROGRESS", lambda: status_of(cfn, "replica"))
    found = cfn.describe_stacks(StackName="replica")["Stacks"][0]
    assert (found["StackStatus"], found["Tags"]) == ("CREATE_COMPLETE", TAGS)
    assert described(cfn, made["ChangeSetId"])["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert refused(cfn.execute_change_set, ChangeSetName=made["ChangeSetId"]) == "InvalidChangeSetStatus"


def test_a_stack_in_review_takes_its_name_and_is_deleted_at_once(cfn: Any, clock: FakeClock) -> None:
    """Its name is taken for CreateStack, not for another change set; deleted, it goes with its change sets."""
    made = ready(cfn, clock)
    assert refused(cfn.create_stack, StackName="replica", TemplateBody=TABLE) == "AlreadyExistsException"
    other = prepare(cfn, ChangeSetName="again")
    assert other["StackId"] == made["StackId"]
    cfn.delete_stack(StackName="replica")
    assert refused(cfn.describe_stacks, StackName="replica") == "ValidationError"
    assert status_of(cfn, made["StackId"]) == "DELETE_COMPLETE"
    assert refused(cfn.describe_change_set, ChangeSetName=made["ChangeSetId"]) == "ChangeSetNotFound"


def test_the_last_change_set_leaves_its_stack_in_review(cfn: Any, clock: FakeClock) -> None:
    """A deleted change set is no more, twice over, and its stack waits for another."""
    made = ready(cfn, clock)
    for _ in range(2):
        cfn.delete_change_set(ChangeSetName=made["ChangeSetId"])
    assert refused(cfn.execute_change_set, ChangeSetName=made["ChangeSetId"]) == "ChangeSetNotFound"
    assert status_of(cfn, "replica") == "REVIEW_IN_PROGRESS"


def test_a_change_set_that_is_being_made_cannot_be_deleted(cfn: Any) -> None:
    """It has to be there first."""
    assert refused(cfn.delete_change_set, ChangeSetName=prepare(cfn)["Id"]) == "InvalidChangeSetStatus"


def test_executing_one_forgets_the_others(cfn: Any, clock: FakeClock) -> None:
    """They are of a stack that is no more as it was."""
    first, second = ready(cfn, clock), ready(cfn, clock, ChangeSetName="second")
    cfn.execute_change_set(ChangeSetName=second["ChangeSetId"])
    assert refused(cfn.describe_change_set, ChangeSetName=first["ChangeSetId"]) == "ChangeSetNotFound"


def test_the_same_call_makes_one_change_set(cfn: Any) -> None:
    """By its token; the same name with another template is refused."""
    first = prepare(cfn, ClientToken="token")
    assert prepare(cfn, ClientToken="token")["Id"] == first["Id"]
    more = TABLE.replace("orders", "returns")
    call = {"StackName": "replica", "ChangeSetName": "make", "ChangeSetType": "CREATE", "TemplateBody": more}
    assert "mismatch with existing attribute Template" in message(cfn.create_change_set, ClientToken="token", **call)
    assert "already exists" in message(cfn.create_change_set, ClientToken="other", **call)


def test_a_stack_that_is_there_is_not_created_again(cfn: Any, clock: FakeClock) -> None:
    """CREATE is for a new stack or one in review, UPDATE for one that is complete."""
    assert refused(prepare, cfn=cfn, ChangeSetType="UPDATE") == "ValidationError"
    cfn.execute_change_set(ChangeSetName=ready(cfn, clock)["ChangeSetId"])
    clock.sleep(600)
    told = message(prepare, cfn=cfn, ChangeSetName="again")
    assert told == "Stack [replica] already exists and cannot be created again with the changeSet [again]."


def test_an_update_adds_what_is_new(cfn: Any, clock: FakeClock) -> None:
    """What is there stays as it is; without anything new the change set is FAILED, in AWS's words."""
    cfn.execute_change_set(ChangeSetName=ready(cfn, clock)["ChangeSetId"])
    clock.sleep(600)
    same = ready(cfn, clock, ChangeSetType="UPDATE", ChangeSetName="same")
    assert (same["Status"], same["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert same["StatusReason"].startswith("The submitted information didn't contain changes.")
    more = TABLE + "  Queue: {Type: 'AWS::SQS::Queue'}\nOutputs: {Queue: {Value: !Ref Queue}}\n"
    update = ready(cfn, clock, more, ChangeSetType="UPDATE", ChangeSetName="more")
    cfn.execute_change_set(ChangeSetName=update["ChangeSetId"])
    clock.sleep(600)
    assert status_of(cfn, "replica") == "UPDATE_COMPLETE"
    held = {
        each["LogicalResourceId"] for each in cfn.list_stack_resources(StackName="replica")["StackResourceSummaries"]
    }
    assert held == {"Store", "Queue"}


def test_what_fails_is_kept_where_the_change_set_says_so(cfn: Any, clock: FakeClock) -> None:
    """DO_NOTHING leaves a stack as it failed, DisableRollback likewise, and both together are refused."""
    made = ready(cfn, clock, OnStackFailure="DO_NOTHING")
    assert refused(cfn.execute_change_set, ChangeSetName=made["ChangeSetId"], DisableRollback=True) == "ValidationError"
    cfn.execute_change_set(ChangeSetName=made["ChangeSetId"])
    clock.sleep(600)
    second = ready(cfn, clock, StackName="second", OnStackFailure="DO_NOTHING")
    cfn.execute_change_set(ChangeSetName=second["ChangeSetId"])
    clock.sleep(600)
    assert status_of(cfn, "second") == "CREATE_FAILED"
    assert described(cfn, second["ChangeSetId"])["ExecutionStatus"] == "EXECUTE_FAILED"


def test_what_a_template_can_do_is_acknowledged(cfn: Any, clock: FakeClock) -> None:
    """A role without a capability fails the change set; a transform without one is not expanded unseen."""
    role = "Resources:\n  Role: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {Statement: []}}}\n"
    assert ready(cfn, clock, role)["StatusReason"] == "Requires capabilities : [CAPABILITY_IAM]"
    sam = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Store: {Type: 'AWS::Serverless::SimpleTable'}\n"
    assert refused(cfn.create_stack, StackName="sam", TemplateBody=sam) == "InsufficientCapabilitiesException"
    cfn.create_stack(StackName="sam", TemplateBody=sam, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    clock.sleep(600)
    assert status_of(cfn, "sam") == "CREATE_COMPLETE"


def test_a_change_set_can_be_made_to_fail_or_to_expire(lab: Lab, cfn: Any, clock: FakeClock) -> None:
    """On request: FAILED, never ready, or complete and of no use any more."""
    for status in ("FAILED", "OBSOLETE", "stuck"):
        kind = {"kind": "stuck"} if status == "stuck" else {"kind": "ends-as", "status": status}
        lab.faults.add({**kind, "service": "cloudformation", "action": "CreateChangeSet", "times": 1})
    failed, expired = ready(cfn, clock), ready(cfn, clock, ChangeSetName="expired")
    assert (failed["Status"], failed["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert (expired["Status"], expired["ExecutionStatus"]) == ("CREATE_COMPLETE", "OBSOLETE")
    assert "[OBSOLETE]" in message(cfn.execute_change_set, ChangeSetName=expired["ChangeSetId"])
    assert ready(cfn, clock, ChangeSetName="stuck")["Status"] == "CREATE_PENDING"


def test_parameters_are_looked_up_in_the_parameter_store(lab: Lab, cfn: Any, clock: FakeClock) -> None:
    """ResolvedValue tells what was found, for those alone; one that is not there is refused."""
    client(lab, "ssm").put_parameter(Name="/shop/table", Value="sessions", Type="String")
    stored = TABLE.replace("Type: String", "Type: 'AWS::SSM::Parameter::Value<String>'").replace(
        "orders", "/shop/table"
    )
    made = ready(cfn, clock, stored)
    wanted = {"ParameterKey": "Name", "ParameterValue": "/shop/table", "ResolvedValue": "sessions"}
    assert made["Parameters"] == [wanted]
    cfn.execute_change_set(ChangeSetName=made["ChangeSetId"])
    clock.sleep(600)
    assert client(lab, "dynamodb").list_tables()["TableNames"] == ["sessions"]
    missing = ready(cfn, clock, stored.replace("/shop/table", "/shop/none"), StackName="second")
    assert missing["StatusReason"] == "Unable to fetch parameters [/shop/none] from parameter store for this account."


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"Other": "x"}, "Parameters: [Other] do not exist in the template"),
        ({}, "Parameters: [Name] must have values"),
    ],
)
def test_parameters_that_do_not_fit_fail(cfn: Any, clock: FakeClock, given: dict[str, str], told: str) -> None:
    """In AWS's words."""
    body = TABLE.replace(", Default: orders", "")
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in ({"Name": "x"} | given).items()]
    found = ready(cfn, clock, body, Parameters=parameters if given else [])
    assert found["StatusReason"] == told


def test_a_template_lies_in_the_call_or_in_a_bucket(lab: Lab, cfn: Any, clock: FakeClock) -> None:
    """51,200 bytes in the call, a million in a bucket; what is no URL of a bucket is refused."""
    s3 = client(lab, "s3")
    s3.create_bucket(Bucket="drill-templates")
    long = TABLE + "#" * 51_200
    assert refused(prepare, cfn=cfn, body=long) == "ValidationError"
    s3.put_object(Bucket="drill-templates", Key="t.yaml", Body=long.encode())
    call = {"StackName": "replica", "ChangeSetName": "make", "ChangeSetType": "CREATE"}
    for url in (
        "https://drill-templates.s3.us-east-1.amazonaws.com/t.yaml",
        "https://s3.amazonaws.com/drill-templates/t.yaml",
    ):
        name = "make" if "drill-templates.s3" in url else "again"
        made = cfn.create_change_set(**{**call, "ChangeSetName": name}, TemplateURL=url)
        clock.sleep(60)
        assert described(cfn, made["Id"])["Status"] == "CREATE_COMPLETE"
    s3.put_object(Bucket="drill-templates", Key="big.yaml", Body=TABLE.encode() + b"#" * 1_000_000)
    big = "https://drill-templates.s3.us-east-1.amazonaws.com/big.yaml"
    assert message(cfn.create_change_set, **call, TemplateURL=big) == "Template may not exceed 1000000 bytes in size."
    assert message(cfn.create_change_set, **call, TemplateURL="file:///etc/passwd").startswith("TemplateURL must be")
    absent = "https://drill-templates.s3.us-east-1.amazonaws.com/none.yaml"
    assert message(cfn.create_change_set, **call, TemplateURL=absent).startswith("S3 error:")
    assert refused(cfn.create_change_set, **call) == "ValidationError"
