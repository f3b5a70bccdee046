"""The conditions of a template: what is not made by them is not judged, so they are told as CloudFormation does."""

from __future__ import annotations

import pytest

from tests.support.derived import derived

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"


@pytest.mark.parametrize(
    "condition",
    [
        "!Equals [!Select [1, !Ref Stages], prod]",
        '!Equals [!Select [0, !Split [":", !Ref "AWS::StackId"]], arn]',
        '!Not [!Equals [!Ref "AWS::StackId", !Ref "AWS::StackName"]]',
        '!Equals ["010", 010]',
        '!Equals ["1", 1.0]',
    ],
)
def test_a_condition_is_told_as_cloudformation_tells_it(condition: str) -> None:
    """Members of a list are trimmed, a stack's id is an ARN, and of some numbers nobody knows how they are read.

    What is made by that condition is judged.
    """
    text = f"""
Parameters: {{Stages: {{Type: CommaDelimitedList, Default: "dev, prod"}}}}
Conditions: {{Holds: {condition}}}
Resources:
  It: {{Type: AWS::SQS::QueuePolicy, Condition: Holds, Properties: {{Queues: ["{QUEUE}"], PolicyDocument: {{}}}}}}
"""
    assert derived(text).refused
