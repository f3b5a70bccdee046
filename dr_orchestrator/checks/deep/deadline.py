"""The time that a check may take, by the drill's clock."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.domain.ports import Clock

MOST_S = 24 * 3600.0
"""Real seconds that any one statement may take."""


class Deadline:
    """A time that runs from now on."""

    def __init__(self, clock: Clock, within: timedelta) -> None:
        self._clock, self._began, self._within = clock, clock.monotonic(), within.total_seconds()

    def elapsed(self) -> float:
        """Drill seconds so far."""
        return self._clock.monotonic() - self._began

    def left(self) -> float:
        """Drill seconds that are left; none or less once it is over."""
        return self._within - self.elapsed()

    def left_s(self) -> float:
        """Likewise in real seconds."""
        return min(MOST_S, self.left() / self._clock.pace)
