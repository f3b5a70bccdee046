"""The log of a game day: entries that are only ever added, each by somebody, each of a kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

OCCURRED = "occurred"
"""The key of an entry under which it says when that was which it tells, where that was earlier."""


class Kind(StrEnum):
    """The things that entries tell of; kinds are kept in the ledger, and never reused or reworded."""

    PLANNED = "planned"
    """The plan is this from now on: what was approved or answered before lapses."""

    APPROVED = "approved"
    ANSWERED = "answered"
    GO = "go"
    NO_GO = "no-go"
    STARTED = "started"
    JOINED = "joined"
    DELIVERED = "delivered"
    RESPONDED = "responded"
    """The players did what was expected of an inject."""

    NOTED = "noted"
    DECIDED = "decided"
    HELD = "held"
    RESUMED = "resumed"
    DRILL_STARTED = "drill-started"
    """A drill was asked for, under an id that its run will have; the intent, before its process."""

    DRILL_BEGUN = "drill-begun"
    """Its process is about to open the run."""

    DRILL_LOST = "drill-lost"
    """Its process could not be started, or ended before there was a run."""

    RATED = "rated"
    WENT_WELL = "went-well"
    GAP = "gap"
    MENDED = "mended"
    """The gap of an earlier game day was seen to be mended."""

    ENDED = "ended"
    ABORTED = "aborted"
    CLOSED = "closed"
    """The hot wash is over: the verdict is given, and nothing is added any more."""

    UNKNOWN = "unknown"
    """An entry of a newer release, as it is read here; it is never written."""


@dataclass(frozen=True)
class Said:
    """The words that an act adds to the log, once it is let: number, time and author come with the adding."""

    kind: Kind
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A line of the log; `number` counts those of one game day from 1, `at` never runs back."""

    number: int
    at: datetime
    by: str
    kind: Kind
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def occurred(self) -> datetime | None:
        """When that was which it tells; None where it was written down at once."""
        told = self.told.get(OCCURRED)
        return datetime.fromisoformat(told) if told else None
