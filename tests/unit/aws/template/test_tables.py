"""What a replica's tables do when they are filled, and what they leave when they go."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Made, Place
from tests.support.derived import changes, derived, of, properties

BOTH = pytest.mark.parametrize("place", list(Place))
TABLE = """
  Orders: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}}
  Kept: {Type: AWS::DynamoDB::Table, Properties: {KinesisStreamSpecification: {StreamArn: !GetAtt Fed.Arn}}}
  Fed: {Type: AWS::Kinesis::Stream}
  Reader: {Type: AWS::Kinesis::StreamConsumer, Properties: {ConsumerName: a, StreamARN: !GetAtt Fed.Arn}}
  Jobs: {Type: AWS::SQS::Queue}
  F: {Type: AWS::Lambda::Function}
"""
CONSUMERS = {
    "of its stream": ("AWS::Lambda::EventSourceMapping", "EventSourceArn: !GetAtt Orders.StreamArn", "Enabled", False),
    "of a stream it is sent to": ("AWS::Lambda::EventSourceMapping", "EventSourceArn: !Ref Fed", "Enabled", False),
    "of a stream, by its reader": (
        "AWS::Lambda::EventSourceMapping",
        "EventSourceArn: !Ref Reader",
        "Enabled",
        False,
    ),
    "by a pipe": ("AWS::Pipes::Pipe", "Source: !GetAtt Orders.StreamArn", "DesiredState", "STOPPED"),
    "of another stack's": (
        "AWS::Lambda::EventSourceMapping",
        "EventSourceArn: !ImportValue x, StartingPosition: LATEST",
        "Enabled",
        False,
    ),
}


@BOTH
@pytest.mark.parametrize("case", CONSUMERS)
def test_nothing_acts_on_the_items_with_which_a_table_is_filled(case: str, place: Place) -> None:
    """Each would be told of as if it were new: who hears of it is switched off, and told as not exercised."""
    kind, written, switch, off = CONSUMERS[case]
    found = derived(of(kind, f"{written}, FunctionName: !Ref F") + TABLE, place)
    assert properties(found)[switch] == off
    left_out = Made("", "", tuple(found.edits)).left_out
    assert [(each.resource, each.property) for each in left_out] == [("It", switch)]


@pytest.mark.parametrize("allowed", ["It", "It.Enabled"])
def test_who_hears_of_a_table_by_its_owners_word_is_left_on(allowed: str) -> None:
    """A projection that is built anew, an index that is to be filled."""
    mapped = of("AWS::Lambda::EventSourceMapping", "EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref F")
    assert "Enabled" not in properties(derived(mapped + TABLE, allow={allowed: "it fills the index"}))


@pytest.mark.parametrize(
    "source",
    [
        "EventSourceArn: !GetAtt Jobs.Arn",
        "StartingPosition: LATEST, SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: []}}",
    ],
)
def test_who_hears_of_what_is_not_filled_is_left_on(source: str) -> None:
    """A queue, a broker."""
    mapped = of("AWS::Lambda::EventSourceMapping", f"{source}, FunctionName: !Ref F")
    assert not changes(derived(mapped + TABLE)).keys() & {"It.Enabled"}


def test_a_function_of_sam_does_not_hear_of_a_table_either() -> None:
    """What AWS makes of its events is off from the first."""
    events = "Events: {New: {Type: DynamoDB, Properties: {Stream: !GetAtt Orders.StreamArn, StartingPosition: LATEST}}}"
    found = derived("Transform: AWS::Serverless-2016-10-31\n" + of("AWS::Serverless::Function", events) + TABLE)
    assert changes(found)["It.Events.New.Properties.Enabled"] == (None, False)


@pytest.mark.parametrize(
    ("kind", "lead"), [("AWS::DynamoDB::Table", ""), ("AWS::DynamoDB::GlobalTable", "Replicas.0.")]
)
def test_a_table_leaves_no_backup_of_its_own_behind(kind: str, lead: str) -> None:
    """DynamoDB backs up a table with continuous backups when that is deleted, and keeps it for 35 days."""
    kept = "PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7}"
    told = changes(derived(of(kind, f"Replicas: [{{Region: us-east-1, {kept}}}]" if lead else kept)))
    assert told[f"It.{lead}PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"] == (True, False)
    assert told[f"It.{lead}PointInTimeRecoverySpecification.RecoveryPeriodInDays"] == (7, None)
