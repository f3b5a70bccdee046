"""DynamoDB tables keep the contract."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.errors import UnsafeToDelete
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.dynamodb_table.listing import listed, quota
from tests.resources.suite import LifeContract, SafetyContract
from tests.resources.suite_of_endings import PointsContract, UnknownStatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.resources.suite_of_troubles import GoneContract, OutlivedContract, TroublesContract
from tests.support.estate import REGION, TABLE, Estate
from tests.support.ways import Make, Way
from tests.support.ways.dynamodb_table import WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestTroubles(TroublesContract):
    ways = WAYS


class TestGone(GoneContract):
    ways = WAYS


class TestOutlived(OutlivedContract):
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


def by_a_wrong_clock(bare: Way, off: timedelta) -> None:
    """The answer to the restore was lost, and it was intended by a clock that is ahead; the run chose an instant that
    lies so far from the one that the table holds.
    """
    rows = bare.made.ledger.rows
    before = rows[bare.copy.id]
    late = before.intended_at + timedelta(minutes=10)
    rows[bare.copy.id] = replace(before, identity=None, state=CopyState.INTENDED, intended_at=late)
    told = bare.made.client("dynamodb").describe_table(TableName=bare.copy.id)["Table"]["RestoreSummary"]
    at = told["RestoreDateTime"] + off
    point = RecoveryPoint("p", PointKind.CONTINUOUS, at, "now", store="sessions")
    bare.made = replace(bare.made, toolkit=replace(bare.made.toolkit, points=lambda: (point,)))


def test_a_clock_that_was_ahead_leaves_no_table_behind(bare: Way) -> None:
    """It holds the source as of the very instant that the run chose, under the run's own name: that is the run's."""
    by_a_wrong_clock(bare, timedelta())
    assert bare.restorer.destroy(bare.copy) is CopyState.DELETED
    assert not bare.exists()


@pytest.mark.parametrize("off", [timedelta(seconds=1), -timedelta(hours=1)])
def test_a_table_of_another_instant_is_left_alone(bare: Way, off: timedelta) -> None:
    """From before the run asked for it by all that is known: somebody else's, or it is not told."""
    by_a_wrong_clock(bare, off)
    with pytest.raises(UnsafeToDelete):
        bare.restorer.destroy(bare.copy)
    assert bare.exists()


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


def test_two_hundred_tables_are_listed_in_pages(made: Estate) -> None:
    """DynamoDB tells a hundred names in a call: none is left out where a page ends, and only copies are described."""
    of_lab = dynamodb_backends[ACCOUNT][REGION].tables
    known = of_lab[TABLE.id]
    names = {f"table-{number:03}" for number in range(200)}
    copies = sum(1 for name in of_lab if name.startswith("dro-"))  # of the module's other tests
    of_lab.update(dict.fromkeys(names, known))
    pages = math.ceil(len(of_lab) / 100)
    heard = len(made.lab.journal)
    try:
        seen = list(listed(made.toolkit.account))
        quota(made.toolkit.account)
    finally:
        for name in names:
            del of_lab[name]
    assert names <= {each.id for each in seen}
    assert len(seen) == len({each.id for each in seen})
    calls = Counter(each.action for each in made.lab.journal[heard:])
    assert pages >= 3
    assert calls["ListTables"] == 2 * pages
    assert calls["DescribeTable"] == 2 * copies
