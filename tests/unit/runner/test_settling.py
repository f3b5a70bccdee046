"""What became of a copy is written so that a process which dies in between hides nothing from a sweep."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.run import CopyState
from dr_orchestrator.runner import settle
from tests.fakes import FakeClock, MemoryLedger
from tests.unit.runner.drill import COPY, RUN


def test_what_a_stack_owns_is_settled_before_the_stack() -> None:
    """Killed in between, the stack is still to be swept; its tables alone no sweep would ever ask after."""
    ledger, clock = MemoryLedger(), FakeClock()
    owned = [replace(COPY, id=f"dro-{RUN}-{name}", parent=COPY.id) for name in ("a", "b")]
    for copy in (COPY, *owned):
        ledger.intend_copy(copy, clock.now())
    ledger.story.clear()

    settle(ledger, COPY, CopyState.DELETED, clock)

    assert ledger.story == [f"copy {copy.id} deleted" for copy in (*owned, COPY)]
