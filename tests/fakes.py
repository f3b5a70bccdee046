"""Stand-ins for the world: a clock that moves only when told."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still until it is slept on or moved; safe to share between threads."""

    pace = 120.0

    def __init__(self, start: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._stepped = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._start + self._stepped + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._elapsed += max(0.0, seconds)

    def step(self, by: timedelta) -> None:
        """Set the wall clock forward or back, as an administrator or NTP would; `monotonic` does not notice."""
        self._stepped += by


class RunningClock(FakeClock):
    """A clock that runs a millisecond at each look, so that whatever happens between two looks takes some time."""

    def monotonic(self) -> float:
        self.sleep(0.001)
        return super().monotonic()
