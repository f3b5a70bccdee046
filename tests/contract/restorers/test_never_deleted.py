"""Every restorer: what is not proven to be this run's copy is never deleted, adopted or made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.domain.copy import Identity
from dr_orchestrator.errors import DrillFault, NotRecoverable, UnsafeToDelete
from dr_orchestrator.resources.dynamodb_table import table as dynamodb
from tests.support.ways import EVERY, RESTORERS, Make, Way, described, looked


def test_without_a_ledger_row_nothing_is_deleted(way: Way) -> None:
    """Name, tag and identity do not suffice: the run's ledger must hold it."""
    way.restored()
    del way.made.ledger.rows[way.copy.id]
    with pytest.raises(UnsafeToDelete, match="not in the ledger"):
        way.restorer.destroy(way.copy)
    assert way.deletions == []
    assert way.exists()


@pytest.mark.parametrize("tags", [{}, {"dr-drill:run": "20260101-ffffff"}], ids=["no tag", "another run's tag"])
def test_a_foreign_object_under_the_copys_name_is_not_deleted(way: Way, tags: dict[str, str]) -> None:
    """A name is no proof: what does not wear this run's tag stays."""
    way.foreign(tags)
    with pytest.raises(UnsafeToDelete, match="does not wear the tag"):
        way.restorer.destroy(way.copy)
    assert way.deletions == []


def test_an_object_of_another_identity_is_not_deleted(way: Way) -> None:
    """Name and tag agree and still it is not the object that this run made: it stays."""
    way.foreign(way.copy.tags)
    way.confirm(Identity("arn:aws:other", "another-id"))
    with pytest.raises(UnsafeToDelete, match="but this run made another-id"):
        way.restorer.destroy(way.copy)
    assert way.deletions == []


@pytest.mark.parametrize("kind", RESTORERS)
def test_a_registered_source_is_not_deleted_though_the_ledger_claims_it(way_of: Make, kind: str) -> None:
    """A corrupt ledger row that names production, with production's identity: refused, and by the guard likewise."""
    way = way_of(kind)
    copy = replace(way.copy, id=way.resource.id)
    live = described(way.made, way.resource)
    known = str(live.get("DbiResourceId") or dynamodb.unique_id(live))
    way.made.ledger.intend(copy, way.made.clock, Identity("arn", known))
    with pytest.raises(UnsafeToDelete, match="registered source"):
        way.restorer.destroy(copy)
    assert way.deletions == []
    assert described(way.made, way.resource) == live


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("rds-snapshot", "DescribeDBInstances"),
        ("dynamodb", "DescribeTable"),
        ("dynamodb", "ListTagsOfResource"),
        ("stack", "DescribeStacks"),
        ("stack", "ListStackResources"),
    ],
)
def test_what_cannot_be_proven_is_not_deleted(way_of: Make, kind: str, action: str) -> None:
    """A look that is denied while proving proves nothing: no deletion, and the call is named."""
    way = way_of(kind)
    way.restored()
    way.made.lab.faults.add({"kind": "access-denied", "action": action})
    with pytest.raises(Denied, match=f"^[a-z]+:{action}: "):
        way.restorer.destroy(way.copy)
    assert way.deletions == []


def test_a_foreign_object_is_not_adopted(way: Way) -> None:
    """What stands under the copy's name and is not this run's ends the drill, at the preflight and at the restore."""
    way.foreign({})
    if way.kind == "dynamodb":
        del way.made.ledger.rows[way.copy.id]  # so that the guard, not the restorer, has the last word below
    with pytest.raises(NotRecoverable, match="exists already and is not of this run"):
        looked(way)
    with pytest.raises(DrillFault):
        way.restore()
    assert way.exists()


def test_a_copy_that_nobody_intended_is_not_made(way_of: Make) -> None:
    """A restore without intent in the ledger is refused by the guard: nothing is created that could be orphaned."""
    for kind in EVERY:
        way = way_of(kind, intended=False)
        with pytest.raises(Forbidden):
            way.restore()
        assert not way.exists()
