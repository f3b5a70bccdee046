"""Asks again while AWS fails in passing: neither a drill nor a teardown is lost to one bad moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.errors import Transient

T = TypeVar("T")
SHORTEST, LONGEST = 1.0, 30.0
"""Drill seconds between two tries: doubled each time, up to the longest."""


@dataclass(frozen=True)
class Patience:
    """For how many drill seconds is asked again: where an answer came that is none (`answered`), and where none came.

    `stops` tells whether somebody who stops the drill ends it.
    """

    answered: float
    silent: float
    stops: bool = True

    def lasts(self, failure: Transient, seconds: float) -> bool:
        """Whether to ask again, so long after the first of the failures."""
        return seconds < (self.answered if failure.answered else self.silent)


LOOKING = Patience(answered=60.0, silent=0.0)
"""Nothing is made yet: whoever waits at the terminal is told soon that the network is dead."""

RECOVERING = Patience(answered=900.0, silent=900.0)
TEARING_DOWN = Patience(answered=3600.0, silent=0.0, stops=False)
"""Silence was waited for call by call already; a strange answer is no reason to leave a copy behind."""

AFTERWARDS = Patience(answered=300.0, silent=300.0, stops=False)
"""For what is asked beside a teardown, for the record alone."""


def again(
    act: Callable[[], T],
    patience: Patience,
    clock: Clock,
    failed: Callable[[Transient], None] = lambda _: None,
    waits: Callable[[], None] = lambda: None,
    lost: Callable[[float, str], None] = lambda _seconds, _why: None,
) -> T:
    """Do something until it does not fail in passing; the last failure where patience ends.

    `failed` is told of each failure, `waits` is called around each pause and may raise, `lost` is told how many drill
    seconds lay between the first failure and the last try, and why.
    """
    began: float | None = None
    tried, why, pause = 0.0, "", SHORTEST
    try:
        while True:
            tried = clock.monotonic()
            try:
                return act()
            except Transient as failure:
                now = clock.monotonic()
                began = now if began is None else began
                why = why or failure.message
                if not patience.lasts(failure, now - began):
                    raise
                failed(failure)
            waits()
            clock.sleep(pause)
            waits()
            pause = min(pause * 2, LONGEST)
    finally:
        if began is not None and tried > began:
            lost(tried - began, why)
