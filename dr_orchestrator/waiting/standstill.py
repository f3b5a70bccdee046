"""How long this process did not run: while it was stopped (SIGSTOP), or its machine slept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dr_orchestrator.waiting.stops import TICK_S

STOOD_STILL = "this process stood still (stopped, or its machine asleep)"
FELT_S = 1.0
"""Real seconds by which a pause may be longer than it was to be: a busy machine wakes late."""


class Standstill:
    """Adds up, while somebody watches, the real seconds in which this process did not run; `steady` is its clock.

    A thread that pauses for a moment each time finds that the moment was long.
    """

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._lock = threading.Lock()
        self._sum, self._ran_at, self._watching = 0.0, 0.0, 0
        self._over = threading.Event()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While inside, it is watched; several may at once."""
        with self._lock:
            self._watching += 1
            if self._watching == 1:
                self._ran_at, self._over = self._steady(), threading.Event()
                threading.Thread(target=self._watch, args=(self._over,), name="standstill", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._watching -= 1
                if not self._watching:
                    self._over.set()

    def seconds(self) -> float:
        """How long it stood still so far, until this moment."""
        with self._lock:
            self._look()
            return self._sum

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(TICK_S):
            self.seconds()

    def _look(self) -> None:
        """Add what was too long since the last look: the thread's, or that of whoever asks."""
        if not self._watching:
            return
        now = self._steady()
        longer = now - self._ran_at - TICK_S
        self._sum += longer if longer > FELT_S else 0.0
        self._ran_at = now
