"""Names that are made of ids of AWS's alone: no right by the copy's name is one on them, which is told with a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.aws.access import nameless
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.replica import Answers, Place
from dr_orchestrator.wiring import templates

PARTS: dict[str, Any] = {
    "Api": {"Type": "AWS::ApiGateway::RestApi"},
    "Pool": {"Type": "AWS::Cognito::UserPool"},
    "Own": {"Type": "AWS::SQS::Queue"},
}


def named(name: Any, kind: str = "AWS::SQS::Queue", key: str = "QueueName") -> list[tuple[str, str]]:
    resources = {**PARTS, "Jobs": {"Type": kind, "Properties": {key: name}}}
    return list(nameless.nameless({"Resources": resources}))


@pytest.mark.parametrize(
    "name",
    [
        {"Fn::Sub": "${Api}-x"},
        {"Fn::Sub": ["${At}-x", {"At": {"Ref": "Api"}}]},
        {"Fn::Join": ["-", [{"Ref": "Pool"}, {"Ref": "AWS::Region"}, "jobs"]]},
        {"Fn::GetAtt": "Api.RestApiId"},
    ],
)
def test_a_name_of_nothing_but_ids_is_found(name: Any) -> None:
    """However it is put together, with the region or without."""
    assert named(name) == [("Jobs", "QueueName")]


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        {"Fn::Sub": "${AWS::StackName}-${Api}"},
        {"Fn::Sub": "${Own.QueueName}-${Api}"},
        {"Fn::Sub": "${Parameter}-${Api}"},
        {"Fn::Sub": "jobs-${AWS::Region}"},
    ],
)
def test_a_name_with_anything_else_in_it_is_not(name: Any) -> None:
    """What bears the stack's name, what production's was replaced in, what a parameter may bring."""
    assert named(name) == []


def test_only_what_is_held_to_its_name_is_told() -> None:
    """A secret, and a bucket, are made by other rights; a table and a function are not, whoever expands it."""
    name = {"Fn::Sub": "${Api}-x"}
    assert named(name, "AWS::SecretsManager::Secret", "Name") == []
    assert named(name, "AWS::S3::Bucket", "BucketName") == []
    assert named(name, "AWS::DynamoDB::Table", "TableName") == [("Jobs", "TableName")]
    assert named(name, "AWS::Serverless::Function", "FunctionName") == [("Jobs", "FunctionName")]


def test_the_line_to_write_is_one_that_mends_it(tmp_path: Path) -> None:
    """Told of the template, and by its plan; with the line it is told no more."""
    file = tmp_path / "t.yaml"
    file.write_text(
        "Resources:\n  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: x}}\n"
        '  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${Api}-x"}}\n'
    )
    derived = templates.judged(file, Place.DRILL_ACCOUNT)
    (told,) = derived.notes
    assert (told.resource, "leave_out: [Jobs.QueueName]" in told.why) == ("Jobs", True)
    with pytest.raises(
        Doubt, match=r"Shop/Jobs is named by ids that AWS gives .* `leave_out: \[Shop/Jobs.QueueName\]`"
    ):
        nameless.look({"Shop": derived})
    mended = templates.judged(file, Place.DRILL_ACCOUNT, Answers(leave_out=("Jobs.QueueName",)))
    assert mended.notes == ()
    assert nameless.look({"": mended}) == "each is named after the copy, or by AWS"
