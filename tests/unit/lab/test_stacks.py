"""The lab's CloudFormation builds in lab time, tells of each resource, rolls back, and never runs a template."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.cloudformation.models import Stack, cloudformation_backends

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from tests.support.fakes import FakeClock
from tests.support.labs import client, get, refused, wait_while

TEMPLATE = """
Parameters:
  EnvironmentName: {Type: String}
Resources:
  Store:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: POLICY
    Properties:
      TableName: !Sub "${EnvironmentName}-config"
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      SSESpecification: {SSEEnabled: true}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
  Health:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handle
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: !Ref Store}}
      Code: {ZipFile: "def handle(event, context): return {}"}
  Address:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !GetAtt Health.Arn, AuthType: NONE}
Outputs:
  HealthUrl: {Value: !GetAtt Address.FunctionUrl}
"""


@pytest.fixture
def cfn(lab: Lab) -> Any:
    return client(lab, "cloudformation")


@pytest.fixture
def ddb(lab: Lab) -> Any:
    return client(lab, "dynamodb")


def create(cfn: Any, name: str = "replica", policy: str = "Delete", **given: Any) -> str:
    wanted = {
        "StackName": name,
        "TemplateBody": TEMPLATE.replace("POLICY", policy),
        "Parameters": [{"ParameterKey": "EnvironmentName", "ParameterValue": name}],
        "Tags": [{"Key": "dr-drill:run", "Value": "r1"}],
    }
    return str(cfn.create_stack(**{**wanted, **given})["StackId"])


def stack(cfn: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = cfn.describe_stacks(StackName=name)["Stacks"][0]
    return found


def events(cfn: Any, name: str) -> list[tuple[str, str]]:
    told = cfn.describe_stack_events(StackName=name)["StackEvents"]
    return [(each["LogicalResourceId"], each["ResourceStatus"]) for each in reversed(told)]


def test_a_stack_is_built_in_minutes_with_an_event_for_each_resource(cfn: Any, clock: FakeClock) -> None:
    """What needs another resource waits for it; outputs and tags are there once the stack is complete."""
    arn = create(cfn)
    assert "Outputs" not in stack(cfn, arn)
    assert cfn.describe_stack_resources(StackName=arn)["StackResources"] == []
    took = wait_while(clock, "CREATE_IN_PROGRESS", lambda: stack(cfn, arn)["StackStatus"])
    assert timedelta(minutes=1) < took < timedelta(minutes=5)
    assert stack(cfn, arn)["StackStatus"] == "CREATE_COMPLETE"
    assert stack(cfn, arn)["Tags"] == [{"Key": "dr-drill:run", "Value": "r1"}]
    told = events(cfn, arn)
    for name in ("Store", "Role", "Health", "Address"):
        assert told.index((name, "CREATE_IN_PROGRESS")) < told.index((name, "CREATE_COMPLETE"))
    assert told.index(("Role", "CREATE_COMPLETE")) < told.index(("Health", "CREATE_IN_PROGRESS"))
    times = [each["Timestamp"] for each in cfn.describe_stack_events(StackName=arn)["StackEvents"]]
    assert times == sorted(times, reverse=True)
    assert max(times) - min(times) > timedelta(minutes=1)


def test_what_a_stack_made_is_as_its_template_says(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """The table of a stack has recovery, encryption and the stack's tags."""
    create(cfn)
    clock.sleep(900)
    table = ddb.describe_table(TableName="replica-config")["Table"]
    assert table["SSEDescription"]["Status"] == "ENABLED"
    backups = ddb.describe_continuous_backups(TableName="replica-config")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    tags = ddb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert {"Key": "dr-drill:run", "Value": "r1"} in tags


