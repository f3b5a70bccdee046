"""The fault of a sweep: the worst that is wrong with it, in one order for command and flow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Lease, Run
from dr_orchestrator.errors import Exit
from dr_orchestrator.runner.driver import Driver, Held
from dr_orchestrator.runner.sweep import Orphan, Sweep, Swept, SweptRun
from dr_orchestrator.runner.sweep.objects import Inventory
from dr_orchestrator.runner.sweep.perform import LeftAlone
from dr_orchestrator.runner.sweep.proof import Proof
from tests.support import ledger_samples as samples
from tests.support.sweeping import HOME, INSTANCE, named

RUN = Run(samples.header("r-1"))
CLEAN = Sweep(0, [], [], Proof(Inventory((HOME,), frozenset(), {}, {})), [])
UNREAD = Proof(Inventory((HOME,), frozenset(), {(HOME, INSTANCE): "access denied"}, {}))
SILENT = Held(Lease("r-1", "elsewhere:1:a", timedelta(), timedelta(), RUN.header.started_at), Driver.SILENT, 0.0)
KEPT = SweptRun(RUN, [Swept(named("a"), CopyState.LEFTOVER, timedelta(), "it is protected")])


@pytest.mark.parametrize(
    ("wrong", "code", "told"),
    [
        ({"runs": [KEPT]}, Exit.LEFTOVERS, "of run r-1: it is protected"),
        (
            {"left_alone": [LeftAlone(RUN, SILENT)]},
            Exit.LEFTOVERS,
            "those of run r-1, of whose process nothing was heard",
        ),
        ({"orphans": [Orphan(INSTANCE, "dro-x", "r-9", HOME)]}, Exit.LEFTOVERS, f"dro-x in {HOME}, a stray of run r-9"),
        ({"proof": UNREAD}, Exit.INCONCLUSIVE, f"{HOME} could not be listed: access denied"),
        ({"runs": [SweptRun(RUN, [], "the ledger")]}, Exit.INCONCLUSIVE, "run r-1 could not be swept: the ledger"),
        ({"runs": [KEPT], "proof": UNREAD}, Exit.LEFTOVERS, "it is protected"),
    ],
)
def test_what_may_be_left_comes_before_what_is_not_known(wrong: dict[str, object], code: Exit, told: str) -> None:
    """A copy that may be there, a silent process or a stray is exit code 5; an unlisted place or an unended run 3."""
    fault = replace(CLEAN, **wrong).fault  # type: ignore[arg-type]
    assert fault is not None
    assert fault.exit_code is code
    assert told in fault.message


def test_a_sweep_that_met_nothing_has_no_fault() -> None:
    """Then command and flow end well."""
    assert CLEAN.fault is None
