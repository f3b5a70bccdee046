"""Questions of a run when its recovery is over: AWS's own times, and the promise of its points in the worst case.

None of it is needed for a recovery, so nothing that goes wrong here costs the run its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.ports import Chooser, Clock, Ledger
from dr_orchestrator.domain.recovery_point import WorstCase
from dr_orchestrator.domain.run import Phase, Role
from dr_orchestrator.runner.components import Components
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.runner.performing import Performer
from dr_orchestrator.runner.teardown import row_of

LOOK_BACK = "look back at the recovery points"
ASK_FOR_TIMES = "ask AWS for its own times"


def ask_for_times(components: Components, copy: Copy, ledger: Ledger, journal: Journal, perform: Performer) -> None:
    """Record AWS's own times of each copy, while it is there: beside our figures, never in their place."""
    made, copies = components.environment, [copy]
    if made is not None:
        with suppress(Exception):
            copies = [part.copy for part in made.copies(copy)]
    sources = [(components.restorer or made, each) for each in copies]
    sources += [(store.restorer, store.copy) for store in components.stores]
    followed = [each.followed for each in components.born if each.followed is not None]
    sources += [(each.parts.restorer, each.copy) for each in followed]
    for source, each in sources:
        row = row_of(ledger, each) if source is not None else None
        if source is None or row is None or row.state is not CopyState.CREATED:
            continue
        with suppress(Exception):  # what a clock beside ours does not say costs the run nothing
            ask, phase = source.server_times, Phase.TEARDOWN
            for told in perform(ASK_FOR_TIMES, ask, each, phase=phase, role=Role.ASK_FOR_TIMES):
                journal.server_time(told)


def look_back(choosers: Sequence[Chooser], clock: Clock, perform: Performer) -> list[WorstCase | None]:
    """The promise of each history of recovery points in the worst case, None where it is not known."""
    return [_worst_case(each, clock, perform) for each in choosers]


def _worst_case(chooser: Chooser, clock: Clock, perform: Performer) -> WorstCase | None:
    with suppress(Exception):  # the step says what went wrong; the run must be judged and closed all the same
        return perform(LOOK_BACK, chooser.worst_case, clock.now(), phase=Phase.TEARDOWN, role=Role.LOOK_BACK)
    return None
