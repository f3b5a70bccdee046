"""Blocking calls made aside, in a thread of their own: whoever needs the answer can give it up, and go on."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import copy_context
from functools import partial
from typing import Any, Generic, TypeVar

from dr_orchestrator.waiting.stops import TICK_S, look
from dr_orchestrator.waiting.told import waiting_for

T = TypeVar("T")


class Late(Exception):
    """The call did not end within its time, and was given up."""


def aside(
    act: Callable[[], T],
    *,
    what: str,
    within: float | None = None,
    give_up: Callable[[], None] = lambda: None,
    late: Callable[[T], object] = lambda _: None,
) -> T:
    """Perform a call aside, in a copy of this context; return or raise what it does.

    A stop ends the wait, and so does the end of its time, `within` so many real seconds, as Late. Then `give_up` ends
    the call where that can be done; what it comes back with all the same goes to `late`. `what` is told meanwhile.
    """
    look()
    call = Aside(act)
    try:
        if not call.done.wait(TICK_S if within is None else min(within, TICK_S)):
            with waiting_for(what):
                _wait(call, within)
    except BaseException:
        call.give_up(late)
        give_up()
        raise
    return call.outcome()


def all_aside(acts: Iterable[Callable[[], T]], *, at_once: int, what: str) -> list[T]:
    """Perform calls aside, so many at a time; return what they do, in their order. A stop gives all of them up."""
    lanes = threading.Semaphore(at_once)

    def in_lane(act: Callable[[], T]) -> T:
        with lanes:
            return act()

    calls = [Aside(partial(in_lane, act)) for act in acts]
    with waiting_for(what):
        for call in calls:
            _wait(call, None)
    return [call.outcome() for call in calls]


def _wait(call: Aside[Any], within: float | None) -> None:
    ends = None if within is None else call.began + within
    while True:
        look()
        left = TICK_S if ends is None else ends - time.monotonic()
        if left <= 0:
            raise Late
        if call.done.wait(min(left, TICK_S)):
            return


class Aside(Generic[T]):
    """A call that is under way in another thread."""

    def __init__(self, act: Callable[[], T]) -> None:
        self.done, self.began = threading.Event(), time.monotonic()
        self._act, self._context = act, copy_context()
        self._lock = threading.Lock()
        self._late: Callable[[T], object] | None = None
        self._results: list[T] = []
        self._error: BaseException | None = None
        _worker().calls.put(self._perform)

    def outcome(self) -> T:
        """Return what it came back with, once it is done; raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]

    def give_up(self, late: Callable[[T], object]) -> None:
        """Wait for it no more; a result that comes all the same goes to `late`."""
        with self._lock:
            self._late = late
            came = list(self._results)
        for result in came:
            late(result)

    def _perform(self) -> None:
        try:
            result = self._context.run(self._act)
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            self._error = error
        else:
            self._came(result)
        self.done.set()

    def _came(self, result: T) -> None:
        with self._lock:
            self._results.append(result)
            late = self._late
        if late is not None:
            late(result)


class _Worker(threading.Thread):
    """A thread that performs one call after the other; no process waits for it at its end."""

    def __init__(self) -> None:
        super().__init__(name="aside", daemon=True)
        self.calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def run(self) -> None:
        """Perform what is asked for, and be free for the next."""
        while True:
            self.calls.get()()
            _free.append(self)


_free: deque[_Worker] = deque()
os.register_at_fork(after_in_child=_free.clear)  # a child has none of its parent's threads


def _worker() -> _Worker:
    try:
        return _free.pop()
    except IndexError:
        made = _Worker()
        made.start()
        return made
