"""A missing thing means another thing at each phase of a drill: failed, not yet, gone, or never made."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.errors import Exit, NotRecoverable
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from tests.support.estate import TABLE, Estate

_runs = itertools.count(1)


@pytest.fixture
def table(made: Estate) -> Iterator[DynamoTable]:
    yield DynamoTable(TABLE, Selection(), made.toolkit)
    made.lab.faults.clear()
    made.ledger.rows.clear()


@pytest.fixture
def copy(made: Estate) -> Copy:
    """A copy of this test's own, intended in the ledger."""
    return made.copy_of(TABLE, run=f"20261120-{next(_runs):06x}")


def test_a_missing_source_fails_the_drill(made: Estate) -> None:
    """Before anything is made: there is nothing to restore from, and waiting would not bring it back."""
    missing = DynamoTable(replace(TABLE, id="sessions-lost"), Selection(), made.toolkit)
    with pytest.raises(NotRecoverable) as told:
        missing.choose()
    assert told.value.exit_code is Exit.FAILED


def test_a_copy_that_is_not_shown_yet_is_waited_for(made: Estate, table: DynamoTable, copy: Copy) -> None:
    """Right after its creation was taken, AWS may know nothing of it for a while."""
    identity = table.restore(table.choose(), copy).identity
    made.ledger.intend(copy, made.clock, identity)
    made.lab.faults.add({"kind": "not-found", "service": "dynamodb", "resource": copy.id, "times": 3})
    table.ready(copy)
    states = [state for name, state in made.ledger.seen if name == copy.id]
    assert states[0] == "absent"
    assert states[-1] == "ACTIVE"
    table.destroy(copy)


@pytest.mark.parametrize("known", [True, False], ids=["was there", "never seen"])
def test_a_copy_that_is_missing_at_its_deletion_is_gone(
    made: Estate, table: DynamoTable, copy: Copy, known: bool
) -> None:
    """What was made and is no more is deleted; what has no identity in the ledger was never made."""
    if known:
        made.ledger.intend(copy, made.clock, table.restore(table.choose(), copy).identity)
        made.clock.sleep(3600)
        made.client("dynamodb").delete_table(TableName=copy.id)
        made.clock.sleep(3600)
    assert table.destroy(copy) is (CopyState.DELETED if known else CopyState.NEVER_CREATED)


def test_a_copy_without_the_tag_is_given_it_before_it_is_deleted(made: Estate, table: DynamoTable, copy: Copy) -> None:
    """A run that died before the table was active left it untagged; the drill's role may delete only what wears it."""
    made.ledger.intend(copy, made.clock, table.restore(table.choose(), copy).identity)
    made.clock.sleep(3600)
    before = len(made.calls("TagResource"))
    assert table.destroy(copy) is CopyState.DELETED
    assert len(made.calls("TagResource")) == before + 1


def test_a_tag_that_may_not_be_set_keeps_no_copy_alive(made: Estate, table: DynamoTable, copy: Copy) -> None:
    """Where setting it is denied, the deletion is tried all the same."""
    made.ledger.intend(copy, made.clock, table.restore(table.choose(), copy).identity)
    made.clock.sleep(3600)
    made.lab.faults.add({"kind": "access-denied", "action": "TagResource"})
    assert table.destroy(copy) is CopyState.DELETED
