"""The trend of one figure over the quarters, as a share of its target of then; lines join what is comparable alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.judge.against import Against, Standing
from dr_orchestrator.domain.judge.judgement import THIN
from dr_orchestrator.domain.objective import Goal
from dr_orchestrator.domain.quarter.ran import World
from dr_orchestrator.domain.quarter.trend import Point
from dr_orchestrator.reporting.chart.axis import percent
from dr_orchestrator.reporting.measure.target import TONES

_TOP, _HIGH = 4, 40
_ROOM = 1.25
"""The scale reaches so much beyond the target; what lies above is drawn at its upper end."""
HEIGHT = _TOP * 2 + _HIGH


@dataclass(frozen=True)
class Dot:
    """One quarter: filled of a run on AWS, hollow of a simulated one, square of a seeded one."""

    x: str
    y: str
    tone: str
    world: str


@dataclass(frozen=True)
class Join:
    """A line between two comparable runs; `dashed` where they are simulated."""

    x1: str
    y1: str
    x2: str
    y2: str
    dashed: bool


@dataclass(frozen=True)
class TrendChart:
    """The data that the chart is drawn from; `limit` and `thin` are empty where no run had a target."""

    title: str
    desc: str
    dots: tuple[Dot, ...]
    joins: tuple[Join, ...]
    limit: str
    thin: str
    thin_height: str
    height: int = HEIGHT


def trend_chart(goal: Goal, points: Sequence[Point | None], title: str, desc: str) -> TrendChart:
    """Lay out the trend of a figure; a quarter without a measured one has no dot."""
    told = [(point, point.of(goal).against(goal)) if point else None for point in points]
    most = max([each[1].actual or timedelta() for each in told if each], default=timedelta())
    limited = any(each[1].limit for each in told if each)
    dots: list[Dot] = []
    joins: list[Join] = []
    at: dict[str, Dot] = {}
    for index, each in enumerate(told):
        if each is None or not _drawn(each[1]):
            continue
        point, against = each
        run = point.of(goal)
        x = percent((index + 0.5) / len(points))
        dot = Dot(x, _y(_share(against, most)), TONES[against.standing], run.world.value)
        compared = point.before.get(goal)
        before = at.get(compared.id) if compared is not None else None
        if before is not None:
            joins.append(Join(before.x, before.y, dot.x, dot.y, run.world is not World.AWS))
        at[run.id] = dot
        dots.append(dot)
    thin, limit = float(_y(1 - THIN)), float(_y(1))
    line = (_y(1), _y(1), f"{thin - limit:.1f}") if limited else ("", "", "")
    return TrendChart(title, desc, tuple(dots), tuple(joins), *line)


def _drawn(against: Against) -> bool:
    return against.actual is not None and against.credible and against.standing is not Standing.NO_EVIDENCE


def _share(against: Against, most: timedelta) -> float:
    """The share of the target that was used; without a target, of the longest in the trend."""
    actual = against.actual or timedelta()
    if against.limit is not None:
        return actual / against.limit.value if against.limit.value else _ROOM * bool(actual)
    return actual / most if most else 0.0


def _y(share: float) -> str:
    return f"{_TOP + _HIGH * (1 - min(share, _ROOM) / _ROOM):.1f}"