def test_the_url_of_a_function_answers_from_the_stacks_own_table(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """503 while the table is empty, 200 with its items once it is filled, 404 when the stack is gone."""
    create(cfn)
    clock.sleep(900)
    url = stack(cfn, "replica")["Outputs"][0]["OutputValue"]
    assert get(url)[0] == 503
    ddb.put_item(TableName="replica-config", Item={"pk": {"S": "canary"}, "at": {"S": "2026-11-20T08:59:00+00:00"}})
    assert get(url) == (200, {"status": "ok", "items": 1, "canary": "2026-11-20T08:59:00+00:00"})
    cfn.delete_stack(StackName="replica")
    clock.sleep(900)
    assert get(url)[0] == 404


def test_a_deleted_stack_is_known_by_its_id_alone(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """Deleting takes time; afterwards the name is free and the id still tells what became of it."""
    arn = create(cfn)
    clock.sleep(900)
    cfn.delete_stack(StackName=arn)
    assert stack(cfn, "replica")["StackStatus"] == "DELETE_IN_PROGRESS"
    clock.sleep(900)
    assert refused(cfn.describe_stacks, StackName="replica") == "ValidationError"
    assert stack(cfn, arn)["StackStatus"] == "DELETE_COMPLETE"
    assert ddb.list_tables()["TableNames"] == []


def test_outputs_that_are_told_while_it_goes_bring_nothing_back(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """A call that began before the deletion looks up what is gone by now: moto would make it anew, without a tag."""
    create(cfn)
    clock.sleep(900)
    (made,) = cloudformation_backends[ACCOUNT][REGION].stacks.values()
    cfn.delete_stack(StackName="replica")
    wait_while(clock, "DELETE_IN_PROGRESS", lambda: stack(cfn, made.stack_id)["StackStatus"])
    (told,) = Stack.outputs.fget(made)  # type: ignore[attr-defined] # as the call looks them up that had begun before
    assert told["OutputKey"] == "HealthUrl"
    assert ddb.list_tables()["TableNames"] == []


def test_what_is_to_be_retained_stays(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """DeletionPolicy Retain leaves the resource behind, and the events say so."""
    arn = create(cfn, policy="Retain")
    clock.sleep(900)
    cfn.delete_stack(StackName=arn)
    clock.sleep(900)
    assert ("Store", "DELETE_SKIPPED") in events(cfn, arn)
    assert ddb.list_tables()["TableNames"] == ["replica-config"]


def test_a_protected_stack_is_not_deleted(cfn: Any, clock: FakeClock) -> None:
    """Termination protection holds."""
    create(cfn, EnableTerminationProtection=True)
    clock.sleep(900)
    assert refused(cfn.delete_stack, StackName="replica") == "ValidationError"
    assert stack(cfn, "replica")["StackStatus"] == "CREATE_COMPLETE"


def test_a_resource_that_cannot_be_made_rolls_the_stack_back(cfn: Any, ddb: Any, clock: FakeClock) -> None:
    """A name that is taken fails its resource; the stack ends as ROLLBACK_COMPLETE, and the other's table stays."""
    create(cfn)
    clock.sleep(900)
    parameters = [{"ParameterKey": "EnvironmentName", "ParameterValue": "replica"}]
    arn = create(cfn, name="second", Parameters=parameters)
    clock.sleep(1800)
    assert stack(cfn, arn)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert ("Store", "CREATE_FAILED") in events(cfn, arn)
    assert ddb.list_tables()["TableNames"] == ["replica-config"]


@pytest.mark.parametrize(
    "tag",
    ["!!python/object/apply:os.mkdir", "!<tag:yaml.org,2002:python/object/apply:os.mkdir>"],
)
def test_a_template_is_never_run(cfn: Any, tmp_path: Path, tag: str) -> None:
    """A template with a Python tag is refused, however it is written, and nothing of it has happened."""
    made = tmp_path / "made"
    template = f'Resources:\n  Bad: {tag} ["{made}"]\n'
    assert refused(cfn.create_stack, StackName="bad", TemplateBody=template) == "ValidationError"
    assert refused(cfn.get_template_summary, TemplateBody=template) == "ValidationError"
    assert not made.exists()
    assert cfn.describe_stacks()["Stacks"] == []


def test_a_type_that_the_lab_cannot_build_is_refused(cfn: Any) -> None:
    """Nothing is skipped in silence, and it is told as the lab's own lack: a drill is INCONCLUSIVE then, not FAILED."""
    template = "Resources:\n  Plan: {Type: 'AWS::Backup::BackupPlan'}\n"
    assert refused(cfn.create_stack, StackName="bad", TemplateBody=template) == "NotImplemented"
    wanted = {"StackName": "bad", "ChangeSetName": "make", "ChangeSetType": "CREATE", "TemplateBody": template}
    with pytest.raises(NotMeasured, match="it makes no AWS::Backup::BackupPlan, though AWS may: in the lab, name"):
        Api(cfn).call("CreateChangeSet", **wanted)
    assert cfn.describe_stacks()["Stacks"] == []
