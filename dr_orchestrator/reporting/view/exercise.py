"""An exercise as a template sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.reporting import headline
from dr_orchestrator.reporting.chart.lanes import Lanes, lanes
from dr_orchestrator.reporting.measure.steps import allowances
from dr_orchestrator.reporting.measure.tally import Tally, doubts, makespan, tally
from dr_orchestrator.reporting.view.context import pace_words, simulated_words, started_words
from dr_orchestrator.reporting.view.paths import ServiceView, services_view
from dr_orchestrator.reporting.view.proof import Fact
from dr_orchestrator.reporting.view.results import FEW, FirstView, TierView, first_view, run_rows, tiers_view
from dr_orchestrator.reporting.view.run import FindingRow, finding_rows, settled
from dr_orchestrator.reporting.view.standing import NO_STANDINGS, Standings
from dr_orchestrator.reporting.wording import (
    UNDER_WAY,
    Badge,
    Figure,
    cleanup_badge,
    figure,
    instant,
    real,
    told,
    verdict_badge,
)

_NOT_KEPT = ("fail", "unsure")
_UNMET = 20
"""So many services that do not keep their tier's promise are tallied with their paths, where the runs are many."""
_MET = 10
"""So many runs are named with a finding that they share; each run's own row and page tell of it, too."""


@dataclass(frozen=True)
class SharedFinding:
    """A finding with the runs that met it; `met` names them, or the first of many."""

    finding: FindingRow
    service: str
    runs: tuple[str, ...]
    met: str


@dataclass(frozen=True)
class ExerciseView:
    """Everything that a template of an exercise may use."""

    id: str
    title: str
    purpose: str
    quarter: str
    started: str
    ended: str
    makespan: Figure
    makespan_real: Figure
    paced: bool
    simulated: bool
    stamp: str
    verdict: Badge
    sentence: str
    doubts: tuple[str, ...]
    allowances: str
    cleanup: Badge
    unclean: tuple[Fact, ...]
    plan: tuple[Fact, ...]
    plan_sentence: str
    verdicts: tuple[tuple[Badge, str], ...]
    many: bool
    first: tuple[FirstView, ...]
    tiers: tuple[TierView, ...]
    services: tuple[ServiceView, ...]
    services_first: tuple[ServiceView, ...]
    lanes: Lanes | None
    findings: tuple[SharedFinding, ...]
    left_out: tuple[Fact, ...]
    not_reached: tuple[str, ...]
    unplanned: tuple[str, ...]
    provenance: tuple[Fact, ...]


def exercise_view(
    exercise: Exercise, runs: Sequence[Run], reports: Mapping[str, str], standings: Standings = NO_STANDINGS
) -> ExerciseView:
    """An exercise as a template sees it; `reports` names the report file of each run that has one."""
    tallied, took, many = tally(exercise, runs), makespan(exercise, runs), len(runs) > FEW
    rows, services = run_rows(runs, reports), services_view(runs)
    simulated = exercise.simulated or any(run.header.provenance.simulated for run in runs)
    return ExerciseView(
        id=exercise.id,
        title=exercise.title,
        purpose=told(exercise.purpose),
        quarter=told(exercise.quarter),
        started=started_words(exercise.started_at, _real_start(exercise, runs), exercise.pace),
        ended=instant(exercise.ended_at, "not closed"),
        makespan=figure(took, "not closed"),
        makespan_real=real(took, exercise.pace),
        paced=exercise.pace != 1,
        simulated=simulated,
        stamp=simulated_words(exercise.pace) if simulated else "",
        verdict=verdict_badge(exercise.verdict),
        sentence=headline.of_exercise(exercise, runs),
        doubts=doubts(exercise, runs),
        allowances=_allowances(runs),
        cleanup=cleanup_badge(tallied.cleanup),
        unclean=_unclean(runs),
        plan=_plan(tallied),
        plan_sentence=_plan_sentence(tallied, len(runs)),
        verdicts=tuple((verdict_badge(verdict), str(number)) for verdict, number in tallied.verdicts),
        many=many,
        first=first_view(runs, rows) if many else (),
        tiers=tiers_view(runs, rows),
        services=services,
        services_first=tuple(each for each in services if each.line.tone in _NOT_KEPT)[:_UNMET] if many else services,
        lanes=lanes(exercise, runs),
        findings=_findings(runs, standings),
        left_out=tuple(Fact(name, why) for name, why in tallied.left_out),
        not_reached=tallied.not_reached,
        unplanned=tallied.unplanned,
        provenance=_provenance(exercise, runs),
    )


