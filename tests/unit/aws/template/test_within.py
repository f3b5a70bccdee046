"""Stacks within stacks: what one gives another is followed, and words on them reach them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import pytest

from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import Template
from dr_orchestrator.domain.replica import Answers, Derived, Place
from tests.support.derived import COPY

TOPIC = "arn:aws:sns:us-east-1:111122223333:pager"
ALARMS = "Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [%s]}}"


def made(files: Mapping[str, str], place: Place = Place.BESIDE, **answers: Any) -> Derived:
    """What is told of `whole.yaml`, whose stacks within are read from the other files."""
    read = {name: cloudformation.parse(textwrap.dedent(text), name) for name, text in files.items()}

    def reader(url: str, _of: str) -> Template | None:
        return read.get(url)

    return derive(read["whole.yaml"], COPY, place, Answers(**answers), read=reader)


def whole(given: str = "", more: str = "", before: str = "") -> str:
    kid = f"Kid: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: kid.yaml{given}}}}}"
    return "\n".join([*([before] if before else []), "Resources:", f"  {kid}", *([f"  {more}"] if more else [])])


def test_a_value_that_cannot_be_told_is_no_default() -> None:
    """A stack within that is given something untold may come to either branch, whatever its default says."""
    kid = (
        "Parameters: {Stage: {Type: String, Default: test}}\n"
        "Conditions: {Prod: !Equals [!Ref Stage, prod]}\n"
        "Resources:\n  " + (ALARMS % TOPIC).replace("Properties", "Condition: Prod, Properties")
    )
    head = "Parameters: {Stage: {Type: String}}"
    found = made({"whole.yaml": whole(", Parameters: {Stage: !Ref Stage}", before=head), "kid.yaml": kid})
    assert [each.resource for each in found.asks] == ["Kid/Alarm"]
    assert [each.resource for each in found.notes] == ["Stage"]


def test_what_the_whole_makes_is_its_stacks_own() -> None:
    """A network that is handed to a stack within needs no word there."""
    kid = "Parameters: {Vpc: {Type: String}}\nResources:\n  It: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}"
    found = made({"whole.yaml": whole(", Parameters: {Vpc: !Ref V}", "V: {Type: AWS::EC2::VPC}"), "kid.yaml": kid})
    assert found.accepted
    assert not found.notes


@pytest.mark.parametrize("place", list(Place))
def test_what_a_stack_hands_out_is_judged_where_it_is_used(place: Place) -> None:
    """An output that is of somebody else is that in the whole, too; one of what the stack makes is the replica's."""
    kid = f"Resources: {{T: {{Type: AWS::SNS::Topic}}}}\nOutputs: {{X: {{Value: '{TOPIC}'}}, Y: {{Value: !Ref T}}}}"
    outside = whole(more=ALARMS % "!GetAtt Kid.Outputs.X, !Sub '${Kid.Outputs.X}'")
    own = whole(more=ALARMS % "!GetAtt Kid.Outputs.Y")
    assert len(made({"whole.yaml": outside, "kid.yaml": kid}, place).asks) == 2
    assert made({"whole.yaml": own, "kid.yaml": kid}, place).accepted


def test_whoever_a_stack_tells_of_itself_is_asked() -> None:
    """The topics that CloudFormation writes to."""
    found = made({"whole.yaml": whole(f", NotificationARNs: ['{TOPIC}']"), "kid.yaml": "Resources: {}"})
    assert [each.resource for each in found.asks] == ["Kid"]


def test_the_answer_of_a_stack_within_is_written_for_the_whole() -> None:
    """What is printed is taken as it is printed."""
    files = {"whole.yaml": whole(), "kid.yaml": "Resources:\n  " + ALARMS % TOPIC}
    (ask,) = made(files).asks
    assert ask.answer == 'leave_out: [Kid/Alarm.AlarmActions], or allow: {Kid/Alarm.AlarmActions: "leave a reason"}'
    assert made(files, leave_out=["Kid/Alarm.AlarmActions"]).accepted
    assert made(files, allow={"Kid/Alarm.AlarmActions": "known"}).accepted


def test_a_stack_in_itself_is_refused_once() -> None:
    """A circle has no end: it is found where it closes, however many stacks are in it."""
    kid = "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: whole.yaml}}"
    kids = "\n".join(f"  K{at}: {kid}" for at in "abc")
    found = made({"whole.yaml": whole(), "kid.yaml": f"Resources:\n{kids}"})
    assert [each.resource for each in found.refused] == ["Kid/Ka", "Kid/Kb", "Kid/Kc"]
    assert not found.notes


def test_what_a_function_answers_is_nobodys_outside_of_its_stack_too() -> None:
    """An output that gives on such an answer is no more the replica's own than the answer is."""
    kid = (
        "Resources:\n"
        "  F: {Type: AWS::Lambda::Function}\n"
        "  Look: {Type: Custom::Lookup, Properties: {ServiceToken: !GetAtt F.Arn}}\n"
        "Outputs: {Queue: {Value: !GetAtt Look.Url}}"
    )
    policy = "P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!GetAtt Kid.Outputs.Queue], PolicyDocument: {}}}"
    (ask,) = made({"whole.yaml": whole(more=policy), "kid.yaml": kid}).asks
    assert (ask.resource, "Queues" in ask.what) == ("P", True)
