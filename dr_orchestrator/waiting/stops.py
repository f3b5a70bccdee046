"""Stops that get through wherever the program waits. Whoever drives a run says what stops it; each wait looks there.

Once a run takes its copies down it heeds no stop any more: what is proven and deleted is not left half done. Whoever
asks a second time leaves, and then nothing is waited for but `LEAVE_S` in all.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from dr_orchestrator.errors import LeaseLost, Stopped

TICK_S = 0.2
"""Real seconds between two looks of what waits."""

LEAVE_S = 3.0
"""Real seconds that all waits together may take from then on when the process leaves at once."""


class Heed:
    """One that heeds stops: the run of a name and a drill, or what has none; `over` once it takes its copies down."""

    def __init__(self, raise_if_stopped: Callable[[], None], name: str, of: str) -> None:
        self.raise_if_stopped, self.name, self.of, self.over = raise_if_stopped, name, of, False


_heed: ContextVar[Heed | None] = ContextVar("heed", default=None)
_heeds: set[Heed] = set()


@contextmanager
def heeding(raise_if_stopped: Callable[[], None], name: str = "", of: str = "") -> Iterator[None]:
    """While inside, every wait of this thread, and of those that take over its context, ends by what this raises.

    It is called often, and must not wait itself. `name` is that of the run and `of` that of its drill.
    """
    heed = Heed(raise_if_stopped, name, of)
    token = _heed.set(heed)
    _heeds.add(heed)
    try:
        yield
    finally:
        _heeds.discard(heed)
        _heed.reset(token)


@contextmanager
def heeding_requests_alone() -> Iterator[None]:
    """While inside, that the run is another's by now ends no wait: what AWS has made is written all the same."""
    heed = _heed.get()

    def raise_if_asked() -> None:
        if heed is not None and not heed.over:
            with suppress(LeaseLost):
                heed.raise_if_stopped()

    with heeding(raise_if_asked, *heeded()):
        yield


def heed_no_more() -> None:
    """From now on nothing stops this run: its copies are taken down, and its end is written."""
    if (heed := _heed.get()) is not None:
        heed.over = True


def is_heeding() -> bool:
    """Whether anybody may stop this thread."""
    return _heed.get() is not None


def heeded() -> tuple[str, str]:
    """The run that this thread works for and its drill; empty where it works for none."""
    heed = _heed.get()
    return (heed.name, heed.of) if heed else ("", "")


def all_taken_down() -> bool:
    """Whether there are runs in this process, and all of them take their copies down already."""
    runs = [heed for heed in list(_heeds) if heed.name]
    return bool(runs) and all(heed.over for heed in runs)


def look() -> None:
    """Raise what stops this thread; nothing where nobody does."""
    heed = _heed.get()
    if heed is not None and not heed.over:
        heed.raise_if_stopped()


def asked() -> bool:
    """Whether somebody stops this thread."""
    try:
        look()
    except Stopped:
        return True
    return False


def sleep(seconds: float) -> None:
    """Wait for so many real seconds, or until a stop."""
    if not is_heeding():
        time.sleep(seconds)
        return
    ends = time.monotonic() + seconds
    look()
    while (left := ends - time.monotonic()) > 0:
        time.sleep(min(left, TICK_S))
        look()


@contextmanager
def holding(lock: threading.Lock) -> Iterator[None]:
    """Within: a lock that another thread may keep for as long as it waits itself."""
    while not lock.acquire(timeout=TICK_S):
        look()
    try:
        yield
    finally:
        lock.release()


class Leaving:
    """That the process leaves at once: somebody asked a second time."""

    def __init__(self) -> None:
        self._ends: float | None = None

    def begin(self) -> None:
        """Leave: from now on all waits share LEAVE_S."""
        self._ends = time.monotonic() + LEAVE_S

    def forget(self) -> None:
        """Go on as ever: what was to leave has left."""
        self._ends = None

    def __bool__(self) -> bool:
        return self._ends is not None

    def at_most(self, seconds: float = math.inf) -> float:
        """The real seconds that a wait may take now, of those that it would be given else."""
        return seconds if self._ends is None else min(seconds, max(0.0, self._ends - time.monotonic()))


leaving = Leaving()
