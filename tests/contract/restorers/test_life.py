"""Every restorer: a copy is made once, seen, and gone at the end, wherever its life was cut short."""

from __future__ import annotations

from dataclasses import dataclass

from dr_orchestrator.domain.copy import CopyState
from tests.support.types import WRITES
from tests.support.ways import ASK, DELETE, Way, described, looked


def test_a_copy_lives_from_restore_to_gone_and_production_is_as_before(way: Way) -> None:
    """Restored, ready, destroyed and proven gone; source and inventory are as before, every write named the copy."""
    before, source = way.made.inventory(), described(way.made, way.resource)
    assert looked(way)
    way.restored()
    assert way.exists()
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert way.made.inventory() == before
    assert described(way.made, way.resource) == source
    writes = {action for _, action in WRITES}
    changed = [entry for entry in way.made.lab.journal[way.heard :] if entry.action in writes]
    assert {entry.action for entry in changed} <= {ASK[way.kind], DELETE[way.kind], "TagResource"}
    assert all(way.copy.id in str(entry.params) for entry in changed)


def test_every_state_is_observed_for_the_copy(way: Way) -> None:
    """What AWS reported on the way is handed over as evidence, under the copy's id."""
    way.restored()
    way.restorer.destroy(way.copy)
    names, states = zip(*way.made.ledger.seen, strict=True)
    assert set(names) == {way.copy.id}
    assert states[0].lower() in ("creating", "create_in_progress", "absent")
    assert states[-1].lower() in ("absent", "delete_complete")
    assert not any("unknown" in state for state in states)


def test_asking_twice_makes_one_copy(way: Way) -> None:
    """A lost answer looks like 'exists already': our own copy is adopted, and nothing is made again."""
    first = way.restore()
    assert way.restore() == first
    assert len(way.calls(ASK[way.kind])) == 1
    way.confirm(first)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_copy_whose_creation_was_never_confirmed_can_be_destroyed(way: Way) -> None:
    """The process died before the answer was written: the intent alone is enough to find the copy and take it down."""
    way.restore()
    assert way.made.ledger.rows[way.copy.id].identity is None
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


def test_a_copy_that_is_still_being_made_can_be_destroyed(way: Way) -> None:
    """A drill that is stopped in the middle of a restore leaves nothing: the deletion is repeated until it is taken."""
    way.restored(ready=False)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


def test_destroying_twice_is_as_good_as_once(way: Way) -> None:
    """A second teardown finds it gone, says so, and asks for no second deletion."""
    way.restored()
    way.restorer.destroy(way.copy)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert len(way.deletions) == 1


def test_a_copy_that_was_only_intended_was_never_created(way: Way) -> None:
    """With nothing there and no identity known, the truth is NEVER_CREATED; nothing is asked to be deleted."""
    assert way.restorer.destroy(way.copy) is CopyState.NEVER_CREATED
    assert way.deletions == []


def test_a_copy_that_somebody_else_deletes_is_gone(way: Way) -> None:
    """A teardown that comes too late is not a failure."""
    way.restored()
    others = CloudOther(way)
    others.delete()
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


@dataclass
class CloudOther:
    """Somebody else, with the right to delete the copy."""

    way: Way

    def delete(self) -> None:
        name, made = self.way.copy.id, self.way.made
        if self.way.kind.startswith("rds"):
            made.client("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        elif self.way.kind == "dynamodb":
            made.client("dynamodb").delete_table(TableName=name)
        else:
            made.client("cloudformation").delete_stack(StackName=name)
