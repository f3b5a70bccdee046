"""Whether a drilled path meets its tier's own objective."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.objective import Limit, Objective
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.reporting.measure.paths import Meets, against_tier, paths_by_service
from tests.support import variants
from tests.support.golden import sample
from tests.support.variants import HOUR, closing


def promised(run: Run, rto: Limit | None, rpo: Limit | None) -> Run:
    """The run of a service whose tier promises this."""
    return replace(run, header=replace(run.header, tier_objective=Objective(rto, rpo, "tier 1")))


def judged(run: Run, verdict: Verdict) -> Run:
    return replace(run, closing=replace(closing(run), verdict=verdict))


def line(*runs: Run) -> str:
    (service,) = paths_by_service(runs)
    return service.line


def test_a_fallback_within_its_own_objective_may_miss_the_tiers() -> None:
    """Nine hours of loss keep the fallback's 25 h, and not the tier's one hour; nor does the worst case."""
    answer = against_tier(sample.passed())
    assert (answer.rto, answer.rpo, answer.worst_case) == (Meets.YES, Meets.NO, Meets.NO)
    assert line(sample.passed()) == "NO drilled path meets the tier's RPO"
    assert line(sample.passed(), sample.jira_pitr()) == "A drilled path meets the tier's objective: jira-pitr"


def test_exactly_at_the_tiers_limit_is_not_met() -> None:
    """Equality misses a `<` limit here too."""
    run = promised(variants.measured(rta=HOUR, rpa=HOUR), Limit(HOUR), Limit(HOUR))
    assert (against_tier(run).rto, against_tier(run).rpo) == (Meets.NO, Meets.NO)
    assert line(run) == "NO drilled path meets the tier's RTO or RPO"


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if not verdict.green])
def test_only_a_green_run_proves_anything(verdict: Verdict) -> None:
    """Good figures of a run that did not pass are not proven, whatever they are."""
    run = judged(sample.jira_pitr(), verdict)
    assert (against_tier(run).rto, against_tier(run).rpo) == (Meets.NOT_PROVEN, Meets.NOT_PROVEN)
    assert line(run) == "NO drilled path is proven to meet the tier's RTO or RPO"


def test_what_was_not_measured_is_not_met() -> None:
    """An open run, an RPA from arithmetic and a negative one answer 'not measured'."""
    for run in (variants.still_open(), variants.guessed(HOUR / 2), variants.measured(rpa=-HOUR)):
        assert against_tier(run).rpo is Meets.NOT_MEASURED


def test_no_target_is_no_pass() -> None:
    """A tier without an RPO cannot be met, and the line says why; one that was not recorded says that."""
    run = promised(sample.jira_pitr(), Limit(HOUR * 6), None)
    assert against_tier(run).rpo is Meets.NO_TARGET
    assert line(run) == "NO drilled path meets the tier's RPO: no target"
    old = replace(run, header=replace(run.header, tier_objective=None))
    assert line(old) == "NO drilled path is known to meet the tier's objective: it was not recorded"


def test_two_halves_are_not_a_whole() -> None:
    """One path within RTO and another within RPO do not make one path within both."""
    fast = promised(variants.measured(rta=HOUR / 2, rpa=HOUR * 2), Limit(HOUR), Limit(HOUR))
    fresh = promised(variants.measured(rta=HOUR * 2, rpa=HOUR / 2), Limit(HOUR), Limit(HOUR))
    other = replace(fresh, header=replace(fresh.header, id="other", drill="jira-other"))
    assert line(fast, other) == "NO drilled path meets the tier's RTO and RPO together"


def test_of_several_runs_the_worst_counts() -> None:
    """Three random instants, one of them lost too much: the path does not meet the tier's RPO."""
    runs = [variants.drawn(number=number, rpa=timedelta(minutes=25 * number)) for number in (1, 2, 3)]
    (service,) = paths_by_service(runs)
    (path,) = service.paths
    assert (len(path.runs), path.answer.rpo) == (3, Meets.NO)
    assert line(*runs[:2]) == "A drilled path meets the tier's objective: jira-snapshot"
    assert paths_by_service([*runs[:2], variants.still_open()])[0].paths[0].verdict is None


def test_primary_paths_stand_first_and_services_apart() -> None:
    """Every service once, by tier; its primary path before the fallback behind it."""
    services = paths_by_service(sample.runs())
    assert [service.tier for service in services] == sorted(service.tier for service in services)
    (jira,) = [service for service in services if service.service == "jira"]
    assert [path.runs[0].header.path for path in jira.paths] == [RecoveryPath.PRIMARY, RecoveryPath.FALLBACK]
    assert sum(len(path.runs) for service in services for path in service.paths) == len(sample.runs())
