"""The lab's transforms: SAM by AWS's own translator, the language extensions, includes, and macros of tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.lab import Lab
from dr_orchestrator.resources.cloudformation_stack.lab.transforms.language import Failed, Language
from tests.support.fakes import FakeClock
from tests.support.labs import client

TEMPLATES = Path(__file__).parents[2] / "data" / "templates"
IAM = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


@pytest.fixture
def cfn(lab: Lab) -> Any:
    return client(lab, "cloudformation")


def processed(cfn: Any, clock: FakeClock, body: str) -> dict[str, Any]:
    """The change set of a template, and the processed template with it where it is complete."""
    call = {"StackName": "replica", "ChangeSetName": "look", "ChangeSetType": "CREATE", "Capabilities": IAM}
    made = cfn.create_change_set(**call, TemplateBody=body)
    clock.sleep(60)
    found: dict[str, Any] = cfn.describe_change_set(ChangeSetName=made["Id"])
    if found["Status"] == "CREATE_COMPLETE":
        found["Template"] = cfn.get_template(ChangeSetName=made["Id"], TemplateStage="Processed")["TemplateBody"]
    return found


def types(template: Any) -> dict[str, str]:
    return {name: each["Type"] for name, each in template["Resources"].items()}


def test_sam_is_expanded_and_its_stack_built(lab: Lab, cfn: Any, clock: FakeClock) -> None:
    """A function with its role, an API with its stage: built, with outputs that name what was made, and taken down."""
    found = processed(cfn, clock, (TEMPLATES / "sam-api.yaml").read_text(encoding="utf-8"))
    assert types(found["Template"]) == {
        "Api": "AWS::Lambda::Function",
        "ApiRole": "AWS::IAM::Role",
        "ApiGetPermission": "AWS::Lambda::Permission",
        "ServerlessHttpApi": "AWS::ApiGatewayV2::Api",
        "ServerlessHttpApiApiGatewayDefaultStage": "AWS::ApiGatewayV2::Stage",
        "Items": "AWS::DynamoDB::Table",
    }
    assert "Transform" not in found["Template"]
    assert "Transform" in cfn.get_template(ChangeSetName=found["ChangeSetId"], TemplateStage="Original")["TemplateBody"]
    cfn.execute_change_set(ChangeSetName=found["ChangeSetId"])
    clock.sleep(900)
    stack = cfn.describe_stacks(StackName="replica")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert ".execute-api.us-east-1.amazonaws.com/health" in stack["Outputs"][0]["OutputValue"]
    cfn.delete_stack(StackName="replica")
    clock.sleep(900)
    assert cfn.describe_stacks()["Stacks"] == []
    assert client(lab, "apigatewayv2").get_apis()["Items"] == []


def test_what_sam_refuses_fails_the_change_set(cfn: Any, clock: FakeClock) -> None:
    """With the words of its translator."""
    body = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api: {Type: 'AWS::Serverless::Function'}\n"
    told = processed(cfn, clock, body)["StatusReason"]
    assert told.startswith("Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application")
    assert "[Api]" in told


def test_a_macro_that_nobody_has_fails_the_change_set(lab: Lab, cfn: Any, clock: FakeClock) -> None:
    """One of the account is asked; what it raises is told."""
    body = (TEMPLATES / "foreach-and-macro.yaml").read_text(encoding="utf-8")
    assert processed(cfn, clock, body)["StatusReason"] == "No transform named 123456789012::CompanyTagger found."
    cfn.delete_stack(StackName="replica")

    def tagged(template: Any, _: Any) -> Any:
        for each in template["Resources"].values():
            each["Properties"]["Tags"] = [{"Key": "company", "Value": "shop"}]
        return template

    lab.world.macros["CompanyTagger"] = tagged
    made = processed(cfn, clock, body)["Template"]["Resources"]
    assert sorted(made) == ["Queueorders", "Queuerefunds", "Queuereturns"]
    assert made["Queueorders"]["Properties"]["QueueName"] == "shop-orders"
    assert made["Queueorders"]["Properties"]["Tags"] == [{"Key": "company", "Value": "shop"}]
    cfn.delete_stack(StackName="replica")

    def broken(*_: Any) -> Any:
        raise ValueError("no region")

    lab.world.macros["CompanyTagger"] = broken
    told = processed(cfn, clock, body)["StatusReason"]
    assert told == "Transform 123456789012::CompanyTagger failed with: no region."


def test_a_part_is_included_from_a_bucket(lab: Lab, cfn: Any, clock: FakeClock) -> None:
    """AWS::Include puts what lies there in its place."""
    s3 = client(lab, "s3")
    s3.create_bucket(Bucket="parts")
    s3.put_object(Bucket="parts", Key="queue.yaml", Body=b"Type: AWS::SQS::Queue\n")
    include = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://parts/queue.yaml'}}"
    found = processed(cfn, clock, f"Resources:\n  Queue:\n    {include}\n")
    assert found["Template"]["Resources"] == {"Queue": {"Type": "AWS::SQS::Queue"}}


def expanded(template: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return Language(template, parameters, {"AWS::Region": "us-east-1"}).expanded()


def test_loops_make_a_resource_for_each_value() -> None:
    """Also in one another, in properties and with names that are no identifiers."""
    body = {
        "Resources": {
            "Fn::ForEach::Outer": [
                "A",
                ["x", "y"],
                {
                    "Fn::ForEach::Inner": [
                        "B",
                        {"Ref": "Names"},
                        {
                            "Topic${A}&{B}": {
                                "Type": "T",
                                "Properties": {"Name": {"Fn::Sub": "${A}-${B}-${AWS::Region}"}},
                            }
                        },
                    ]
                },
            ]
        }
    }
    made = expanded(body, Names=["one.two"])["Resources"]
    assert made["Topicxonetwo"]["Properties"] == {"Name": {"Fn::Sub": "x-one.two-${AWS::Region}"}}
    assert sorted(made) == ["Topicxonetwo", "Topicyonetwo"]


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ({"Fn::Length": {"Ref": "Names"}}, 2),
        ({"Fn::Length": {"Fn::Split": ["|", "a|b|c"]}}, 3),
        ({"Fn::ToJsonString": {"a": [1, {"Ref": "Q"}]}}, {"Fn::Sub": '{"a":[1,"${Q}"]}'}),
        ({"Fn::ToJsonString": {"a": 1}}, '{"a":1}'),
        ({"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "size"]}, "small"),
        ({"Fn::FindInMap": ["Map", "eu-west-1", "size", {"DefaultValue": "none"}]}, "none"),
        (
            {"Fn::FindInMap": ["Map", {"Ref": "Unknown"}, "size"]},
            {"Fn::FindInMap": ["Map", {"Ref": "Unknown"}, "size"]},
        ),
    ],
)
def test_functions_are_resolved_as_far_as_they_can_be(value: Any, becomes: Any) -> None:
    """What only the stack knows is left for it."""
    body = {"Mappings": {"Map": {"us-east-1": {"size": "small"}}}, "Resources": {"R": {"Properties": {"P": value}}}}
    assert expanded(body, Names=["a", "b"])["Resources"]["R"]["Properties"]["P"] == becomes


def test_a_policy_of_deletion_can_be_a_parameter() -> None:
    """It is resolved before the stack is made; one that cannot be fails."""
    body = {"Resources": {"R": {"DeletionPolicy": {"Ref": "Policy"}}}}
    assert expanded(body, Policy="Retain")["Resources"]["R"]["DeletionPolicy"] == "Retain"
    with pytest.raises(Failed):
        expanded(body)


@pytest.mark.parametrize(
    "loop",
    [["A", ["x", "x"], {"R${A}": {}}], ["A", {"Ref": "Unknown"}, {"R${A}": {}}], ["A", ["x"]]],
)
def test_a_loop_that_cannot_be_run_fails(loop: Any) -> None:
    """A name twice, a collection that nobody knows, a form that is none."""
    with pytest.raises(Failed):
        expanded({"Resources": {"Fn::ForEach::Loop": loop}})
