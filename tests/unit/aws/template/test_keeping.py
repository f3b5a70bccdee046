"""Which parts of a replica keep data: those are told that no drill fills."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Answers, Empty
from tests.support.templates import OWN, made, resources

TABLE, BUCKET = "AWS::DynamoDB::Table", "AWS::S3::Bucket"
NET = "DBSubnetGroupName: !Ref Net"


def kept(body: str, answers: Answers | None = None) -> list[Empty]:
    return list(made(resources(OWN + body), answers or Answers()).made.empty)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (f"A: {{Type: {TABLE}}}", ["A"]),
        (f"A: {{Type: {BUCKET}}}\nB: {{Type: AWS::SQS::Queue}}\nC: {{Type: AWS::SNS::Topic}}", ["A"]),
        (f"A: {{Type: AWS::RDS::DBInstance, Properties: {{{NET}}}}}", ["A"]),
        (
            f"A: {{Type: AWS::RDS::DBCluster, Properties: {{{NET}}}}}\n"
            "B: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: !Ref A}}",
            ["A"],
        ),
        (f"A: {{Type: {TABLE}, Condition: A}}", []),
    ],
    ids=["a table", "a bucket, no queue", "an instance", "a cluster, not its instance", "one that is not made"],
)
def test_it_is_what_keeps_data_of_its_own(body: str, names: list[str]) -> None:
    """Not what only passes it on, has it from another part, or is not made at all."""
    assert [each.resource for each in kept(body)] == names


def test_what_a_store_fills_is_not_told() -> None:
    """Only what is beside it, with its type."""
    body = resources(OWN + f"Config: {{Type: {TABLE}}}\nOrders: {{Type: {TABLE}}}")
    assert made(body, stores={"Config": "sessions"}).made.empty == (Empty("Orders", TABLE),)


def test_the_owners_word_goes_with_it() -> None:
    """And what is left out of the replica needs none."""
    body = f"A: {{Type: {TABLE}}}\nB: {{Type: {TABLE}}}"
    word = Answers(leave_out=["B"], empty={"A": "rebuilt from the events"})
    assert kept(body, word) == [Empty("A", TABLE, "rebuilt from the events")]
