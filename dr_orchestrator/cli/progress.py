"""Shows how running drills get on, read from the ledger: the same record that reports are made of."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dr_orchestrator.domain.objective import format_duration

if TYPE_CHECKING:
    from dr_orchestrator.domain.run import Run, Step
    from dr_orchestrator.wiring.world import World

LOOK_EVERY_S = 0.5
MANY = 100
"""Of so many newest runs those that began since are followed."""


@contextmanager
def following(here: World) -> Iterator[None]:
    """While inside, print to stderr each drill that begins, the steps of a slow one, and each that ends."""
    done, follower = threading.Event(), _Follower(here)
    thread = threading.Thread(target=follower.follow, args=(done,), name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class _Follower:
    """Remembers what was told, so that each thing is told once."""

    def __init__(self, here: World) -> None:
        self._here = here
        self._before = {run.header.id for run in here.ledger.queries.runs(MANY)}
        self._told: set[tuple[str, int]] = set()
        self._plain = not sys.stderr.isatty()

    def follow(self, done: threading.Event) -> None:
        """Look again and again until it is done, and once more then."""
        while not done.wait(LOOK_EVERY_S):
            self._look()
        self._look()

    def _look(self) -> None:
        runs = [run for run in self._here.ledger.queries.runs(MANY) if run.header.id not in self._before]
        for run in reversed(runs):
            for step in run.steps:
                self._tell(run, step)
            if run.closing is not None and (run.header.id, 0) not in self._told:
                self._told.add((run.header.id, 0))
                click.echo(self._line(run, f"{run.closing.verdict}, clean-up {run.closing.cleanup}"), err=True)

    def _tell(self, run: Run, step: Step) -> None:
        if (run.header.id, step.seq) in self._told or step.duration is None:
            return
        self._told.add((run.header.id, step.seq))
        if not self._plain:
            outcome = "" if step.outcome is None or step.outcome == "passed" else f"  {step.outcome}: {step.detail}"
            click.echo(self._line(run, f"{step.name}  {format_duration(step.duration)}{outcome}"), err=True)

    def _line(self, run: Run, text: str) -> str:
        at = self._here.clock.now()
        return f"{at:%H:%M:%S}  {run.header.drill:<20} {text}"
