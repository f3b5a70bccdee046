"""What AWS made of a template: derived and judged once more, and compared with what is to be executed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_orchestrator.aws.template.expanded import Processed, differences, judge, parsed
from dr_orchestrator.aws.template.given import Given, given
from dr_orchestrator.domain.replica import Answers
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import NotMeasured
from tests.support.templates import COPY

SAM = "Transform: AWS::Serverless-2016-10-31\nResources:\n  T: {Type: AWS::Serverless::SimpleTable}\n"
TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders"}}
GRANT = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "prod", "PolicyDocument": {}}}
STORED = """
Parameters: {Name: {Type: "AWS::SSM::Parameter::Value<String>", Default: /name}}
Resources: {Q: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: a, Value: !Ref Name}]}}}
"""
NEST = """
Resources:
  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://s3.amazonaws.com/b/c", Parameters: {P: x}}}
"""


def rebuild(template: str, **answers: Any) -> Rebuild:
    return Rebuild(template, "shop.yaml", answers=Answers(**answers), bucket="drill-templates")


def _given(of: Rebuild) -> Given:
    return given(of, COPY, region="us-east-1")


def test_what_was_expanded_is_derived() -> None:
    """Names of production's become the copy's in what AWS made, too; no transform is left."""
    found = judge(rebuild(SAM), _given(rebuild(SAM)), Processed({"Resources": {"T": TABLE}}), frozenset())
    assert json.loads(found.body)["Resources"]["T"]["Properties"]["TableName"] == f"{COPY}-orders"
    assert found.expands == ()


@pytest.mark.parametrize(
    ("processed", "told"),
    [
        ({"Resources": {"T": TABLE, "Grant": GRANT}}, "shop.yaml:1: Grant would change 'prod'"),
        ({"Resources": {"T": TABLE}, "Transform": "AWS::Include"}, "AWS left AWS::Include unexpanded"),
        ({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "DependsOn": "No"}}}, "refers to No"),
    ],
)
def test_what_cannot_be_executed_is_told(processed: dict[str, Any], told: str) -> None:
    """As inconclusive: nothing was executed."""
    with pytest.raises(NotMeasured, match="nothing of it was executed") as refused:
        judge(rebuild(SAM), _given(rebuild(SAM)), Processed(processed), frozenset())
    assert told in refused.value.message


def test_what_was_looked_up_is_written_out() -> None:
    """The parameter has the value by default, and is not looked up again; its owner may leave it as it is."""
    data, looked = parsed(STORED, "shop.yaml"), {"Name": "blue"}
    found = judge(rebuild(STORED), _given(rebuild(STORED)), Processed(data, looked), frozenset())
    assert json.loads(found.body)["Parameters"]["Name"] == {"Type": "String", "Default": "blue"}
    assert [each.property for each in found.made.edits] == ["Name.Type"]
    allowed = rebuild(STORED, allow={"Name": "a colour"})
    assert _given(allowed).looked_up == frozenset()
    kept = judge(allowed, _given(allowed), Processed(data, looked), frozenset())
    assert json.loads(kept.body)["Parameters"]["Name"]["Type"].startswith("AWS::SSM::Parameter")


def test_stacks_within_are_judged_by_where_they_stand() -> None:
    """What AWS read of one is derived, and lies in our bucket then."""
    child = {"Parameters": {"P": {"Type": "String"}}, "Resources": {"T": TABLE}}
    within = {"N": Processed(child)}
    found = judge(rebuild(NEST), _given(rebuild(NEST)), Processed(parsed(NEST, "shop.yaml"), {}, within), frozenset())
    (text,) = found.shelved
    assert json.loads(text)["Resources"]["T"]["Properties"]["TableName"] == f"{COPY}-orders"
    assert json.loads(found.body)["Resources"]["N"]["Properties"]["TemplateURL"] == found.shelf.url(text)
    same = Processed(json.loads(found.body), {}, {"N": Processed(json.loads(text))})
    assert list(differences(found, same)) == []
    other = Processed(json.loads(found.body), {}, {"N": Processed({**json.loads(text), "Outputs": {}})})
    assert list(differences(found, other)) == ["N: Outputs"]
    assert list(differences(found, Processed(json.loads(found.body)))) == ["the stacks within are others: N"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data["Resources"].update(More=GRANT), "Resources More"),
        (lambda data: data["Resources"]["Q"].update(DeletionPolicy="Retain"), "Resources Q"),
        (lambda data: data.update(Transform="AWS::Include"), "Transform"),
    ],
)
def test_what_differs_is_named(change: Any, told: str) -> None:
    """One more resource, another property, another section."""
    of = rebuild("Resources: {Q: {Type: AWS::SQS::Queue}}")
    wanted = _given(of)
    data = json.loads(wanted.body)
    assert list(differences(wanted, Processed(data))) == []
    change(data)
    assert list(differences(wanted, Processed(data))) == [told]
    assert list(differences(wanted, Processed(json.loads(wanted.body), {"P": "x"}))) == ["the value of P was looked up"]


def test_a_digest_is_of_all_that_was_read() -> None:
    """However it is written: another value that was looked up, or another stack within, is another."""
    one = Processed({"a": 1, "b": 2})
    assert one.digest == Processed({"b": 2, "a": 1}).digest
    others = (Processed({"a": 1}), Processed(one.data, {"x": "y"}), Processed(one.data, {}, {"N": one}))
    assert len({one.digest, *(each.digest for each in others)}) == 4


def test_a_stack_within_that_a_condition_leaves_out_is_not_missed() -> None:
    """AWS tells of none that is not made: before and after it expanded the rest, nothing else is executed."""
    text = """
Parameters: {Debug: {Type: String, Default: "no"}}
Conditions: {IsDebug: !Equals [!Ref Debug, "yes"]}
Resources:
  Q: {Type: AWS::SQS::Queue}
  N: {Type: AWS::CloudFormation::Stack, Condition: IsDebug, Properties: {TemplateURL: web.yaml}}
"""
    within = {"web.yaml": "Resources: {T: {Type: AWS::SNS::Topic}}"}
    of = Rebuild(text, "shop.yaml", answers=Answers(), bucket="drill-templates", within=within)
    made = _given(of)
    told = Processed(json.loads(made.body))
    again = judge(of, made, told, frozenset())
    assert [*differences(made, told), *differences(again, Processed(json.loads(again.body)))] == []
