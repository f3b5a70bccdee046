"""The trend of each drill over eight quarters, and its regressions; no two runs are compared that are not alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from dr_orchestrator.domain.judge.against import KEPT, Against, Standing
from dr_orchestrator.domain.objective import Goal, format_duration
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.quarter.span import Quarter, quarter_at

QUARTERS = 8
_SHARE = 10
RULE = (
    "A regression is a figure that takes at least a tenth more of its target than that of the newest comparable run of "
    "an earlier quarter, or that misses a target which that run kept. Comparable are runs of one drill, on one "
    "resource, for one disruption, by one path and choice of points, all on AWS, all simulated or all seeded."
)
_NAMES = ("world", "service", "drill", "kind", "resource", "resource", "disruption", "path", "choice of points")
"""The facts of a scope, in its order."""


@dataclass(frozen=True)
class Point:
    """A drill in one quarter: the `run` that stands for it, of `runs`, of which `unpassed` did not pass.

    `before` are the runs that its figures are compared with, the newest comparable ones that measured them; `apart`
    says why the point of the quarter before is not comparable. `moved` are the targets that are not those of the newest
    comparable run, `redefined` is whether the drill is not defined as then.
    """

    quarter: Quarter
    run: Ran
    runs: int
    unpassed: int
    before: Mapping[Goal, Ran] = field(default_factory=dict)
    apart: str = ""
    moved: tuple[str, ...] = ()
    redefined: bool = False


@dataclass(frozen=True)
class Series:
    """The trend of one drill: a point for each of the quarters, None where nothing was measured by it."""

    drill: str
    service: str
    title: str
    tier: int
    points: tuple[Point | None, ...]

    @property
    def newest(self) -> Point | None:
        """The point of the last of the quarters."""
        return self.points[-1]


@dataclass(frozen=True)
class Regression:
    """A figure of the last quarter that is worse than it was, by the rule."""

    series: Series
    point: Point
    goal: Goal
    was: Against
    now: Against

    @property
    def words(self) -> str:
        """How much worse it is, and where that leaves it."""
        before, after = (format_duration(each.actual or timedelta()) for each in (self.was, self.now))
        target = f"target {self.now.limit}" if self.now.limit else "no target"
        missed = ", missed now" if self.now.standing is Standing.MISSED and self.was.standing in KEPT else ""
        changed = "; the drill was defined otherwise then" if self.point.redefined else ""
        targets = f"; {'; '.join(self.point.moved)}" if self.point.moved else ""
        return f"{self.measure} {after}, was {before} ({target}{missed}){targets}{changed}"

    @property
    def measure(self) -> str:
        """The name of the figure."""
        return "RTA" if self.goal is Goal.RTO else "RPA"


def quarters_until(last: Quarter) -> tuple[Quarter, ...]:
    """The quarters that a trend is told of."""
    return tuple(last.moved(-back) for back in reversed(range(QUARTERS)))


def trends(runs: Iterable[Ran], last: Quarter, zone: str) -> list[Series]:
    """The trend of every drill that has a point; runs are told in the order in which they opened, tier 0 comes first.

    For a quarter its newest run speaks that ended with a word on the promise: on AWS, else simulated, else seeded.
    """
    quarters = quarters_until(last)
    starts = [each.start(zone) for each in (*quarters, last.moved(1))]
    found: dict[tuple[str, str], list[list[Ran]]] = {}
    for run in runs:
        told = run.ended_at or run.started_at  # it is judged in the quarter in which it ended
        if run.says_something and starts[0] <= told < starts[-1]:
            at = quarters.index(quarter_at(told, zone))
            found.setdefault((run.service, run.drill), [[] for _ in quarters])[at].append(run)
    made = [_series(quarters, each) for each in found.values()]
    return sorted(made, key=lambda each: (each.tier, each.service, each.drill))


def _series(quarters: Sequence[Quarter], found: Sequence[Sequence[Ran]]) -> Series:
    points: list[Point | None] = []
    spoken: list[Ran] = []
    for quarter, runs in zip(quarters, found, strict=True):
        point = _point(quarter, runs, spoken) if runs else None
        points.append(point)
        spoken += [point.run] if point else []
    newest = spoken[-1]
    return Series(newest.drill, newest.service, newest.service_title, newest.tier, tuple(points))


def _point(quarter: Quarter, runs: Sequence[Ran], spoken: Sequence[Ran]) -> Point:
    world = next(each for each in World if any(run.world is each for run in runs))
    own = [run for run in runs if run.world is world]
    run, unpassed = own[-1], sum(not each.passed for each in own)
    alike = [each for each in reversed(spoken) if each.scope == run.scope]
    apart = _apart(spoken[-1], run) if spoken and spoken[-1].scope != run.scope else ""
    if not alike:
        return Point(quarter, run, len(own), unpassed, apart=apart)
    before = {goal: then for goal in Goal if (then := next(filter(partial(_measured, goal), alike), None)) is not None}
    moved, redefined = tuple(_moved(run, alike[0])), run.definition != alike[0].definition
    return Point(quarter, run, len(own), unpassed, before, apart, moved, redefined)


def _measured(goal: Goal, run: Ran) -> bool:
    """Whether a run measured a figure that can be true: nothing is compared with another, and none hides behind it."""
    of = run.against(goal)
    return of.actual is not None and of.evident and of.credible


def _apart(before: Ran, run: Ran) -> str:
    """Why two runs are not compared."""
    if before.world is not run.world:
        return f"the run before is {'on AWS' if before.world is World.AWS else before.world}"
    differ = [name for name, one, other in zip(_NAMES, before.scope, run.scope, strict=True) if one != other]
    return f"another {' and '.join(dict.fromkeys(differ))}"


def _moved(run: Ran, before: Ran) -> Iterator[str]:
    for name, now, then in (("RTO", run.rto, before.rto), ("RPO", run.rpo, before.rpo)):
        if now != then:
            yield f"{name} {now or 'none'}, was {then or 'none'}"


def regressions(series: Iterable[Series]) -> list[Regression]:
    """The regressions of the last quarter by RULE: those on AWS first, then tier 0 first."""
    found = [each for one in series for each in _regressed(one)]
    worlds = list(World)
    return sorted(found, key=lambda each: worlds.index(each.point.run.world))


def _regressed(series: Series) -> Iterator[Regression]:
    point = series.newest
    if point is None:
        return
    for goal, before in point.before.items():
        was, now = before.against(goal), point.run.against(goal)
        if worse(was, now):
            yield Regression(series, point, goal, was, now)


def worse(was: Against, now: Against) -> bool:
    """Whether a figure is a regression; what is no evidence, or cannot be true, is not compared."""
    if was.headroom is None or now.headroom is None or now.limit is None or not (was.credible and now.credible):
        return False
    grown = (now.actual or timedelta()) - (was.actual or timedelta())
    return grown * _SHARE >= now.limit.value or (was.standing in KEPT and now.standing is Standing.MISSED)
