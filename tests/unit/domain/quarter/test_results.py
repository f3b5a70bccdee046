"""Results by tier: a service is proven by runs on AWS alone, and every sum reconciles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.coverage import Coverage
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.judge.against import Standing
from dr_orchestrator.domain.objective import Goal
from dr_orchestrator.domain.posture.ruling import LAST, NOBODY, Ruling, Stood
from dr_orchestrator.domain.posture.ruling import Standing as Short
from dr_orchestrator.domain.production import OnProduction
from dr_orchestrator.domain.quarter.doing import Done
from dr_orchestrator.domain.quarter.doing import counted as tally
from dr_orchestrator.domain.quarter.model import Programme, programme
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.quarter.results import TierResult, grouped, is_proven
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Exclusion, Resource, Service
from dr_orchestrator.domain.verdict import Verdict, WorstCaseVerdict
from tests.support.calendar import drill
from tests.support.programmes import DAY, HOUR, NOW, RTO, facts, ran

DB = Resource("db", "rds-instance", "orders-prod", "us-east-1")
FILES = Resource("files", "s3-bucket", "files-prod", "us-east-1")


def company(*names: str, tier: int = 1) -> tuple[list[Service], list[Drill]]:
    """Services with a resource and a drill each."""
    drills = []
    for name in names:
        made = drill(f"{name}-drill", tier, service=name)
        drills.append(replace(made, service=replace(made.service, resources={"db": DB})))
    return [each.service for each in drills], drills


def of(name: str, **more: object) -> Ran:
    return ran(f"{name}-drill", service=name, **more)


def told(*runs: Ran, names: tuple[str, ...] = ("a", "b")) -> Programme:
    services, drills = company(*names)
    return programme(facts(services, drills, runs))


def tier(found: Programme) -> TierResult:
    (one,) = found.tiers
    return one


def test_a_service_is_proven_where_all_that_counts_of_it_is() -> None:
    """What is excluded is left aside; where all is excluded, or there is nothing, nothing is proven."""
    services, drills = company("a")
    both = replace(services[0], resources={"db": DB, "files": FILES})
    found = programme(facts([both], [replace(drills[0], service=both)], [of("a")]))
    assert tier(found).proven == 0
    aside = replace(both, exclusions={"files": Exclusion("Dana", "moves", date(2027, 1, 1))})
    found = programme(facts([aside], [replace(drills[0], service=aside)], [of("a")]))
    assert (tier(found).proven, tier(found).resources[Coverage.EXCLUDED]) == (1, 1)
    (rows,) = grouped(found.covered.rows).values()
    assert not is_proven([row for row in rows if row.standing is Coverage.EXCLUDED])
    assert not is_proven([])


@pytest.mark.parametrize(("world", "rehearsed"), [(World.LAB, 1), (World.SEEDED, 0)])
def test_simulated_runs_are_counted_apart(world: World, rehearsed: int) -> None:
    """They prove no service: no verdict, headroom or drill of theirs is among the real ones; seeded ones, which never
    took place, rehearse none either.
    """
    found = tier(told(of("a", world=world)))
    assert (found.proven, found.rehearsed, found.simulated) == (0, rehearsed, 1)
    assert (found.performed, dict(found.verdicts), dict(found.least)) == (0, {}, {})
    assert tier(told(of("a", world=world), of("a", at=NOW - DAY, world=world, verdict=Verdict.FAILED))).rehearsed == 0


def test_what_no_service_claims_is_of_no_tier_and_a_failover_rehearses_nothing() -> None:
    """It counts in the inventory alone; a drill that fails production over restores no service."""
    services, drills = company("a")
    ruling = Ruling(Rule.UNCLAIMED, Short.SHORT, "no service declares it")
    stray = Stood(NOBODY, "t", "o", LAST, "stray", "rds-instance", "stray", "us-east-1", ruling)
    failover = replace(drills[0], name="f-drill", production=object.__new__(OnProduction))
    found = programme(facts(services, [*drills, failover], [of("a", world=World.LAB)], seen=[stray]))
    assert found.covered.counted[Coverage.UNASSIGNED] == 1
    assert sum(tier(found).resources.values()) == len(found.covered.rows) - 1
    assert (tier(found).declared, tier(found).rehearsed) == (2, 1)


def test_a_pass_after_a_failure_is_no_pass_at_first() -> None:
    """A failed run stays in the count after a passing retest; aborted ones say nothing."""
    first = of("a", verdict=Verdict.FAILED)
    aborted = of("b", verdict=Verdict.ABORTED)
    found = tier(told(first, of("a", at=NOW - DAY), aborted, of("b", at=NOW - 2 * DAY)))
    assert (found.declared, found.performed, found.at_first, found.proven) == (2, 2, 1, 2)
    assert found.verdicts == {Verdict.FAILED: 1, Verdict.ABORTED: 1, Verdict.PASSED: 2}


def test_a_run_counts_in_the_tier_of_today() -> None:
    """Whatever tier it was then; what no file declares any more stands in a row of its own, so that all are counted."""
    services, drills = company("a", tier=2)
    runs = [of("a", tier=0), of("gone", tier=0), of("gone", tier=0, at=NOW - DAY, world=World.LAB)]
    one, gone = programme(facts(services, drills, runs)).tiers
    assert (one.number, one.declared, one.performed, dict(one.verdicts)) == (2, 1, 1, {Verdict.PASSED: 1})
    assert (gone.number, gone.name, gone.services, gone.declared) == (None, "no more declared", 0, 0)
    assert (gone.performed, gone.simulated, dict(gone.verdicts)) == (1, 1, {Verdict.PASSED: 1})


def test_the_least_headroom_is_told_of_each_promise() -> None:
    """The worst of the runs on AWS speaks for the tier; an open one measured nothing."""
    found = tier(told(of("a", rta=3 * HOUR), of("b"), of("b", at=NOW - DAY, verdict=None)))
    assert found.least[Goal.RTO] == pytest.approx(0.25)
    assert found.least[Goal.RPO] == pytest.approx(50 / 60)


def test_missed_and_thin_figures_are_named_the_worst_first() -> None:
    """Equality misses a `<`; a run on AWS stands before a simulated one, however much that missed."""
    runs = [
        of("a", rta=RTO.value, verdict=Verdict.FAILED),
        of("b", rta=RTO.value * 2, verdict=Verdict.FAILED),
        of("b", at=NOW - DAY, rta=RTO.value * 3, verdict=Verdict.FAILED, world=World.LAB),
        of("a", at=NOW - 2 * DAY, rta=RTO.value * 0.85, rpa=timedelta(minutes=49)),
        of("b", at=NOW - 3 * DAY, rta=RTO.value * 9, verdict=Verdict.ABORTED),
    ]
    found = told(*runs)
    assert [(each.run, each.against.name) for each in found.missed] == [
        (runs[1], Goal.RTO),
        (runs[0], Goal.RTO),
        (runs[2], Goal.RTO),
    ]
    assert [each.against.name for each in found.thin] == [Goal.RTO, Goal.RPO]
    assert all(each.against.standing is Standing.THIN for each in found.thin)


def test_a_pass_that_a_worst_instant_would_miss_is_named() -> None:
    """Only where the newest run of the drill says so, and it passed."""
    missed = {"worst_case": WorstCaseVerdict.MISSED}
    found = told(of("a", **missed), of("b", **missed), of("b", at=NOW - DAY))
    assert [each.drill for each in found.at_worst] == ["a-drill"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9),
            st.sampled_from([None, *Verdict]),
            st.sampled_from(list(World)),
            st.integers(0, 60),
        ),
        max_size=30,
    )
)
def test_all_sums_reconcile(made: list[tuple[int, Verdict | None, World, int]]) -> None:
    """Resources by tier are all that is known, plan states are the plan, and runs by world are all runs."""
    services: list[Service] = []
    drills: list[Drill] = []
    for number in range(8):
        some, more = company(f"s{number}", tier=number % 3)
        services, drills = services + some, drills + more
    runs = [
        of(f"s{number}", at=NOW - DAY * back, verdict=verdict, world=world, tier=back % 4)
        for number, verdict, world, back in sorted(made, key=lambda each: -each[3])
    ]
    found = programme(facts(services, drills, runs, seen=()))
    assert sum(sum(each.resources.values()) for each in found.tiers) == len(found.covered.rows) == len(services)
    assert sum(found.covered.counted.values()) == len(found.covered.rows)
    assert sum(each.services for each in found.tiers) == len(services)
    assert sum(tally(found.doings).values()) == len(found.doings) == len(drills)
    assert sum(len(found.of(world)) for world in World) == len(found.runs)
    real = [run for run in found.runs if run.world is World.AWS]
    assert sum(sum(each.verdicts.values()) for each in found.tiers) == sum(run.verdict is not None for run in real)
    assert sum(each.simulated for each in found.tiers) == len(found.runs) - len(real)
    assert all(each.at_first <= each.performed <= each.declared for each in found.tiers if each.number is not None)
    if not [run for run in runs if run.world is World.AWS]:
        assert sum(each.proven for each in found.tiers) == 0
        assert not tally(found.doings)[Done.PASSED]
