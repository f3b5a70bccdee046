"""Templates: what would collide with production, change it, or stay behind is found before anything is made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_orchestrator.aws.template import LARGEST, inspect
from dr_orchestrator.errors import NotRecoverable
from tests.estate import TEMPLATE

TABLE = "Type: AWS::DynamoDB::Table"


def resources(text: str) -> str:
    return "Resources:\n" + "\n".join(f"  {line}" for line in text.splitlines())


def refusal(template: str) -> str:
    with pytest.raises(NotRecoverable) as refused:
        inspect(template, "shop.template.yaml")
    assert refused.value.message.startswith("shop.template.yaml")
    return refused.value.message


def test_a_safe_template_is_described() -> None:
    """What will be made is told, by type."""
    assert inspect(TEMPLATE, "t") == "2 resources: AWS::DynamoDB::Table, AWS::SQS::Queue"


def test_a_template_may_be_json() -> None:
    """JSON is read with the same eyes, safe or not."""
    body: dict[str, Any] = {"Resources": {"T": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Q"}}}}}
    assert inspect(json.dumps(body), "t.json") == "1 resources: AWS::SQS::Queue"
    body["Resources"]["T"]["Properties"]["QueueName"] = "orders"
    assert "T has the literal name 'orders' (QueueName)" in refusal("\n " + json.dumps(body))


@pytest.mark.parametrize(
    "name",
    [
        "T: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}",
        "T: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub orders}}",
        "T: {Type: AWS::DynamoDB::Table, Properties: {TableName: {Fn::Sub: orders}}}",
        "T: {Type: AWS::S3::Bucket, Properties: {BucketName: orders}}",
        "T: {Type: AWS::RDS::DBInstance, DeletionPolicy: Delete, Properties: {DBInstanceIdentifier: orders}}",
        "T: {Type: AWS::IAM::Role, Properties: {RoleName: orders}}",
        "T: {Type: AWS::SSM::Parameter, Properties: {Name: orders}}",
        "T: {Type: AWS::SecretsManager::Secret, Properties: {Name: orders}}",
        "T: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmName: orders}}",
    ],
)
def test_a_literal_name_is_refused(name: str) -> None:
    """A name that is the same in every stack would collide with production's; the resource and the name are told."""
    assert "T has the literal name 'orders'" in refusal(resources(name))


@pytest.mark.parametrize(
    "put_on",
    [
        "P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: orders}}",
        "P: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Own, orders]}}",
        "P: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: orders}}",
        "P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Sub orders]}}",
        "P: {Type: AWS::Route53::RecordSet, Properties: {Name: orders}}",
    ],
)
def test_what_would_change_an_existing_thing_is_refused(put_on: str) -> None:
    """A policy put on a bucket that the stack does not make would change production, and teardown would strip it."""
    assert "P would change 'orders'" in refusal(resources(put_on))


@pytest.mark.parametrize(
    "name", ["!Ref Name", "!Sub '${EnvironmentName}-orders'", "{Fn::Sub: ['${A}-x', {A: b}]}", "!GetAtt Other.Name"]
)
def test_a_name_made_for_the_stack_is_fine(name: str) -> None:
    """What is put together from parameters or other resources is the stack's own."""
    assert inspect(resources(f"T: {{{TABLE}, Properties: {{TableName: {name}}}}}"), "t")


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate", "Snapshot", "!Ref Policy", "delete"])
def test_a_policy_that_keeps_things_is_refused(policy: str) -> None:
    """Retain and Snapshot leave copies behind; a policy that cannot be read is not trusted."""
    assert "T has " in refusal(resources(f"T: {{{TABLE}, DeletionPolicy: {policy}}}"))


def test_a_database_without_a_policy_would_leave_a_snapshot() -> None:
    """CloudFormation's default for databases is a final snapshot: it is refused unless Delete is written."""
    database = "D: {Type: AWS::RDS::DBInstance%s}"
    assert "a final snapshot" in refusal(resources(database % ""))
    assert inspect(resources(database % ", DeletionPolicy: Delete"), "t")


@pytest.mark.parametrize(
    "text",
    [
        "Transform: AWS::Serverless-2016-10-31\n" + resources(f"T: {{{TABLE}}}"),
        resources(f"T: {{{TABLE}, Properties: {{Fn::Transform: {{Name: AWS::Include}}}}}}"),
        resources(f"T: {{{TABLE}, Properties: {{Tags: [!Transform {{Name: Macro}}]}}}}"),
        "Fn::Transform: {Name: AWS::Include}\n" + resources(f"T: {{{TABLE}}}"),
        resources("N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: !Ref Url}}"),
    ],
    ids=["top", "in properties", "short form", "include at the top", "nested stack"],
)
def test_what_is_expanded_elsewhere_is_refused(text: str) -> None:
    """A macro or nested stack, at any depth, makes things that cannot be inspected here."""
    assert "cannot be inspected" in refusal(text)


def test_everything_that_is_unsafe_is_told_at_once() -> None:
    """One run of the preflight names all there is to mend."""
    told = refusal(resources(f"A: {{{TABLE}, DeletionPolicy: Retain, Properties: {{TableName: x}}}}\nB: nonsense"))
    assert all(words in told for words in ("A has DeletionPolicy Retain", "literal name 'x'", "B is not a resource"))


@pytest.mark.parametrize(
    "text",
    ["", "- a list", "Resources: [", "{", "{}", "Resources:\n", "Resources: []", "a: &a [*a]\n", "\t", "\x00"],
)
def test_what_is_no_template_is_told_as_such(text: str) -> None:
    """Broken YAML or JSON is a failed preflight with the file's name, not a crash."""
    assert "is not a template" in refusal(text)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system ['true']", "!!python/name:os.system"])
def test_yaml_that_would_run_code_is_refused(tag: str) -> None:
    """Only plain data and CloudFormation's short forms are read."""
    assert "is not a template" in refusal(f"Resources: {tag}\n")


def test_a_template_too_large_to_send_is_refused_beforehand() -> None:
    """What CreateStack would not take is known before the clock starts."""
    assert "more than 51200 bytes" in refusal(resources(f"T: {{{TABLE}}}") + "\n# " + "é" * (LARGEST // 2))
