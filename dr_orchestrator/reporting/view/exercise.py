"""An exercise as a template sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.reporting import headline
from dr_orchestrator.reporting.chart.lanes import Lanes, lanes
from dr_orchestrator.reporting.measure.steps import allowances
from dr_orchestrator.reporting.measure.tally import Tally, doubts, makespan, numbered, tally
from dr_orchestrator.reporting.measure.target import targets
from dr_orchestrator.reporting.view.context import pace_words, simulated_words, started_words
from dr_orchestrator.reporting.view.paths import ServiceView, services_view
from dr_orchestrator.reporting.view.proof import Fact
from dr_orchestrator.reporting.view.run import FindingRow, finding_rows, settled
from dr_orchestrator.reporting.view.target import TargetView, target_view
from dr_orchestrator.reporting.wording import (
    UNDER_WAY,
    Badge,
    Figure,
    cleanup_badge,
    count,
    figure,
    instant,
    real,
    spoken,
    told,
    verdict_badge,
)


@dataclass(frozen=True)
class RunRow:
    """One run in the table of results; `report` is the file of its own report, empty where there is none."""

    id: str
    report: str
    title: str
    drill: str
    kind: str
    path: str
    number: str
    selection: str
    rto: TargetView
    rpo: TargetView
    verdict: Badge
    cleanup: Badge


@dataclass(frozen=True)
class TierView:
    """The runs of one tier."""

    number: str
    rows: tuple[RunRow, ...]


@dataclass(frozen=True)
class SharedFinding:
    """A finding with the runs that met it."""

    finding: FindingRow
    service: str
    runs: tuple[str, ...]


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
    tiers: tuple[TierView, ...]
    services: tuple[ServiceView, ...]
    lanes: Lanes | None
    findings: tuple[SharedFinding, ...]
    left_out: tuple[Fact, ...]
    not_reached: tuple[str, ...]
    unplanned: tuple[str, ...]
    provenance: tuple[Fact, ...]


def exercise_view(exercise: Exercise, runs: Sequence[Run], reports: Mapping[str, str]) -> ExerciseView:
    """An exercise as a template sees it; `reports` names the report file of each run that has one."""
    counted, took = tally(exercise, runs), makespan(exercise, runs)
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
        cleanup=cleanup_badge(counted.cleanup),
        unclean=_unclean(runs),
        plan=_plan(counted),
        plan_sentence=_plan_sentence(counted, len(runs)),
        verdicts=tuple((verdict_badge(verdict), str(number)) for verdict, number in counted.verdicts),
        tiers=_tiers(runs, reports),
        services=services_view(runs),
        lanes=lanes(exercise, runs),
        findings=_findings(runs),
        left_out=tuple(Fact(name, why) for name, why in counted.left_out),
        not_reached=counted.not_reached,
        unplanned=counted.unplanned,
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


def _plan(counted: Tally) -> tuple[Fact, ...]:
    return (
        Fact("in scope", str(len(counted.scope))),
        Fact("ran", str(len(counted.ran))),
        Fact("left out", str(len(counted.left_out))),
        Fact("not reached", str(len(counted.not_reached))),
    )


def _plan_sentence(counted: Tally, runs: int) -> str:
    again = f" in {runs} runs" if runs != len(counted.ran) else ""
    said = f"{count(len(counted.scope), 'drill')} in scope: {len(counted.ran)} ran{again}"
    return f"{said}, {len(counted.left_out)} left out with a reason, {len(counted.not_reached)} not reached."


def _tiers(runs: Sequence[Run], reports: Mapping[str, str]) -> tuple[TierView, ...]:
    ordered = sorted(runs, key=lambda run: (run.header.tier, run.header.service_title, run.header.started_at))
    again, rows = numbered(runs), dict.fromkeys(run.header.tier for run in ordered)
    return tuple(
        TierView(str(tier), tuple(_row(run, reports, again) for run in ordered if run.header.tier == tier))
        for tier in rows
    )


def _row(run: Run, reports: Mapping[str, str], again: Mapping[str, str]) -> RunRow:
    header, (rto, rpo) = run.header, targets(run)
    return RunRow(
        id=header.id,
        report=reports.get(header.id, ""),
        title=header.service_title,
        drill=header.drill,
        kind=spoken(header.kind.value),
        path=header.path.value,
        number=again.get(header.id, ""),
        selection=_selection(run),
        rto=target_view(rto),
        rpo=target_view(rpo),
        verdict=verdict_badge(run.closing.verdict if run.closing else None),
        cleanup=cleanup_badge(run.closing.cleanup if run.closing else None),
    )


def _selection(run: Run) -> str:
    """Which recovery point was asked for, and what was drawn; nothing where it was simply the newest."""
    if run.header.selection in ("", Selection().key):
        return ""
    drawn = [point.reference for point in run.points if point.reference is not None]
    return f"{run.header.selection}: {instant(min(drawn))}" if drawn else run.header.selection


def _findings(runs: Sequence[Run]) -> tuple[SharedFinding, ...]:
    """Findings of all runs, the gravest first; the same cause in several runs is one finding."""
    found: dict[str, tuple[Finding, list[Run]]] = {}
    for run in runs:
        for item in run.closing.findings if run.closing else ():
            found.setdefault(item.fingerprint, (item, []))[1].append(run)
    past = {name for name, (_, met) in found.items() if all(name in settled(run) for run in met)}
    rows = finding_rows(tuple(item for item, _ in found.values()), past)
    return tuple(_shared(row, found[row.fingerprint][1]) for row in rows)


def _shared(row: FindingRow, runs: Sequence[Run]) -> SharedFinding:
    return SharedFinding(row, runs[0].header.service_title, tuple(run.header.id for run in runs))


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
