"""The programme in a quarter: all that its report tells, made of records and declarations as of one instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dr_orchestrator.domain.agenda import Slot
from dr_orchestrator.domain.cost import Rates
from dr_orchestrator.domain.coverage import Inventory
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.findings.tracked import TrackedFinding
from dr_orchestrator.domain.judge.against import Standing
from dr_orchestrator.domain.objective import Goal
from dr_orchestrator.domain.quarter.ageing import Ageing, History, ageing
from dr_orchestrator.domain.quarter.costs import CostOfQuarter, Life, cost_of
from dr_orchestrator.domain.quarter.doing import Calling, Doing, besides, doings, without
from dr_orchestrator.domain.quarter.large import LargeRow
from dr_orchestrator.domain.quarter.last import Exercised
from dr_orchestrator.domain.quarter.people import PeopleRow
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.quarter.results import Margin, TierResult, at_worst, by_tier, margins
from dr_orchestrator.domain.quarter.span import LEAST, Quarter
from dr_orchestrator.domain.quarter.trend import Regression, Series, quarters_until, regressions, trends
from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.domain.service import Exclusion, Service


@dataclass(frozen=True)
class Facts:
    """Everything that the report is made of, as of `calling.now`.

    `runs` are those of eight quarters, as they stood then, in the order in which they opened; `covered` is the
    inventory of then, `simulated_look` whether it was looked for in a simulated AWS, and `before` the inventory of the
    end of the quarter before. `lives` are the copies that stood in the quarter. `people_before` are the exercises of
    people of the year before it, `people_last` the last one of each service that has one, by its name.
    """

    quarter: Quarter
    zone: str
    revision: str
    simulated_look: bool
    services: Sequence[Service]
    drills: Sequence[Drill]
    rates: Rates
    calling: Calling
    covered: Inventory
    before: Inventory
    runs: Sequence[Ran]
    findings: Sequence[TrackedFinding]
    histories: History
    imported: Sequence[RestoreTest]
    lives: Sequence[Life]
    large: Sequence[LargeRow] = ()
    people: Sequence[PeopleRow] = ()
    people_before: Sequence[PeopleRow] = ()
    people_last: Mapping[str, Exercised] = field(default_factory=dict)


@dataclass(frozen=True)
class Excluded:
    """A resource that need not be drilled, by whom, why and until when; `expired` is whether that day is over."""

    service: Service
    resource: str
    exclusion: Exclusion
    expired: bool


@dataclass(frozen=True)
class Programme:
    """The programme in a quarter; what is simulated stands apart, and is in no figure that tells what is proven.

    `over` is whether the quarter had ended: then it is `judged` at its last instant, and not at the first of the next.
    `runs` are those that began in it, before them those that were `carried` over: begun before, and ended in it, which
    is where they are judged. They are besides its plan, for they were of another's. `missed` and `thin` their figures,
    `late` the drills whose loss would be missed at the worst instant though they passed.
    """

    quarter: Quarter
    zone: str
    now: datetime
    judged: datetime
    over: bool
    start: datetime
    end: datetime
    revision: str
    services: Sequence[Service]
    declared: frozenset[str]
    simulated_look: bool
    covered: Inventory
    before: Inventory
    tiers: Sequence[TierResult]
    runs: Sequence[Ran]
    missed: Sequence[Margin]
    thin: Sequence[Margin]
    at_worst: Sequence[Ran]
    quarters: Sequence[Quarter]
    series: Sequence[Series]
    regressions: Sequence[Regression]
    findings: Ageing
    simulated_findings: Ageing
    doings: Sequence[Doing]
    besides: Sequence[Ran]
    carried: Sequence[Ran]
    excluded: Sequence[Excluded]
    costs: Mapping[World, CostOfQuarter]
    imported: Sequence[RestoreTest]
    to_come: Sequence[Slot]
    no_room: Sequence[tuple[Drill, datetime]]
    large: Sequence[LargeRow] = ()
    people: Sequence[PeopleRow] = ()
    people_before: Sequence[PeopleRow] = ()
    people_last: Mapping[str, Exercised] = field(default_factory=dict)

    def of(self, world: World) -> list[Ran]:
        """The runs of the quarter that were made there."""
        return [run for run in self.runs if run.world is world]

    @property
    def simulated(self) -> bool:
        """Whether all that it tells of runs is simulated: there is some, and none of AWS that is evidence."""
        told = [*self.runs, *self.points]
        return any(run.world is not World.AWS for run in told) and not any(
            run.world is World.AWS and run.is_evidence for run in told
        )

    @property
    def points(self) -> list[Ran]:
        """The runs whose figures stand for a drill in a quarter of its trend."""
        found = [(point, goal) for each in self.series for point in each.points if point for goal in Goal]
        return list({run.id: run for point, goal in found for run in (point.run, point.of(goal))}.values())


def programme(facts: Facts) -> Programme:
    """The programme in a quarter, from its facts."""
    calling = facts.calling
    then = min(calling.now, calling.end - LEAST)
    judged = min(then, facts.quarter.within(then, facts.zone))
    begun = [run for run in facts.runs if calling.start <= run.started_at < calling.end]
    carried = [run for run in facts.runs if run.started_at < calling.start and _ends_in(run, calling)]
    own = [*carried, *begun]
    series = trends(facts.runs, facts.quarter, facts.zone)
    done = doings(calling, begun)
    aged = [
        ageing(facts.findings, facts.histories, calling.start, then, judged, simulated=each) for each in (False, True)
    ]
    following = facts.quarter.moved(1)
    start, end = following.start(facts.zone), following.end(facts.zone)
    return Programme(
        quarter=facts.quarter,
        zone=facts.zone,
        now=calling.now,
        judged=judged,
        over=calling.now >= calling.end,
        start=calling.start,
        end=calling.end,
        revision=facts.revision,
        services=facts.services,
        declared=frozenset(each.name for each in facts.drills),
        simulated_look=facts.simulated_look,
        covered=facts.covered,
        before=facts.before,
        tiers=by_tier(facts.services, facts.drills, facts.covered, own),
        runs=own,
        missed=margins(own, Standing.MISSED),
        thin=margins(own, Standing.THIN),
        at_worst=at_worst(own),
        quarters=quarters_until(facts.quarter),
        series=series,
        regressions=regressions(series),
        findings=aged[0],
        simulated_findings=aged[1],
        doings=done,
        besides=[*carried, *besides(done, begun)],
        carried=carried,
        excluded=list(_excluded(facts.services, judged)),
        costs=_costs(facts),
        imported=[each for each in facts.imported if calling.start <= each.began < min(calling.end, calling.now)],
        to_come=[each for each in calling.planned.slots if start <= each.at < end],
        no_room=without(calling.planned, start, end),
        large=facts.large,
        people=facts.people,
        people_before=facts.people_before,
        people_last=facts.people_last,
    )


def _ends_in(run: Ran, calling: Calling) -> bool:
    return run.ended_at is not None and calling.start <= run.ended_at < calling.end


def _excluded(services: Iterable[Service], now: datetime) -> Iterable[Excluded]:
    found = [
        Excluded(service, name, each, now.date() > each.expires)
        for service in services
        for name, each in service.exclusions.items()
    ]
    return sorted(found, key=lambda each: (each.exclusion.expires, each.service.name, each.resource))


def _costs(facts: Facts) -> dict[World, CostOfQuarter]:
    since, now = facts.calling.start, facts.calling.now
    worlds = {run.id: run.world for run in facts.runs}
    lives: dict[World, list[Life]] = {}
    for each in facts.lives:
        if each.run in worlds:
            lives.setdefault(worlds[each.run], []).append(each)
    return {world: cost_of(lives.get(world, ()), facts.rates, since, now, world) for world in World}
