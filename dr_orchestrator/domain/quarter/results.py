"""Results by tier: services and resources that are proven, drills that ran, what was missed and what was thin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.coverage import Coverage, Covered, Inventory
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.judge.against import Against, Standing
from dr_orchestrator.domain.objective import Goal
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.service import Service
from dr_orchestrator.domain.verdict import Verdict, WorstCaseVerdict

UNDECLARED = "no more declared"
"""The name of the row of drills that were run, and that no file declares any more."""


@dataclass(frozen=True)
class Margin:
    """A figure of a run of the quarter that missed its target, or kept it by less than a fifth."""

    run: Ran
    against: Against


@dataclass(frozen=True)
class TierResult:
    """A tier in the quarter; every number but `rehearsed` and `simulated` is of runs on AWS alone.

    A run counts in the tier that its drill has today; those of drills that are no more declared stand in a row of their
    own, whose `number` is None.

    `proven` are services all of whose resources are proven, those aside that are excluded; one whose every resource is
    excluded is none of them. `rehearsed` are services of which every drill that restores something passed last in a
    simulated AWS; what is seeded never took place, and rehearses nothing. `at_first` are the drills of `performed`
    whose first run of the quarter passed, whatever came after.
    """

    number: int | None
    name: str
    services: int
    proven: int
    rehearsed: int
    resources: Mapping[Coverage, int]
    declared: int
    performed: int
    at_first: int
    verdicts: Mapping[Verdict, int]
    simulated: int
    least: Mapping[Goal, float]


def by_tier(
    services: Iterable[Service], drills: Iterable[Drill], covered: Inventory, runs: Sequence[Ran]
) -> list[TierResult]:
    """The results of every tier that has a service, tier 0 first; `runs` are those that began in the quarter."""
    declared: dict[int, list[Service]] = {}
    for service in services:
        declared.setdefault(service.tier.number, []).append(service)
    of_drills: dict[int, list[Drill]] = {}
    for drill in drills:
        of_drills.setdefault(drill.service.tier.number, []).append(drill)
    rows = grouped(covered.rows)
    of_today = {drill.name: number for number, own in of_drills.items() for drill in own}
    drilled: dict[int | None, list[Ran]] = {}
    for run in runs:
        drilled.setdefault(of_today.get(run.drill), []).append(run)
    found = [
        _tier(number, own, of_drills.get(number, ()), rows, drilled.get(number, ()))
        for number, own in sorted(declared.items())
    ]
    return found + ([_tier(None, (), (), rows, drilled[None])] if None in drilled else [])


def grouped(rows: Iterable[Covered]) -> dict[str, list[Covered]]:
    """The resources of the inventory by service; what none claims is in no group."""
    found: dict[str, list[Covered]] = {}
    for row in rows:
        if row.service is not None:
            found.setdefault(row.service.name, []).append(row)
    return found


def is_proven(rows: Iterable[Covered]) -> bool:
    """Whether a service is proven: each of its resources is, but what is excluded, and one is at least."""
    counted = [row.standing for row in rows if row.standing is not Coverage.EXCLUDED]
    return bool(counted) and all(each is Coverage.PROVEN for each in counted)


def _tier(
    number: int | None,
    services: Sequence[Service],
    drills: Sequence[Drill],
    rows: Mapping[str, Sequence[Covered]],
    runs: Sequence[Ran],
) -> TierResult:
    real = [run for run in runs if run.world is World.AWS]
    said = _by_drill(run for run in real if run.says_something)
    standings = Counter(row.standing for service in services for row in rows.get(service.name, ()))
    restoring: dict[str, list[str]] = {}
    for drill in drills:
        if drill.production is None:
            restoring.setdefault(drill.service.name, []).append(drill.name)
    rehearsals = _by_drill(run for run in runs if run.world is World.LAB and run.says_something)
    passed = {name for name, found in rehearsals.items() if found[-1].passed}
    return TierResult(
        number,
        services[0].tier.name if services else UNDECLARED,
        len(services),
        sum(is_proven(rows.get(service.name, ())) for service in services),
        sum(passed.issuperset(restoring[each.name]) for each in services if each.name in restoring),
        Counter(dict.fromkeys(Coverage, 0) | standings),
        len(drills),
        len(said),
        sum(found[0].passed for found in said.values()),
        Counter(run.verdict for run in real if run.verdict is not None),
        len(runs) - len(real),
        {goal: least for goal in Goal if (least := _least(real, goal)) is not None},
    )


def _by_drill(runs: Iterable[Ran]) -> dict[str, list[Ran]]:
    found: dict[str, list[Ran]] = {}
    for run in runs:
        found.setdefault(run.drill, []).append(run)
    return found


def _least(runs: Iterable[Ran], goal: Goal) -> float | None:
    shares = (run.against(goal).headroom for run in runs if run.says_something)
    return min((share for share in shares if share is not None), default=None)


def margins(runs: Iterable[Ran], standing: Standing) -> list[Margin]:
    """The figures of the quarter's runs that stand so, those on AWS and the least headroom first."""
    worlds, found = list(World), []
    for run in runs:
        for goal in Goal:
            against = run.against(goal)
            if run.says_something and against.standing is standing:
                found.append(Margin(run, against))
    return sorted(found, key=lambda each: (worlds.index(each.run.world), each.against.headroom or 0.0, each.run.id))


def at_worst(runs: Iterable[Ran]) -> list[Ran]:
    """The newest run on AWS of each drill, where it passed and its RPO would be missed at the worst instant."""
    newest = {run.drill: run for run in runs if run.world is World.AWS and run.says_something}
    return [run for run in newest.values() if run.passed and run.worst_case is WorstCaseVerdict.MISSED]
