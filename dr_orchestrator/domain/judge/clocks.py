"""Whether the clocks of a run hold: what is wrong with them, which figures rest on that, how far the others are off.

RTA lies between offsets of the monotonic clock; the wall clock has a part in it only where another process went on with
the run. RPA is counted from the disruption by the wall clock, unless the drill asked for an instant; the worst case, up
to the wall clock's now.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.run import Phase, Segment, SegmentKind, Step

TOLERANCE_S = 1.0
"""Real seconds by which the wall clock may move against the monotonic one between two readings."""

READ_S = 0.01
"""Real seconds; the two are read one after the other, and cannot be compared any nearer than this."""


@dataclass(frozen=True)
class ClockFault:
    """A sign that a clock cannot be trusted: the monotonic one, else the wall clock."""

    told: str
    monotonic: bool = False


@dataclass(frozen=True)
class Clocks:
    """The faults of a run's clocks, and by how much the wall clock moved against the monotonic one all in all.

    `bridged` is whether the wall clock has a part in the recovery's offsets, `asked` whether loss is counted from an
    instant that the drill asked for.
    """

    faults: tuple[ClockFault, ...]
    moved: timedelta
    bridged: bool
    asked: bool

    @property
    def rta_known(self) -> bool:
        """Whether the recovery time rests on no clock that is known to be bad."""
        return not any(fault.monotonic or self.bridged for fault in self.faults)

    @property
    def rpa_known(self) -> bool:
        """Likewise of the data loss."""
        return self.asked or self.worst_case_known

    @property
    def worst_case_known(self) -> bool:
        """Likewise of the worst case."""
        return all(fault.monotonic for fault in self.faults)

    @property
    def rta_error(self) -> timedelta:
        """How far the recovery time may be off, either way."""
        return self.moved if self.bridged else timedelta()

    @property
    def rpa_error(self) -> timedelta:
        """Likewise of the data loss."""
        return timedelta() if self.asked else self.moved

    @property
    def reasons(self) -> tuple[str, ...]:
        """Each fault, with the figures that cannot be told because of it."""
        return tuple(f"{fault.told}, so that {self._lost(fault)} cannot be told" for fault in self.faults)

    def _lost(self, fault: ClockFault) -> str:
        rta, rpa, worst = fault.monotonic or self.bridged, not fault.monotonic and not self.asked, not fault.monotonic
        names = [name for name, lost in (("RTA", rta), ("RPA", rpa), ("the worst case", worst)) if lost]
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def clocks_of(
    events: Sequence[Event],
    steps: Sequence[Step],
    segments: Sequence[Segment],
    doubts: Sequence[str],
    *,
    pace: float,
    asked: bool,
) -> Clocks:
    """Look at every reading of a run's clocks; `doubts` are those of a process that went on with it."""
    readings = [(step.offset, step.started_at, f"step '{step.name}'") for step in steps]
    readings += [(event.offset, event.at, f"'{event.moment}'") for event in events]
    readings.sort(key=lambda each: each[0])
    wall = [ClockFault(told) for told in [*_jumps(readings, timedelta(seconds=max(TOLERANCE_S, pace))), *doubts]]
    monotonic = [ClockFault(told, monotonic=True) for told in _disorder(steps)]
    apart = [at - offset for offset, at, _ in readings]
    moved = max(apart) - min(apart) if apart else timedelta()
    felt = moved if moved > timedelta(seconds=READ_S * pace) else timedelta()
    return Clocks((*monotonic, *wall), felt, bool(doubts) or _bridged(events, segments), asked)


def _disorder(steps: Sequence[Step]) -> list[str]:
    told = [f"step '{step.name}' took no time or less" for step in steps if _timeless(step)]
    timed = sorted((step for step in steps if step.duration is not None), key=lambda step: step.offset)
    for before, after in itertools.pairwise(timed):
        if before.duration is not None and before.offset + before.duration > after.offset:
            told.append(f"steps '{before.name}' and '{after.name}' overlap")
    return told


def _timeless(step: Step) -> bool:
    on_the_clock = step.phase in (Phase.RECOVER, Phase.VERIFY)
    return on_the_clock and step.duration is not None and step.duration <= timedelta()


def _jumps(readings: Sequence[tuple[timedelta, datetime, str]], tolerance: timedelta) -> list[str]:
    return [
        f"the wall clock jumped between {first} and {second}"
        for (offset, at, first), (later, then, second) in itertools.pairwise(readings)
        if abs((then - at) - (later - offset)) > tolerance
    ]


def _bridged(events: Sequence[Event], segments: Sequence[Segment]) -> bool:
    """Whether a process that went on with the recovery reckoned its offsets from the wall clock."""
    start = next((event.offset for event in events if event.moment is Moment.DISRUPTION), None)
    dead = [segment for segment in segments if segment.kind is SegmentKind.INTERRUPTION]
    return start is not None and any(segment.offset + segment.duration > start for segment in dead)
