"""Runs whose process died, and the rest of them in another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.runner import Session
from tests.support.fakes import FakeClock, MemoryLedger
from tests.support.rehearsal import COPY, Drill


class Killed(BaseException):
    """Stands for the end of a process: nothing more of it is written."""


def dead_in(
    name: str, takes: dict[str, float] | None = None, make: Callable[..., Drill] = Drill
) -> tuple[FakeClock, MemoryLedger, Run]:
    """A run as its process left it when it died in a step, ten minutes into that."""
    drill = make(takes={name: 600.0, **(takes or {})})
    return drill.clock, drill.ledger, died(drill, lambda _line: f"! {name}" in drill.ledger.story)


def died(drill: Drill, at: Callable[[str], bool]) -> Run:
    """A run as its process left it, which died of the first line that it was about to write."""
    ledger, lines = drill.ledger, []

    def die(line: str) -> None:
        if lines or at(line):
            lines.append(line)
            raise Killed(line)

    ledger.before = die
    with pytest.raises(Killed):
        drill.run()
    ledger.before = lambda _line: None
    return Run(
        ledger.headers[0],
        tuple(ledger.events),
        tuple(ledger.steps.values()),
        tuple(ledger.checks),
        tuple(ledger.rows.values()),
        tuple(ledger.points),
        segments=tuple(ledger.segments),
    )


def resumed(
    clock: FakeClock,
    ledger: MemoryLedger,
    run: Run,
    seen: datetime | None = None,
    make: Callable[..., Drill] = Drill,
    destroy: Callable[[Copy], CopyState] | None = None,
) -> Drill:
    """The rest of the run, in a process whose monotonic clock knows nothing of the first."""
    drill = make(clock=FakeClock(clock.now()), ledger=ledger)
    session = Session(run.header, COPY, drill.context(), recorded=run, last_seen=seen, destroy=destroy)
    session.use(drill.session().components)
    drill.run(session)
    return drill
