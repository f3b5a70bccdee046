"""The programme's page as a template sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.coverage import Coverage
from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.quarter.ageing import Aged, Ageing
from dr_orchestrator.domain.quarter.doing import Done
from dr_orchestrator.domain.quarter.doing import counted as tally
from dr_orchestrator.domain.quarter.model import Excluded, Programme
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.quarter.trend import RULE
from dr_orchestrator.domain.since import Since
from dr_orchestrator.reporting.quarter import large, leading, people, rows
from dr_orchestrator.reporting.quarter.large import LargeView
from dr_orchestrator.reporting.quarter.people import LastView, PeopleView
from dr_orchestrator.reporting.view.context import pace_words
from dr_orchestrator.reporting.view.proof import Fact
from dr_orchestrator.reporting.wording import Badge, instant, told

DRAWN = 60
"""So many trends, and lines of a list, are shown at once; the rest is folded."""
MADE_UP = "Seeded runs are a made-up history of the sample company: their figures were drawn, nothing was restored."


@dataclass(frozen=True)
class FindingsView:
    """The findings of one world: by age and state, those that are overdue or oldest, and those that were accepted."""

    title: str
    simulated: bool
    states: tuple[Fact, ...]
    opened: str
    closed: str
    ages: tuple[rows.AgeRow, ...]
    lines: tuple[rows.FindingLine, ...]


@dataclass(frozen=True)
class Lasting:
    """An exclusion or an accepted risk: by whom, why, until when."""

    kind: str
    about: str
    by: str
    reason: str
    until: str
    badge: Badge


@dataclass(frozen=True)
class CostRow:
    """The copies of a world, and what they are known to cost."""

    world: str
    copies: str
    stood: str
    by_type: str
    cost: str


@dataclass(frozen=True)
class PlannedRow:
    """A drill that is planned for the next quarter."""

    day: str
    tier: str
    service: str
    drill: str


@dataclass(frozen=True)
class ProgrammeView:
    """Everything that the template of the programme's page may use."""

    quarter: str
    as_of: str
    standing: str
    simulated: bool
    stamp: str
    mixed: str
    badge: Badge
    sentence: str
    proven: str
    services: str
    tiers: tuple[rows.TierRow, ...]
    results: tuple[rows.TierRow, ...]
    coverages: tuple[tuple[Badge, str], ...]
    known: str
    equation: str
    looked: str
    changes: tuple[leading.Point, ...]
    decisions: tuple[leading.Point, ...]
    findings_line: str
    unassigned: str
    short: tuple[rows.CoveredRow, ...]
    otherwise: tuple[rows.CoveredRow, ...]
    unknown: str
    missed: tuple[rows.MarginRow, ...]
    thin: tuple[rows.MarginRow, ...]
    quarters: tuple[str, ...]
    rule: str
    regressions: tuple[rows.RegressionRow, ...]
    series: tuple[rows.SeriesRow, ...]
    more_series: tuple[rows.LineRow, ...]
    findings: tuple[FindingsView, ...]
    plan: tuple[tuple[Badge, str], ...]
    plan_sentence: str
    undone: tuple[rows.DoingRow, ...]
    done: tuple[rows.DoingRow, ...]
    besides: str
    lasting: tuple[Lasting, ...]
    costs: tuple[CostRow, ...]
    following: str
    following_sentence: str
    to_come: tuple[PlannedRow, ...]
    no_room: tuple[str, ...]
    large: tuple[LargeView, ...]
    large_sentence: str
    people: tuple[PeopleView, ...]
    people_before: tuple[PeopleView, ...]
    people_sentence: str
    people_last: tuple[LastView, ...]
    last_sentence: str
    provenance: tuple[Fact, ...]


