"""The named events of a recovery, from which every duration is derived."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from dr_orchestrator.settings import Pace
from dr_orchestrator.waiting import stops


class Moment(StrEnum):
    """The events T0 to T9, in the order in which a recovery passes them; two beside them have no number."""

    DISRUPTION = "disruption"
    DETECTED = "detected"
    DECLARED = "declared"
    RECOVERY_STARTED = "recovery started"
    ACCEPTED = "accepted by the API"
    INFRASTRUCTURE_READY = "infrastructure ready"
    DATA_RESTORED = "data restored"
    DATA_VERIFIED = "data verified"
    SERVICE_VERIFIED = "service verified"
    DATA_WHOLE = "data whole"
    """Every block of every table was read: nothing comes from the backup any more. It may come before T7, or hours
    after it."""

    OWNER_ACCEPTED = "owner accepted"
    CLEAN = "clean"


LABELS = {
    Moment.DISRUPTION: "T0",
    Moment.DETECTED: "T1",
    Moment.DECLARED: "T2",
    Moment.RECOVERY_STARTED: "T3",
    Moment.INFRASTRUCTURE_READY: "T4",
    Moment.DATA_RESTORED: "T5",
    Moment.DATA_VERIFIED: "T6",
    Moment.SERVICE_VERIFIED: "T7",
    Moment.OWNER_ACCEPTED: "T8",
    Moment.CLEAN: "T9",
}


@dataclass(frozen=True)
class Event:
    """A moment that was reached: when (UTC, for the record) and how long after the run opened (monotonic)."""

    moment: Moment
    at: datetime
    offset: timedelta


def span(events: Iterable[Event], start: Moment, end: Moment) -> timedelta | None:
    """The monotonic time between two moments, None where either was not reached."""
    offsets = {event.moment: event.offset for event in events}
    if start not in offsets or end not in offsets:
        return None
    return offsets[end] - offsets[start]


class PacedClock:
    """The clock of a real process: drill time runs `pace.factor` times as fast as the machine's."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    @property
    def pace(self) -> float:
        """Drill seconds to a real second."""
        return self._pace.factor

    def now(self) -> datetime:
        """The drill's wall clock, in UTC."""
        return datetime.fromtimestamp(self._pace.drill_time(time.time()), UTC)

    def monotonic(self) -> float:
        """Seconds of drill time since some fixed point; never steps back."""
        return time.monotonic() * self._pace.factor

    def sleep(self, seconds: float) -> None:
        """Wait for a span of drill time, or until somebody stops what this thread does."""
        stops.sleep(max(0.0, seconds) / self._pace.factor)


def since_boot() -> float:
    """Seconds by a clock that all processes of a machine share, that nobody can set, and that runs while it sleeps."""
    return time.clock_gettime(_STEADY)


_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # elsewhere the latter goes on while the machine sleeps


class MachineClock(PacedClock):
    """The machine's own clock, whatever the drill's is: leases are about processes, not about drills."""

    def __init__(self) -> None:
        super().__init__(Pace())

    def monotonic(self) -> float:
        """Seconds since the machine was started; a laptop that slept has lost none of them."""
        return since_boot()
