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

_IN_VAIN = 900.0
"""Drill seconds for which a call, or a wait within a try, is silent at most before it fails."""

_WENT_WELL, _EVER = 900.0, 72 * 3600.0
"""Drill seconds that a try must have gone well for what failed before it to be over: what fails alike each time, after
its first calls, is one outage. And those after a first failure from which on nothing is over any more: no wait is
endless.
"""


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
        return seconds < self._span(failure)

    def is_over(self, failure: Transient, seconds: float) -> bool:
        """Whether AWS answered well, for a while, in a try that took so long until it failed: it was silent for as long
        as whoever waited that out says, else as long as anybody waits at most.
        """
        silent = failure.silent if failure.silent is not None else max(self._span(failure), _IN_VAIN)
        return seconds - silent > _WENT_WELL

    def _span(self, failure: Transient) -> float:
        return self.answered if failure.answered else self.silent


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
    seconds lay between the first failure and the last try, and why. Both count anew from a good answer: a wait of hours
    that fails twice, hours apart, has lost neither those hours nor its patience.
    """
    outage: _Outage | None = None
    tried, pause, ever = 0.0, SHORTEST, float("inf")
    try:
        while True:
            tried = clock.monotonic()
            try:
                return act()
            except Transient as failure:
                now = clock.monotonic()
                ever = min(ever, now + _EVER)
                if outage is not None and now < ever and patience.is_over(failure, now - tried):
                    outage.tell(tried, lost)
                    outage, pause = None, SHORTEST
                outage = outage or _Outage(now, failure.message)
                if not patience.lasts(failure, now - outage.began):
                    raise
                failed(failure)
            waits()
            clock.sleep(pause)
            waits()
            pause = min(pause * 2, LONGEST)
    finally:
        if outage is not None:
            outage.tell(tried, lost)


@dataclass(frozen=True)
class _Outage:
    """Failures without a good answer in between: since when (drill seconds of the clock), and why at first."""

    began: float
    why: str

    def tell(self, tried: float, lost: Callable[[float, str], None]) -> None:
        """Tell what was lost until the last try, which met no failure at first."""
        if tried > self.began:
            lost(tried - self.began, self.why)
