"""What became of a copy is written so that a process which dies in between hides nothing from a sweep."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

from dr_orchestrator.domain.copy import CopyRecord, CopyState
from dr_orchestrator.runner import record_outcome
from tests.support.fakes import FakeClock, MemoryLedger
from tests.support.rehearsal import COPY, RUN


def test_what_a_stack_owns_is_settled_before_the_stack() -> None:
    """Killed in between, the stack is still to be swept; its tables alone no sweep would ever ask after."""
    ledger, clock = MemoryLedger(), FakeClock()
    owned = [replace(COPY, id=f"dro-{RUN}-{name}", parent=COPY.id) for name in ("a", "b")]
    for copy in (COPY, *owned):
        ledger.intend_copy(copy, clock.now())
    ledger.story.clear()

    record_outcome(ledger, COPY, CopyState.DELETED, clock)

    assert ledger.story == [f"copy {copy.id} deleted" for copy in (*owned, COPY)]


def test_what_came_after_the_look_is_not_settled() -> None:
    """A process that has lost its run writes one more member: nobody looked for that, so it stays asked for."""
    ledger, clock = MemoryLedger(), FakeClock()
    seen, late = (replace(COPY, id=f"dro-{RUN}-{name}", parent=COPY.id) for name in ("seen", "late"))
    for copy in (COPY, seen):
        ledger.intend_copy(copy, clock.now())
    known = list(ledger.copies(RUN))
    ledger.intend_copy(late, clock.now())

    record_outcome(ledger, COPY, CopyState.DELETED, clock, known)

    states = {row.copy.id: row.state for row in ledger.copies(RUN)}
    assert states == {COPY.id: CopyState.DELETED, seen.id: CopyState.DELETED, late.id: CopyState.INTENDED}


def test_what_a_stack_that_is_not_gone_owned_is_not_gone() -> None:
    """An end that is doubted is taken back for the members, too: only so may the next sweep delete them."""
    ledger, clock = MemoryLedger(), FakeClock()
    member = replace(COPY, id=f"dro-{RUN}-member", parent=COPY.id)
    for copy in (COPY, member):
        ledger.intend_copy(copy, clock.now())
        ledger.change_copy(copy, CopyState.DELETED, clock.now())

    record_outcome(ledger, COPY, CopyState.UNPROVEN, clock)

    assert {row.state for row in ledger.copies(RUN)} == {CopyState.UNPROVEN}


def test_only_the_copy_itself_is_settled_with_its_type() -> None:
    """A table may be named as a stack is: what became of the one says nothing of the other."""
    rows = [replace(COPY, type=of) for of in ("cloudformation-stack", "dynamodb-table")]
    ledger, clock = mock.Mock(), FakeClock()
    ledger.copies.return_value = [CopyRecord(copy, CopyState.CREATED, None, clock.now()) for copy in rows]

    record_outcome(ledger, rows[1], CopyState.DELETED, clock)

    ledger.change_copy.assert_called_once_with(rows[1], CopyState.DELETED, clock.now())