def _real_start(exercise: Exercise, runs: Sequence[Run]) -> datetime | None:
    """The real instant of the start, reckoned back from a run that kept its own."""
    for header in (run.header for run in runs):
        if header.real_started_at is not None and header.provenance.pace == exercise.pace:
            return header.real_started_at - (header.started_at - exercise.started_at) / exercise.pace
    return None


def _allowances(runs: Sequence[Run]) -> str:
    """That the judged recovery times hold what the policy adds, and how much; empty where it adds nothing."""
    added: dict[timedelta, set[int]] = {}
    for header in (run.header for run in runs):
        added.setdefault(allowances(header.policy), set()).add(header.tier)
    added.pop(timedelta(), None)
    much = [f"{format_duration(each)} in tier {_listed(tiers)}" for each, tiers in sorted(added.items())]
    if not much:
        return ""
    return f"Recovery times are the judged ones: the policy adds {', '.join(much)} for detection and decision."


def _listed(tiers: Collection[int]) -> str:
    return " and ".join(map(str, sorted(tiers)))


def _unclean(runs: Sequence[Run]) -> tuple[Fact, ...]:
    """The closed runs whose copies are not proven gone."""
    closed = [(run.header.id, run.closing.cleanup) for run in runs if run.closing]
    return tuple(Fact(run, cleanup.value) for run, cleanup in closed if cleanup is not Cleanup.CLEAN)


def _plan(tallied: Tally) -> tuple[Fact, ...]:
    return (
        Fact("in scope", str(len(tallied.scope))),
        Fact("ran", str(len(tallied.ran))),
        Fact("left out", str(len(tallied.left_out))),
        Fact("not reached", str(len(tallied.not_reached))),
    )


def _plan_sentence(tallied: Tally, runs: int) -> str:
    again = f" in {runs} runs" if runs != len(tallied.ran) else ""
    said = f"{counted(len(tallied.scope), 'drill')} in scope: {len(tallied.ran)} ran{again}"
    return f"{said}, {len(tallied.left_out)} left out with a reason, {len(tallied.not_reached)} not reached."


def _findings(runs: Sequence[Run], standings: Standings) -> tuple[SharedFinding, ...]:
    """Findings of all runs, the gravest first; the same cause in several runs is one finding."""
    found: dict[str, tuple[Finding, list[Run]]] = {}
    for run in runs:
        for item in run.closing.findings if run.closing else ():
            found.setdefault(item.fingerprint, (item, []))[1].append(run)
    past = {name for name, (_, met) in found.items() if all(name in settled(run) for run in met)}
    of = [(item, met[0].header.provenance.simulated) for item, met in found.values()]
    rows = finding_rows(of, past, standings)
    return tuple(_shared(row, found[row.fingerprint][1]) for row in rows)


def _shared(row: FindingRow, runs: Sequence[Run]) -> SharedFinding:
    ids = tuple(run.header.id for run in runs)
    more = f" and {len(ids) - _MET} more" if ids[_MET:] else ""
    return SharedFinding(row, runs[0].header.service_title, ids, f"{', '.join(ids[:_MET])}{more}")


def _provenance(exercise: Exercise, runs: Sequence[Run]) -> tuple[Fact, ...]:
    sources = [run.header.provenance for run in runs]

    def every(values: Sequence[str]) -> str:
        return told(", ".join(dict.fromkeys(value for value in values if value)))

    return (
        Fact("Exercise", exercise.id),
        Fact("Started", instant(exercise.started_at)),
        Fact("Ended", instant(exercise.ended_at, UNDER_WAY.lower())),
        Fact("At most at once", str(exercise.at_once)),
        Fact("Simulated", told(exercise.simulated)),
        Fact("Clock", pace_words(exercise.pace)),
        Fact("Engine", told(exercise.engine)),
        Fact("Account", every([source.account for source in sources])),
        Fact("Region", every([source.region for source in sources])),
        Fact("Endpoint", every([source.endpoint for source in sources])),
        Fact("Caller", every([source.caller for source in sources])),
        Fact("Operator", every([source.operator for source in sources])),
        Fact("Tool version", every([source.tool_version for source in sources])),
        Fact("Catalogue revision", every([source.catalogue_revision for source in sources])),
    )
