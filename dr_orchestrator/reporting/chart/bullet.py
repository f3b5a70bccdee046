"""A bullet bar: an actual against its target, on a scale that shows both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.judge.judgement import THIN
from dr_orchestrator.reporting.chart.axis import Axis, Tick
from dr_orchestrator.reporting.measure.target import Target

_ROOM = 1.25
"""The scale reaches this much beyond the target, so that 'missed' has a place to be seen."""


@dataclass(frozen=True)
class Bullet:
    """The figures that a bullet bar is drawn from; `actual` or `limit` is empty where there is none."""

    title: str
    desc: str
    tone: str
    actual: str
    thin: str
    thin_width: str
    limit: str
    label: Tick | None


def bullet(target: Target) -> Bullet:
    """Lay out the bar of a target."""
    limit = target.limit.value if target.limit else None
    actual = max(target.actual, timedelta()) if target.actual is not None else None
    axis = Axis(timedelta(), max(actual or timedelta(), (limit or timedelta()) * _ROOM))
    thin = limit * (1 - THIN) if limit else timedelta()
    return Bullet(
        title=f"{target.name} {target.figure.text} against {target.objective}",
        desc=f"{target.name}: {target.margin}. The bar is the actual, the upright line is the target.",
        tone=target.badge.tone,
        actual=axis.width(timedelta(), actual) if actual is not None else "",
        thin=axis.x(thin),
        thin_width=axis.width(thin, limit) if limit else "0%",
        limit=axis.x(limit) if limit else "",
        label=axis.tick(limit, target.objective) if limit else None,
    )
