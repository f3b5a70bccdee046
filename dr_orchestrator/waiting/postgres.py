"""Connections to PostgreSQL that can be given up: while one connects, and while it waits for an answer."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Generator
from functools import partial
from typing import Any

import psycopg
from psycopg import waiting

from dr_orchestrator.waiting.aside import Aside, Late, aside
from dr_orchestrator.waiting.stops import TICK_S, asked, leaving
from dr_orchestrator.waiting.told import waiting_for

CANCEL_S = 1.0
"""Real seconds that a server is given to take back what it was asked."""


def connect(*given: Any, what: str, answer_s: float = math.inf, **named: Any) -> Stoppable:
    """Connect as psycopg does. Each answer must come within `answer_s` real seconds; `what` is told meanwhile.

    A stop ends the wait for an answer as psycopg.OperationalError: whoever catches that looks whether there was one.
    """
    make = partial(Stoppable.connect, *given, **named)
    try:
        made = aside(make, what=what, within=leaving.at_most(), late=Stoppable.close)
    except Late:
        raise psycopg.OperationalError("given up, for the process leaves") from None
    made.what, made.answer_s = what, answer_s
    return made


class Stoppable(psycopg.Connection[Any]):
    """A connection whose query is cancelled, and which is closed, where its answer is waited for no more."""

    what, answer_s = "PostgreSQL", math.inf

    def wait(self, gen: Any, interval: float = TICK_S, timeout: float | None = None) -> Any:
        """Wait as psycopg does, and look meanwhile whether to wait on."""
        named = {} if timeout is None else {"timeout": timeout}
        with contextlib.ExitStack() as told:
            try:
                return waiting.wait(self._looked(gen, told), self.pgconn.socket, interval=interval, **named)
            except KeyboardInterrupt:
                self._give_up()
                raise

    def _looked(self, gen: Any, told: contextlib.ExitStack) -> Generator[Any, Any, Any]:
        began, silent = time.monotonic(), False
        try:
            wait = next(gen)
            while True:
                ready = yield wait
                if not ready:
                    self._look(time.monotonic() - began)
                    if not silent:
                        told.enter_context(waiting_for(self.what))
                    silent = True
                wait = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _look(self, seconds: float) -> None:
        """Raise where the answer is waited for no more."""
        if asked():
            self._give_up()
            raise psycopg.OperationalError("given up, for somebody asked to stop")
        if seconds > (most := leaving.at_most(self.answer_s)):
            self._give_up()
            raise psycopg.OperationalError(f"no answer within {most:.0f} s")

    def _give_up(self) -> None:
        """Take back what was asked, for a moment, and close: a server that does not answer cannot be made to."""
        cancelling = Aside(lambda: self.cancel_safe(timeout=CANCEL_S))
        cancelling.done.wait(leaving.at_most(CANCEL_S))
        self.close()
