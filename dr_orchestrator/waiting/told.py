"""The waits of this moment, each by what it is for, so that whoever looks at the program is told."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dr_orchestrator.waiting.stops import heeded


@dataclass(frozen=True)
class Wait:
    """One wait: for what, for which run of which drill (empty where for none), since when (monotonic, real)."""

    what: str
    run: str
    drill: str
    since: float

    @property
    def seconds(self) -> float:
        """How long it has taken so far, in real seconds."""
        return time.monotonic() - self.since

    def __str__(self) -> str:
        return f"waiting for {self.what}, {self.seconds:.0f} s"


_numbers = itertools.count()
_waits: dict[int, Wait] = {}


@contextmanager
def waiting_for(what: str) -> Iterator[None]:
    """While inside, this is waited for."""
    number = next(_numbers)
    _waits[number] = Wait(what, *heeded(), time.monotonic())
    try:
        yield
    finally:
        del _waits[number]


def waits(longer_than: float = 0.0) -> list[Wait]:
    """All that is waited for now, for longer than so many real seconds, the longest first."""
    return sorted((each for each in list(_waits.values()) if each.seconds > longer_than), key=lambda each: each.since)
