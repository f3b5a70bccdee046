"""The runs of an exercise side by side: when each ran, how long it recovered, how many were at work at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import Run
from dr_orchestrator.reporting.chart.axis import Axis, Tick
from dr_orchestrator.reporting.measure.steps import ON_THE_CLOCK
from dr_orchestrator.reporting.measure.tally import at_once, numbered
from dr_orchestrator.reporting.wording import figure, verdict_badge

DRAWN = 60
"""Lanes beyond this many cannot be read; the table holds every run."""
_STRIP = 44
_COLUMNS = 400
"""So many changes of how many are at work can be told apart; of more the highest in each column is drawn."""


@dataclass(frozen=True)
class Lane:
    """One run: the whole of it, and the recovery inside it (empty where nothing was recovered)."""

    name: str
    value: str
    tone: str
    x: str
    width: str
    recovery_x: str
    recovery_width: str
    y: int


@dataclass(frozen=True)
class Level:
    """A span with a constant number of runs at work."""

    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True)
class Lanes:
    """The data that the chart is drawn from."""

    title: str
    desc: str
    lanes: tuple[Lane, ...]
    levels: tuple[Level, ...]
    ticks: tuple[Tick, ...]
    peak: int
    note: str
    top: int
    foot: int
    height: int


def lanes(exercise: Exercise, runs: Sequence[Run]) -> Lanes | None:
    """Lay out the runs of an exercise in the order in which they started; None where none did."""
    if not runs:
        return None
    ordered = sorted(runs, key=lambda run: (run.header.started_at, run.header.id))
    shown, until = ordered[:DRAWN], _until(exercise, ordered)
    zero = min(exercise.started_at, ordered[0].header.started_at)
    axis = Axis(timedelta(), max(until - zero, timedelta(seconds=1)))
    levels, again = at_once(ordered, until), numbered(ordered)
    peak = max(level for _, level in levels)
    top = _STRIP + 26
    foot = top + 34 * len(shown)
    return Lanes(
        title=f"Runs of exercise {exercise.id} over time",
        desc=f"{counted(len(runs), 'run')}, at most {peak} at once. The same figures are in the table of results.",
        lanes=tuple(
            _lane(run, again.get(run.header.id, ""), axis, zero, until, top + 34 * row) for row, run in enumerate(shown)
        ),
        levels=_levels(levels, peak, axis, zero),
        ticks=axis.ticks(),
        peak=peak,
        note=f"The first {DRAWN} of {len(runs)} runs are drawn; the table holds them all." if runs[DRAWN:] else "",
        top=top,
        foot=foot,
        height=foot + 24,
    )


def _until(exercise: Exercise, runs: Sequence[Run]) -> datetime:
    """The last instant that the records know of; an open run is drawn up to it."""
    ends = [run.closing.ended_at for run in runs if run.closing]
    seen = [event.at for run in runs for event in run.events] + [run.header.started_at for run in runs]
    return max([*ends, *seen, *([exercise.ended_at] if exercise.ended_at else [])])


def _lane(run: Run, number: str, axis: Axis, zero: datetime, until: datetime, y: int) -> Lane:
    begin = run.header.started_at - zero
    end = (run.closing.ended_at if run.closing else until) - zero
    badge = verdict_badge(run.closing.verdict if run.closing else None)
    took = figure(run.closing.ended_at - run.header.started_at if run.closing else None, "not closed")
    recovery = _recovery(run)
    inner = (recovery[0] - zero, recovery[1] - zero) if recovery else None
    return Lane(
        name=f"{run.header.drill} ({number})" if number else run.header.drill,
        value=f"{took.text} · {badge.word}",
        tone=badge.tone,
        x=axis.x(begin),
        width=axis.width(begin, end),
        recovery_x=axis.x(inner[0]) if inner else "",
        recovery_width=axis.width(*inner) if inner else "",
        y=y,
    )


def _recovery(run: Run) -> tuple[datetime, datetime] | None:
    """From the disruption to the verified service, or to the end of the last step that tried."""
    at = {event.moment: event.at for event in run.events}
    tried = [step.ended_at for step in run.steps if step.phase in ON_THE_CLOCK and step.ended_at]
    end = at.get(Moment.SERVICE_VERIFIED) or max(tried, default=None)
    return (at[Moment.DISRUPTION], end) if Moment.DISRUPTION in at and end else None


def _levels(levels: Sequence[tuple[datetime, int]], peak: int, axis: Axis, zero: datetime) -> tuple[Level, ...]:
    spans = itertools.pairwise(levels if len(levels) <= _COLUMNS else _columns(levels))
    return tuple(
        _level(level, peak, axis.x(at - zero), axis.width(at - zero, later - zero))
        for (at, level), (later, _) in spans
        if level
    )


def _columns(levels: Sequence[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """The highest level of each column, and the last one's end."""
    first, last = levels[0][0], levels[-1][0]
    width = (last - first) / _COLUMNS
    highest = [0] * _COLUMNS
    for (at, level), (later, _) in itertools.pairwise(levels):
        for column in range((at - first) // width, min(-((first - later) // width), _COLUMNS)):
            highest[column] = max(highest[column], level)
    return [*((first + width * column, level) for column, level in enumerate(highest)), (last, 0)]


def _level(level: int, peak: int, x: str, width: str) -> Level:
    height = _STRIP * level / max(peak, 1)
    return Level(x, width, f"{18 + _STRIP - height:.1f}", f"{height:.1f}")