def programme_view(of: Programme) -> ProgrammeView:
    """Make it."""
    numbers, series = _numbers(of), rows.first(of.series, of.regressions)
    plan, doings = tally(of.doings), rows.doing_rows(of.doings, of.zone)
    fine = {each.value for each in (Done.PASSED, Done.NOT_NEEDED, Done.TO_COME)}
    zone = ZoneInfo(of.zone)
    following = of.quarter.moved(1)
    return ProgrammeView(
        quarter=str(of.quarter),
        as_of=instant(of.now),
        standing=_standing(of),
        simulated=of.simulated,
        stamp=_stamp(of) if of.simulated else "",
        mixed="" if of.simulated else _mixed(of),
        badge=leading.answer(of),
        sentence=leading.sentence(of),
        proven=f"{sum(each.proven for each in of.tiers):,}",
        services=counted(len(of.services), "service"),
        tiers=tuple(rows.tier_row(each) for each in of.tiers if each.number is not None),
        results=tuple(map(rows.tier_row, of.tiers)),
        coverages=tuple((Badge(each.value, rows.COVERAGES[each]), numbers[each]) for each in Coverage),
        known=counted(len(of.covered.rows), "resource"),
        equation=" + ".join(f"{numbers[each]} {each}" for each in Coverage) + f" = {len(of.covered.rows):,} known",
        looked=_looked(of),
        changes=tuple(leading.changes(of)),
        decisions=tuple(leading.decisions(of)),
        findings_line=_findings_line(of),
        unassigned=_unassigned(of),
        short=tuple(rows.covered_row(each) for each in of.covered.rows if each.standing is not Coverage.PROVEN),
        otherwise=tuple(rows.otherwise_row(each) for each in of.covered.rows if each.otherwise),
        unknown=_unknown(of),
        missed=tuple(map(rows.margin_row, of.missed)),
        thin=tuple(map(rows.margin_row, of.thin)),
        quarters=tuple(map(str, of.quarters)),
        rule=RULE,
        regressions=tuple(map(rows.regression_row, of.regressions)),
        series=tuple(map(rows.series_row, series[:DRAWN])),
        more_series=tuple(map(rows.line_row, series[DRAWN:])),
        findings=tuple(_findings(of)),
        plan=tuple((Badge(each.value, rows.DONE[each]), f"{plan[each]:,}") for each in Done if plan[each]),
        plan_sentence=_plan_sentence(of),
        undone=tuple(each for each in doings if each.badge.word not in fine),
        done=tuple(each for each in doings if each.badge.word in fine),
        besides=_besides(of),
        lasting=tuple(_lasting(of)),
        costs=tuple(_costs(of)),
        following=str(following),
        following_sentence=_following(of),
        to_come=tuple(
            PlannedRow(
                f"{each.at.astimezone(zone):%Y-%m-%d}",
                str(each.drill.service.tier.number),
                each.drill.service.title,
                each.drill.name,
            )
            for each in of.to_come
        ),
        no_room=tuple(drill.name for drill, _ in of.no_room),
        large=tuple(map(large.large_row, of.large)),
        large_sentence=large.sentence(of.large),
        people=tuple(map(people.people_row, of.people)),
        people_before=tuple(map(people.people_row, of.people_before)),
        people_sentence=people.sentence(of.people),
        people_last=tuple(people.last_rows(of.services, of.people_last)),
        last_sentence=people.last_sentence(of.services, of.people_last),
        provenance=_provenance(of),
    )


