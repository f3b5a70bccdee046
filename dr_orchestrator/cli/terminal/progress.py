"""Shows how running drills get on, read from the ledger: the same record that reports are made of."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from dr_orchestrator.cli.output import say
from dr_orchestrator.cli.terminal.notices import plain
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DroError
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.told import waits

if TYPE_CHECKING:
    from dr_orchestrator.domain.run import Run, Step
    from dr_orchestrator.wiring.app import App

LOOK_EVERY_S = 0.5
SAY_EVERY_S = 60.0
"""Real seconds after which a step that is still under way is told of again."""

WAITS_S, WAITS_EVERY_S = 5.0, 10.0
"""Real seconds after which a wait is told of by what it is for, and after which again."""

ENDING_S = 60.0
"""Real seconds that a look under way is waited for at the end: a ledger may have gone in mid-answer."""


@contextmanager
def following(here: App, resumed: str = "") -> Iterator[None]:
    """While inside, print to stderr the steps of each drill that begins, or is resumed, and how each ends."""
    follower = Follower(here, resumed, sys.stderr.isatty())
    done = threading.Event()
    thread = threading.Thread(target=follower.follow, args=(done,), name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(stops.leaving.at_most(ENDING_S))


class Follower:
    """Remembers what was told, so that each thing is told once; steps only where somebody sits before a terminal."""

    def __init__(
        self, here: App, resumed: str, terminal: bool, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._here, self._terminal, self._monotonic = here, terminal, monotonic
        went_on = here.ledger.queries.whole([resumed]) if resumed else []
        self._began = {(run.header.id, step.seq) for run in went_on for step in run.steps}
        self._ended = set(self._began)
        self._closed = {run.header.id for run in went_on if run.closing}
        self._last_said: dict[str, float] = {}
        self._waits_said: dict[tuple[str, str], float] = {}
        self._met: set[str] = {resumed}
        self._timed = False

    def follow(self, done: threading.Event) -> None:
        """Look again and again until it is done, and once more then."""
        while not done.wait(LOOK_EVERY_S):
            self.look()
        self.look()

    def look(self) -> None:
        """Tell what happened since the last look, and what is waited for, which may be the ledger itself."""
        self._tell_waits()
        with suppress(DroError):
            for run in reversed(self._here.ledger.queries.whole(self._here.driven - self._closed)):
                self._tell(run)

    def _tell_waits(self) -> None:
        """Tell of each wait that lasts; the step in which it is says no more than that it is under way."""
        told = [wait for wait in waits(longer_than=WAITS_S) if wait.run]
        for wait in told:
            last = self._waits_said.get((wait.run, wait.what), -WAITS_EVERY_S)
            if (now := self._monotonic()) - last >= WAITS_EVERY_S:
                self._waits_said[wait.run, wait.what] = self._last_said[wait.run] = now
                self._line(wait.drill, f"  {plain(str(wait))}", None)
        lasting = {(wait.run, wait.what) for wait in told}
        self._waits_said = {each: at for each, at in self._waits_said.items() if each in lasting}

    def _tell(self, run: Run) -> None:
        if run.header.id not in self._met:
            self._met.add(run.header.id)
            if not run.header.exercise:
                self._say(
                    run, f"run {run.header.id} begins; from another shell `dro abort` stops it", run.header.started_at
                )
        for step in run.steps:
            self._tell_begin(run, step)
            self._tell_end(run, step)
        if run.closing is None:
            self._tell_wait(run)
        elif run.header.id not in self._closed:
            self._closed.add(run.header.id)
            self._say(run, f"{run.closing.verdict}, clean-up {run.closing.cleanup}", run.closing.ended_at)

    def _tell_begin(self, run: Run, step: Step) -> None:
        if (run.header.id, step.seq) not in self._began:
            self._began.add((run.header.id, step.seq))
            self._last_said[run.header.id] = self._monotonic()
            if self._terminal and step.duration is None:  # one that is over already is told of by its end alone
                self._say(run, step.name, step.started_at)

    def _tell_end(self, run: Run, step: Step) -> None:
        if (run.header.id, step.seq) in self._ended or step.duration is None:
            return
        self._ended.add((run.header.id, step.seq))
        if self._terminal:
            passed = step.outcome in (None, Outcome.PASSED)
            outcome = "" if passed else f", {step.outcome}: {plain(step.detail)}"
            self._say(run, f"  {step.name} took {format_duration(step.duration)}{outcome}", step.ended_at)

    def _tell_wait(self, run: Run) -> None:
        under_way = next((step for step in reversed(run.steps) if step.duration is None), None)
        since = self._last_said.setdefault(run.header.id, self._monotonic())
        if under_way is None or self._monotonic() - since < SAY_EVERY_S:
            return
        self._last_said[run.header.id] = self._monotonic()
        at = self._here.clock.now()
        so_far = format_duration(at - under_way.started_at)
        seen = f", last seen '{plain(run.observations[-1].state)}'" if run.observations else ""
        self._say(run, f"  {under_way.name}: {so_far} so far{seen}", at)

    def _say(self, run: Run, text: str, at: datetime | None) -> None:
        self._line(run.header.drill, text, at)

    def _line(self, drill: str, text: str, at: datetime | None) -> None:
        if not self._timed and self._here.clock.pace != 1:
            say(f"(Times are the lab's, whose clock runs {self._here.clock.pace:g} times as fast.)", err=True)
        self._timed = True
        say(f"{at or self._here.clock.now():%H:%M:%S}  {drill:<20} {text}", err=True)
