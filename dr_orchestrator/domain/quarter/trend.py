"""The trend of each drill over eight quarters, and its regressions; no two runs are compared that are not alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from dr_orchestrator.domain.judge.against import KEPT, Against, Standing
from dr_orchestrator.domain.objective import Goal, format_duration
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.quarter.span import Quarter, quarter_at

QUARTERS = 8
_SHARE, _CREPT = 10, 5
RULE = (
    "A regression is a figure that takes at least a tenth more of its target than that of the newest comparable run of "
    "an earlier quarter, or at least a fifth more than the best of the earlier quarters, or that misses a target which "
    "that newest run kept; where the target was moved, the stricter of both counts. Comparable are runs of one drill, "
    "on one resource, for one disruption, by one path and choice of points, all on AWS, all simulated or all seeded."
)
_NAMES = ("world", "service", "drill", "kind", "resource", "resource", "disruption", "path", "choice of points")
"""The facts of a scope, in its order."""


@dataclass(frozen=True)
class Point:
    """A drill in one quarter: the `run` that stands for it, of `runs`, of which `unpassed` did not pass.

    `measured` are the newest runs of the quarter that measured each figure: none hides behind a newer run without it.
    `before` are the runs that its figures are compared with, the newest comparable ones that measured them, and `best`
    those of the earlier quarters that measured the least; `apart` says why the point of the quarter before is not
    comparable. `moved` are the targets that are not those of the newest
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
    measured: Mapping[Goal, Ran] = field(default_factory=dict)
    best: Mapping[Goal, Ran] = field(default_factory=dict)

    def of(self, goal: Goal) -> Ran:
        """The run whose figure stands for the quarter: the newest that measured it, else the newest."""
        return self.measured.get(goal, self.run)


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
    """A figure of the last quarter that is worse than it was, by the rule; `crept` where only the best is far off."""

    series: Series
    goal: Goal
    before: Ran
    run: Ran
    crept: bool = False

    @property
    def was(self) -> Against:
        """The figure that it is compared with."""
        return self.before.against(self.goal)

    @property
    def now(self) -> Against:
        """The figure of the last quarter."""
        return self.run.against(self.goal)

    @property
    def words(self) -> str:
        """How much worse it is, and where that leaves it."""
        before, after = (format_duration(each.actual or timedelta()) for each in (self.was, self.now))
        target = f"target {self.now.limit}" if self.now.limit else "no target"
        missed = ", missed now" if self.now.standing is Standing.MISSED and self.was.standing in KEPT else ""
        if not missed and self.was.standing in KEPT and _held(self.was, self.now).standing is Standing.MISSED:
            missed = f"; the target of then, {self.was.limit}, would be missed"
        best = " at its best of these quarters" if self.crept else ""
        moved = tuple(_moved(self.run, self.before))
        targets = f"; {'; '.join(moved)}" if moved else ""
        changed = "; the drill was defined otherwise then" if self.run.definition != self.before.definition else ""
        return f"{self.measure} {after}, was {before}{best} ({target}{missed}){targets}{changed}"

    @property
    def measure(self) -> str:
        """The name of the figure."""
        return "RTA" if self.goal is Goal.RTO else "RPA"


def quarters_until(last: Quarter) -> tuple[Quarter, ...]:
    """The quarters that a trend is told of."""
    return tuple(last.moved(-back) for back in reversed(range(QUARTERS)))


def trends(runs: Iterable[Ran], last: Quarter, zone: str) -> list[Series]:
    """The trend of every drill that has a point; runs are told in the order in which they opened, tier 0 comes first.

    For a quarter its newest run speaks that ended with a word on the promise, and for each figure the newest of them
    that measured it: on AWS, else simulated, else seeded.
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
        told = {point.run.id, *(each.id for each in point.measured.values())} if point else ()
        spoken += [each for each in runs if each.id in told]
    newest = spoken[-1]
    return Series(newest.drill, newest.service, newest.service_title, newest.tier, tuple(points))


def _point(quarter: Quarter, runs: Sequence[Ran], spoken: Sequence[Ran]) -> Point:
    world = next(each for each in World if any(run.world is each for run in runs))
    own = [run for run in runs if run.world is world]
    run, unpassed = own[-1], sum(not each.passed for each in own)
    alike = [each for each in reversed(spoken) if each.scope == run.scope]
    apart = _apart(spoken[-1], run) if spoken and spoken[-1].scope != run.scope else ""
    moved, redefined = (tuple(_moved(run, alike[0])), run.definition != alike[0].definition) if alike else ((), False)
    measured, before, best = {}, {}, {}
    for goal in Goal:
        if (speaks := next(filter(partial(_measured, goal), reversed(own)), None)) is not None:
            measured[goal] = speaks
        scope = (speaks or run).scope
        if then := [each for each in reversed(spoken) if each.scope == scope and _measured(goal, each)]:
            before[goal], best[goal] = then[0], min(then, key=lambda each: each.against(goal).actual or timedelta())
    return Point(quarter, run, len(own), unpassed, before, apart, moved, redefined, measured, best)


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
    return sorted(found, key=lambda each: worlds.index(each.run.world))


def _regressed(series: Series) -> Iterator[Regression]:
    point = series.newest
    if point is None:
        return
    for goal, before in point.before.items():
        best, run = point.best[goal], point.of(goal)
        if worse(before.against(goal), run.against(goal)):
            yield Regression(series, goal, before, run)
        elif _grown(best.against(goal), run.against(goal), _CREPT):
            yield Regression(series, goal, best, run, crept=True)


def worse(was: Against, now: Against) -> bool:
    """Whether a figure is a regression against a newest one; what is no evidence, or cannot be true, is not compared.

    A target that was loosened, or taken away, is still the one that it is held against.
    """
    if not _comparable(was, now):
        return False
    return _grown(was, now, _SHARE) or (was.standing in KEPT and _held(was, now).standing is Standing.MISSED)


def _comparable(was: Against, now: Against) -> bool:
    return all(each.evident and each.credible for each in (was, now))


def _grown(was: Against, now: Against, share: int) -> bool:
    """Whether a figure takes so much more of the stricter target than it did: a tenth of it for 10."""
    limit = _held(was, now).limit
    if limit is None or not _comparable(was, now):
        return False
    return ((now.actual or timedelta()) - (was.actual or timedelta())) * share >= limit.value


def _held(was: Against, now: Against) -> Against:
    """The figure of now, held against the stricter of both targets."""
    limits = [each.limit for each in (now, was) if each.limit is not None]
    return replace(now, limit=min(limits, key=lambda each: each.value, default=None))
