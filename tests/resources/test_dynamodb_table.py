"""DynamoDB tables keep the contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.errors import UnsafeToDelete
from tests.resources.suite import LifeContract, PointsContract, SafetyContract, UnknownStatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.support.ways import Make, Way
from tests.support.ways.dynamodb_table import WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = WAYS


class TestStates(UnknownStatesContract):
    ways = WAYS


@pytest.fixture
def bare(way_of: Make) -> Way:
    """A restored table that may wear no tag."""
    way = way_of("dynamodb")
    way.made.lab.faults.add({"kind": "access-denied", "service": "dynamodb", "action": "TagResource"})
    way.restored(ready=False)
    assert "the copy wears no tag: dynamodb:TagResource: " in way.restorer.ready(way.copy).words
    return way


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_table_that_may_wear_no_tag_is_deleted(bare: Way, confirmed: bool) -> None:
    """Ledger row, name and what it was restored from prove it, and its ARN and id where the answer was not lost."""
    if not confirmed:
        rows = bare.made.ledger.rows
        rows[bare.copy.id] = replace(rows[bare.copy.id], identity=None, state=CopyState.INTENDED)
    assert bare.restorer.destroy(bare.copy) is CopyState.DELETED
    assert not bare.exists()


@pytest.mark.parametrize("changed", ["arn", "unique_id"])
def test_a_table_without_a_tag_is_another_where_one_proof_is_missing(bare: Way, changed: str) -> None:
    """Another ARN, or another id, than the ledger holds: it is left alone."""
    rows, before = bare.made.ledger.rows, bare.made.ledger.rows[bare.copy.id]
    assert before.identity is not None
    rows[bare.copy.id] = replace(before, identity=replace(before.identity, **{changed: "another"}))
    with pytest.raises(UnsafeToDelete):
        bare.restorer.destroy(bare.copy)
    assert bare.deletions == []
    rows[bare.copy.id] = before
    bare.restorer.destroy(bare.copy)


def test_a_table_that_wears_another_runs_tag_is_left_alone(bare: Way) -> None:
    """What it was restored from stands in for a tag that is not there, never against one that is."""
    bare.made.lab.faults.clear()
    client = bare.made.client("dynamodb")
    arn, key = client.describe_table(TableName=bare.copy.id)["Table"]["TableArn"], "dr-drill:run"
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": key, "Value": "another"}])
    with pytest.raises(UnsafeToDelete, match="does not wear the tag"):
        bare.restorer.destroy(bare.copy)
    client.untag_resource(ResourceArn=arn, TagKeys=[key])
    bare.restorer.destroy(bare.copy)
