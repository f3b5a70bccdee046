"""The exercise's own clock: gross since the start, and net of the holds, which are labelled segments of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

NOTHING = timedelta()


@dataclass(frozen=True)
class Hold:
    """A span in which the game day stood still, and why; `ended` is None while it does."""

    began: datetime
    reason: str
    by: str
    ended: datetime | None = None
    resumed_by: str = ""

    def until(self, instant: datetime) -> timedelta:
        """How much of it had gone by at an instant."""
        end = instant if self.ended is None else min(self.ended, instant)
        return max(end - self.began, NOTHING)


@dataclass(frozen=True)
class Clock:
    """The clock of a game day, that stands still from its end on."""

    started: datetime | None = None
    ended: datetime | None = None
    holds: tuple[Hold, ...] = ()

    def gross(self, instant: datetime) -> timedelta:
        """The time since the start; none before it."""
        if self.started is None:
            return NOTHING
        return max(self._within(instant) - self.started, NOTHING)

    def net(self, instant: datetime) -> timedelta:
        """The same without the holds: by this injects are due."""
        within = self._within(instant)
        return max(self.gross(within) - held(self.holds, within), NOTHING)

    def _within(self, instant: datetime) -> datetime:
        return instant if self.ended is None else min(instant, self.ended)


def held(holds: Iterable[Hold], instant: datetime) -> timedelta:
    """How long it was held by an instant."""
    return sum((each.until(instant) for each in holds), NOTHING)