def _standing(of: Programme) -> str:
    if of.over:
        return (
            f"the quarter as it ended; services and drills as they are declared today, {of.revision or 'no revision'}"
        )
    left = -(-(of.end - of.now) // timedelta(days=1))
    return f"THE QUARTER IS NOT OVER: {counted(left, 'day')} are left, and what is told may change"


def _numbers(of: Programme) -> dict[Coverage, str]:
    """How many resources stand where; what nobody looked for is not known, and no zero."""
    counts = of.covered.counted
    told_of = {each: f"{counts[each]:,}" for each in Coverage}
    return told_of if of.covered.looked_at is not None else told_of | {Coverage.UNASSIGNED: "?"}


def _unassigned(of: Programme) -> str:
    return _numbers(of)[Coverage.UNASSIGNED] + (" (simulated)" if of.simulated_look else "")


def _unknown(of: Programme) -> str:
    """Of how many nobody knows whether they are what they were when they were proven; empty where there are none."""
    number = len([row for row in of.covered.rows if any(each.since is Since.UNKNOWN for each in row.since)])
    what = "it is not known whether engine or size changed since a run proved or rehearsed it"
    return f"Of {counted(number, 'resource')} {what}." if number else ""


def _stamp(of: Programme) -> str:
    told_of = [*of.runs, *of.points]
    seeded = any(run.world is World.SEEDED for run in told_of)
    lab = any(run.world is World.LAB for run in told_of)
    none = "No run of this report was made on AWS"
    if any(run.world is World.AWS for run in told_of):
        none = "No run on AWS of this report passed, failed or measured anything"
    said = [f"{none}: its figures are never evidence of a recovery."]
    if lab:
        said.append("Simulated runs were made in a lab.")
    return " ".join([*said, MADE_UP] if seeded else said)


def _mixed(of: Programme) -> str:
    """The simulated runs beside real ones: how many, and that they are marked and count for nothing."""
    own = {run.id for run in of.runs}
    made = {"quarter's runs": of.runs, "trend's further runs": [run for run in of.points if run.id not in own]}
    found = [f"of the {name} {many}" for name, runs in made.items() if (many := _unreal(runs))]
    if not found:
        return ""
    made_up = f" {MADE_UP}" if any(run.world is World.SEEDED for run in [*of.runs, *of.points]) else ""
    said = f"{', and '.join(found)} are no evidence: they are marked, and in no figure of what is proven.{made_up}"
    return said[0].upper() + said[1:]


def _unreal(runs: Iterable[Ran]) -> str:
    worlds = Counter(run.world for run in runs)
    return " and ".join(f"{worlds[world]:,} {world}" for world in (World.LAB, World.SEEDED) if worlds[world])


def _looked(of: Programme) -> str:
    if of.covered.looked_at is None:
        return "What no service claims is not known: nobody has looked (`dro posture` does)."
    missing = f"; not all could be seen: {'; '.join(of.covered.not_seen)}" if of.covered.not_seen else ""
    after = " (after the quarter)" if of.covered.looked_at > of.now else ""
    before = " (before the quarter)" if of.covered.looked_at < of.start else ""
    where = " in a simulated AWS, which is no evidence" if of.simulated_look else ""
    return f"What no service claims is as of {instant(of.covered.looked_at)}{after}{before}{where}{missing}."


def _findings_line(of: Programme) -> str:
    told_of = of.simulated_findings if of.simulated and not of.findings.live else of.findings
    oldest = max((each.age.days for each in told_of.live), default=0)
    said = f"{len(told_of.live):,} open, {len(told_of.overdue):,} overdue"
    return f"{said}; the oldest for {counted(oldest, 'day')}" if told_of.live else said


def _findings(of: Programme) -> Sequence[FindingsView]:
    found = [(of.findings, "Findings of AWS", False), (of.simulated_findings, "Findings of simulated runs", True)]
    return [
        FindingsView(
            title,
            simulated,
            tuple(Fact(state.value, f"{each.states[state]:,}") for state in State),
            f"{each.opened:,}",
            f"{each.closed:,}",
            rows.age_rows(each),
            tuple(rows.finding_line(one, of.judged) for one in _urgent(each)),
        )
        for each, title, simulated in found
        if sum(each.states.values())
    ]


def _urgent(of: Ageing) -> list[Aged]:
    """Those to be done, what is overdue and then what is oldest first."""
    return sorted(of.live, key=lambda each: (not each.overdue, -each.age))


def _plan_sentence(of: Programme) -> str:
    plan = tally(of.doings)
    done = sum(plan[each] for each in (Done.PASSED, Done.UNPROVEN, Done.FAILED, Done.INCONCLUSIVE, Done.ABORTED))
    late = sum(each.late for each in of.doings)
    said = f"{counted(len(of.doings), 'drill')} planned: {done:,} begun on AWS"
    return f"{said}{f', {late:,} of them late' if late else ''}; {plan[Done.POSTPONED]:,} postponed."


def _besides(of: Programme) -> str:
    if not of.besides:
        return ""
    real = sum(run.world is World.AWS for run in of.besides)
    said = f"{counted(len(of.besides), 'run')} beside the plan, {real:,} on AWS."
    begun = ", ".join(run.id for run in of.carried)
    return f"{said} Begun in a quarter before, ended and judged in this one: {begun}." if begun else said


def _lasting(of: Programme) -> Sequence[Lasting]:
    found = [_excluded(each) for each in of.excluded]
    for ageing, simulated in ((of.findings, False), (of.simulated_findings, True)):
        for each in ageing.accepted:
            one = each.finding
            until = f"{one.accepted_until:%Y-%m-%d}" if one.accepted_until else "not known"
            mark = " (simulated)" if simulated else ""
            about = f"{one.service_title}: {one.title}{mark}"
            found.append(
                Lasting(
                    "accepted risk", about, one.accepted_by, one.accepted_reason, until, _soon(of, one.accepted_until)
                )
            )
    return found


def _excluded(each: Excluded) -> Lasting:
    about = f"{each.service.title}: {each.resource}"
    badge = Badge("expired", "fail") if each.expired else Badge("holds", "none")
    of = each.exclusion
    return Lasting("exclusion", about, of.approver, of.reason, f"{of.expires}", badge)


def _soon(of: Programme, until: datetime | None) -> Badge:
    soon = until is not None and until < of.quarter.moved(1).end(of.zone)
    return Badge("ends soon", "warn") if soon else Badge("holds", "none")


def _costs(of: Programme) -> Sequence[CostRow]:
    names = {World.AWS: "on AWS", World.LAB: "simulated", World.SEEDED: "seeded"}
    return [
        CostRow(
            names[world],
            f"{each.copies:,}",
            format_duration(each.hours),
            ", ".join(f"{type_} {format_duration(lasted)}" for type_, lasted in sorted(each.stood.items())) or "none",
            str(each.cost) if each.copies or world is not World.AWS else "nothing: no copy was made",
        )
        for world, each in of.costs.items()
        if each.copies or world is World.AWS
    ]


def _following(of: Programme) -> str:
    if not of.to_come:
        return "No drill is planned for it."
    zone = ZoneInfo(of.zone)
    first, last = (f"{each.at.astimezone(zone):%Y-%m-%d}" for each in (of.to_come[0], of.to_come[-1]))
    tentative = "" if of.over else " The order is tentative: it follows from the proofs of then."
    return f"{counted(len(of.to_come), 'drill')} from {first} to {last}.{tentative}"


def _provenance(of: Programme) -> tuple[Fact, ...]:
    paces = sorted({run.pace for run in of.runs if run.world is World.LAB})
    return (
        Fact("As of", instant(of.now)),
        Fact("Quarter", f"{instant(of.start)} to {instant(of.end)}"),
        Fact("Time zone", of.zone),
        Fact("Catalogue revision", told(of.revision)),
        Fact("Runs on AWS", f"{len(of.of(World.AWS)):,}"),
        Fact("Simulated runs", f"{len(of.of(World.LAB)):,}"),
        Fact("Seeded runs", f"{len(of.of(World.SEEDED)):,}"),
        Fact("Imported restore tests", leading.imports(of) or "0"),
        Fact("Clock of simulated runs", ", ".join(map(pace_words, paces)) or "none"),
    )
