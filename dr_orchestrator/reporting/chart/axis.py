"""A time axis: where instants lie on it, and its ticks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.objective import format_duration

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 5, 10, 20, 50, 100)),
)
_MOST_TICKS = 5


@dataclass(frozen=True)
class Tick:
    """A labelled line across a chart; `anchor` keeps its label inside the chart."""

    x: str
    text: str
    anchor: str


@dataclass(frozen=True)
class Axis:
    """A span of time laid over the width of a chart."""

    start: timedelta
    end: timedelta

    def share(self, at: timedelta) -> float:
        """Where an instant lies, from 0 to 1; beyond the ends it stays at the end."""
        span = self.end - self.start
        return min(1.0, max(0.0, (at - self.start) / span)) if span else 0.0

    def x(self, at: timedelta) -> str:
        """Where an instant lies, as SVG wants it."""
        return percent(self.share(at))

    def width(self, begin: timedelta, end: timedelta) -> str:
        """How wide a span is drawn; never nothing, so that the shortest step can be seen."""
        return percent(max(self.share(end) - self.share(begin), 0.002))

    def tick(self, at: timedelta, text: str) -> Tick:
        """A labelled instant."""
        share = self.share(at)
        return Tick(percent(share), text, anchor(share))

    def ticks(self) -> tuple[Tick, ...]:
        """Round instants along the axis, few enough to be read on a telephone."""
        step = self._step()
        first = -(-self.start // step)
        last = self.end // step
        return tuple(self.tick(step * n, format_duration(step * n) if n else "0") for n in range(first, last + 1))

    def _step(self) -> timedelta:
        span = (self.end - self.start).total_seconds()
        return timedelta(seconds=next((step for step in _STEPS if span / step <= _MOST_TICKS), _STEPS[-1]))


def percent(share: float) -> str:
    """A share of the width, as SVG wants it."""
    text = f"{share * 100:.2f}".rstrip("0").rstrip(".")
    return f"{text}%"


def anchor(share: float) -> str:
    """Which end of a label is put at its place, so that it stays inside the chart."""
    if share < 0.06:
        return "start"
    return "end" if share > 0.9 else "middle"
