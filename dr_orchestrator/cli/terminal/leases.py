"""The words on runs that another process drives, or that one died in just now: until when they are left alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from dr_orchestrator.cli.output import say
from dr_orchestrator.cli.terminal.notices import plain
from dr_orchestrator.runner.driver import Driver, Held

if TYPE_CHECKING:
    from dr_orchestrator.domain.ports import Clock

SAY_EVERY_S = 10.0
"""Real seconds after which it is told again what is waited for."""


def from_when(held: Held, now: datetime) -> str:
    """From when on a lease is nobody's, and how long that is from now."""
    left = max(1, math.ceil(held.left.total_seconds()))
    return f"from {now + held.left:%H:%M:%S} UTC ({left} s from now)"


def seen(held: Held) -> str:
    """The process that holds a lease, as far as it is known."""
    holder = plain(held.lease.holder)
    return {
        Driver.ALIVE: f"{holder}, which is alive",
        Driver.GONE: f"{holder}, whose process is gone",
        Driver.SILENT: f"{holder}, which was not heard of again",
    }[held.driver]


class Listener:
    """Tells on stderr for whom a command listens, or what it waits for: at once, and every few seconds again."""

    def __init__(self, clock: Clock, waits: bool = False) -> None:
        self._clock, self._waits = clock, waits
        self._said: dict[str, float] = {}

    def __call__(self, silent: Sequence[Held]) -> None:
        """Tell of those that nothing was heard of yet."""
        for each in silent:
            at = self._clock.monotonic()
            if at - self._said.get(each.name, -SAY_EVERY_S) >= SAY_EVERY_S:
                self._said[each.name] = at
                say(self._line(each), err=True)

    def _line(self, held: Held) -> str:
        until = from_when(held, self._clock.now())
        what = f"its lease is free {until}" if self._waits else "listening for it a moment"
        return f"{held.name} is held by {plain(held.lease.holder)}: {what} ..."
