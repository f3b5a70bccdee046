"""The rows of the programme's page: tiers, resources, margins, trends, findings, plan, as words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from dr_orchestrator.domain.coverage import Coverage, Covered
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.telling import standing
from dr_orchestrator.domain.judge.against import KEPT, Standing
from dr_orchestrator.domain.objective import Goal, format_duration
from dr_orchestrator.domain.quarter.ageing import Aged, Ageing
from dr_orchestrator.domain.quarter.doing import Doing, Done
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.quarter.results import Margin, TierResult
from dr_orchestrator.domain.quarter.trend import Point, Regression, Series
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.reporting.chart.axis import percent
from dr_orchestrator.reporting.chart.trend import TrendChart, trend_chart
from dr_orchestrator.reporting.measure.target import TONES, Target
from dr_orchestrator.reporting.wording import SEVERITIES, VERDICTS, Badge, told

COVERAGES = {
    Coverage.PROVEN: "pass",
    Coverage.OVERDUE: "warn",
    Coverage.LAPSED: "warn",
    Coverage.NEVER: "fail",
    Coverage.EXCLUDED: "none",
    Coverage.UNASSIGNED: "unsure",
}
DONE = {
    Done.PASSED: "pass",
    Done.UNPROVEN: "warn",
    Done.FAILED: "fail",
    Done.INCONCLUSIVE: "unsure",
    Done.ABORTED: "stop",
    Done.UNDER_WAY: "open",
    Done.REHEARSED: "none",
    Done.SEEDED: "none",
    Done.NOT_NEEDED: "pass",
    Done.EXCLUDED: "none",
    Done.POSTPONED: "warn",
    Done.TO_COME: "open",
}


@dataclass(frozen=True)
class TierRow:
    """A tier: its services with the share that is proven, and what its drills showed on AWS."""

    number: str
    name: str
    services: str
    proven: str
    share: str
    width: str
    tone: str
    rehearsed: str
    standings: tuple[str, ...]
    declared: str
    performed: str
    at_first: str
    verdicts: tuple[tuple[Badge, str], ...]
    simulated: str
    rto: str
    rpo: str


def tier_row(of: TierResult) -> TierRow:
    """A tier in words."""
    share = of.proven / of.services if of.services else 0.0
    return TierRow(
        number="-" if of.number is None else str(of.number),
        name=of.name,
        services=f"{of.services:,}",
        proven=f"{of.proven:,}",
        share=f"{int(share * 100)} %",
        width=percent(share),
        tone="pass" if share == 1 else "warn" if share else "fail",
        rehearsed=f"{of.rehearsed:,}",
        standings=tuple(f"{of.resources[each]:,}" for each in Coverage),
        declared=f"{of.declared:,}",
        performed=f"{of.performed:,}",
        at_first=f"{of.at_first:,}",
        verdicts=tuple(
            (Badge(each.value, VERDICTS[each]), f"{of.verdicts[each]:,}") for each in Verdict if of.verdicts.get(each)
        ),
        simulated=f"{of.simulated:,}",
        rto=_left(of.least.get(Goal.RTO)),
        rpo=_left(of.least.get(Goal.RPO)),
    )


def _left(share: float | None) -> str:
    """A headroom, rounded down: 19.9 % must not read as the 20 % that it did not reach."""
    return "none measured" if share is None else f"{share * 100 // 1:.0f} %"


@dataclass(frozen=True)
class CoveredRow:
    """A resource that is not proven, and why."""

    tier: str
    service: str
    resource: str
    type: str
    badge: Badge
    why: str


def covered_row(row: Covered) -> CoveredRow:
    """A resource in words."""
    tier, service = (str(row.service.tier.number), row.service.title) if row.service else ("-", "none")
    changed = f"{row.why_changed}; " if row.why_changed else ""
    badge = Badge(row.standing.value, COVERAGES[row.standing])
    return CoveredRow(tier, service, row.resource, row.type, badge, f"{changed}{row.why}")


def otherwise_row(row: Covered) -> CoveredRow:
    """A resource of which the newest look told something else than the run that proved it."""
    return replace(covered_row(row), why="; ".join(row.otherwise))


@dataclass(frozen=True)
class MarginRow:
    """A figure of a run that missed its target, or had little left of it."""

    badge: Badge
    tier: str
    service: str
    drill: str
    run: str
    world: str
    measure: str
    figure: str
    exact: str
    target: str
    margin: str


def margin_row(of: Margin) -> MarginRow:
    """A figure in words."""
    run, target = of.run, _target(of.run, of.against.name)
    name = "RTA" if of.against.name is Goal.RTO else "RPA"
    shown = target.figure
    about = (str(run.tier), run.service_title, run.drill, run.id, world_word(run))
    return MarginRow(
        target.badge, *about, name, shown.text, shown.exact, f"{target.name} {target.objective}", target.margin
    )


def world_word(run: Ran) -> str:
    """The world of a run, where that is not AWS."""
    return "" if run.world is World.AWS else run.world.value


def _target(run: Ran, goal: Goal) -> Target:
    of = run.against(goal)
    return Target(of.name, of.limit, of.actual, of.grade, of.error)


@dataclass(frozen=True)
class TrendCell:
    """A drill in a quarter: its figure, what was left of the target, and the world; `note` says what is not alike."""

    text: str
    exact: str
    left: str
    tone: str
    world: str
    note: str


@dataclass(frozen=True)
class Measure:
    """RTA or RPA of a drill over the quarters."""

    name: str
    cells: tuple[TrendCell, ...]
    chart: TrendChart


@dataclass(frozen=True)
class SeriesRow:
    """The trend of a drill."""

    drill: str
    service: str
    tier: str
    measures: tuple[Measure, ...]


def series_row(of: Series) -> SeriesRow:
    """The trend of a drill in words, and drawn."""
    return SeriesRow(of.drill, of.title, str(of.tier), tuple(_measure(of, goal) for goal in Goal))


def _measure(of: Series, goal: Goal) -> Measure:
    name = "RTA" if goal is Goal.RTO else "RPA"
    cells = tuple(_cell(each, goal) for each in of.points)
    title = f"{name} of {of.drill} over {len(cells)} quarters"
    desc = f"As a share of its {goal.value}, the horizontal line; the same figures are in the table."
    return Measure(name, cells, trend_chart(goal, of.points, title, desc))


@dataclass(frozen=True)
class LineCell:
    """A drill in a quarter of a long table: RTA, RPA, the tone of the worse of them, and the world."""

    rta: str
    rpa: str
    tone: str
    world: str


@dataclass(frozen=True)
class LineRow:
    """The trend of a drill in a line."""

    drill: str
    service: str
    tier: str
    cells: tuple[LineCell, ...]


_NONE = LineCell("–", "", "none", "")
_WORST = ("fail", "unsure", "warn", "pass", "none")


def line_row(of: Series) -> LineRow:
    """The trend of a drill in a line."""
    return LineRow(of.drill, of.title, str(of.tier), tuple(_line(each) if each else _NONE for each in of.points))


def _line(of: Point) -> LineCell:
    both = [of.of(goal).against(goal) for goal in Goal]
    rta, rpa = (format_duration(each.actual) if each.actual is not None else each.standing.value for each in both)
    return LineCell(rta, rpa, min((TONES[each.standing] for each in both), key=_WORST.index), world_word(of.run))


def _cell(point: Point | None, goal: Goal) -> TrendCell:
    if point is None:
        return TrendCell("–", "not run", "", "none", "", "")
    target = _target(point.of(goal), goal)
    left = "" if target.headroom is None else f"{_left(target.headroom)} left"
    if target.standing not in (*KEPT, Standing.MISSED):
        left = "" if target.actual is None else target.standing.value
    if target.standing is Standing.THIN:
        left = f"thin: {left}"
    if target.standing is Standing.MISSED:
        left = f"missed by {math.ceil(-(target.headroom or 0.0) * 100)} %"
    many = f"{point.unpassed} of {point.runs} runs did not pass" if point.runs > 1 else "did not pass"
    newer = "its newest run did not measure it" if point.of(goal) is not point.run else ""
    notes = [point.apart, many if point.unpassed else "", newer]
    notes += [*point.moved, "defined otherwise" if point.redefined else ""]
    shown = target.figure
    text = _short(target) if target.actual is not None else target.standing.value
    return TrendCell(text, shown.exact, left, target.badge.tone, world_word(point.run), "; ".join(filter(None, notes)))


def _short(target: Target) -> str:
    """A figure to the minute, rounded up, where it is longer than an hour: columns are narrow."""
    exact = target.actual
    if exact is None or exact.total_seconds() < 3600:
        return target.figure.text
    minutes = -(-exact.total_seconds() // 60)
    hours, rest = divmod(int(minutes), 60)
    text = f"{hours} h" + (f" {rest:02} m" if rest else "")
    same = target.limit is not None and text == format_duration(target.limit.value) and exact != target.limit.value
    return target.figure.text if same else text


@dataclass(frozen=True)
class RegressionRow:
    """A regression by name."""

    service: str
    drill: str
    world: str
    words: str
    run: str
    before: str


def regression_row(of: Regression) -> RegressionRow:
    """A regression in words."""
    return RegressionRow(of.series.title, of.run.drill, world_word(of.run), of.words, of.run.id, of.before.id)


@dataclass(frozen=True)
class AgeRow:
    """A class of age of findings, with a bar."""

    age: str
    live: str
    overdue: str
    width: str
    late: str


def age_rows(of: Ageing) -> tuple[AgeRow, ...]:
    """The live findings by age."""
    most = max([live for _, live, _ in of.buckets], default=0) or 1
    return tuple(
        AgeRow(name, f"{live:,}", f"{late:,}", percent(live / most), percent(late / most))
        for name, live, late in of.buckets
    )


@dataclass(frozen=True)
class FindingLine:
    """A finding with how it stood."""

    badge: Badge
    service: str
    title: str
    owner: str
    standing: str
    overdue: bool
    fingerprint: str


def finding_line(of: Aged, now: datetime) -> FindingLine:
    """A finding in words."""
    found = of.finding
    badge = Badge(found.severity.value, SEVERITIES[Severity(found.severity)])
    owner = told(found.owner, "nobody")
    said = standing(found, now)
    return FindingLine(badge, found.service_title, found.title, owner, said, of.overdue, found.fingerprint)


@dataclass(frozen=True)
class DoingRow:
    """A drill of the plan: when it was planned, what became of it, and why."""

    badge: Badge
    tier: str
    service: str
    drill: str
    planned: str
    run: str
    why: str


def doing_rows(found: Iterable[Doing], zone: str) -> list[DoingRow]:
    """The plan in words, by the days of its zone."""
    return [_doing(each, ZoneInfo(zone)) for each in found]


def _doing(of: Doing, zone: ZoneInfo) -> DoingRow:
    drill, word = of.drill, f"{of.state}, late" if of.late else of.state.value
    planned = f"{of.slot.at.astimezone(zone):%Y-%m-%d}" if of.slot else "no day"
    run = of.run.id if of.run else ""
    service = drill.service
    return DoingRow(
        Badge(word, DONE[of.state]), str(service.tier.number), service.title, drill.name, planned, run, of.why
    )


def first(found: Sequence[Series], regressed: Iterable[Regression]) -> list[Series]:
    """The trends in the order in which they are looked at: what is worse, what was missed, then tier 0 first."""
    worse = {(each.series.service, each.series.drill) for each in regressed}

    def place(of: Series) -> tuple[bool, bool]:
        at = of.newest
        missed = at is not None and any(at.of(goal).against(goal).standing is Standing.MISSED for goal in Goal)
        return (of.service, of.drill) not in worse, not missed

    return sorted(found, key=place)
