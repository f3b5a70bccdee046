"""Writes a heartbeat at its interval, for as long as it is wanted; a source that is gone for a while is waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dr_orchestrator.errors import DrillFault


@dataclass(frozen=True)
class Beat:
    """One heartbeat: its number, one higher than the last, and its instant (UTC, to the microsecond)."""

    sequence: int
    at: datetime


class Writer(Protocol):
    """Writes the heartbeat of one source, by the one call that its resource type declares as its beat."""

    def beat(self) -> Beat:
        """Write one heartbeat, whole or not at all; DrillFault where the source does not take it."""

    def close(self) -> None:
        """Let go of the source."""


@dataclass(frozen=True)
class Told:
    """The fate of one try: the beat, or why there is none. `changed` is whether that is news."""

    beat: Beat | None
    fault: DrillFault | None
    changed: bool


def keep(
    writer: Writer,
    interval: timedelta,
    tell: Callable[[Told], None],
    monotonic: Callable[[], float],
    wait: Callable[[float], bool],
) -> None:
    """Write a heartbeat at every interval until `wait` (so many seconds of the clock) says that it is no more wanted.

    The rhythm is kept by the clock, however long a beat takes; beats that fell due meanwhile are not made up for.
    """
    due, failing = monotonic(), None
    while True:
        told = attempt(writer, failing)
        tell(told)
        failing = told.fault is not None
        due = max(due + interval.total_seconds(), monotonic())
        if wait(due - monotonic()):
            return


def attempt(writer: Writer, failing: bool | None = None) -> Told:
    """Try one beat; `failing` is how the one before ended, None where there was none."""
    try:
        beat = writer.beat()
    except DrillFault as fault:
        return Told(None, fault, changed=failing is not True)
    return Told(beat, None, changed=failing is not False)
