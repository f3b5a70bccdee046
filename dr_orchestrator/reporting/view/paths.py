"""Recovery paths as a template sees them: what was drilled, what it was held to, and what the tier promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.objective import Goal, Limit, Objective
from dr_orchestrator.domain.run import Run
from dr_orchestrator.reporting.measure.paths import (
    DrilledPath,
    Meets,
    ServicePaths,
    against_tier,
    paths_by_service,
)
from dr_orchestrator.reporting.measure.target import targets
from dr_orchestrator.reporting.wording import (
    NO_TARGET,
    NOT_RECORDED,
    Badge,
    Figure,
    figure,
    told,
    verdict_badge,
)

_TONES = {
    Meets.NO: "fail",
    Meets.NOT_PROVEN: "unsure",
    Meets.NOT_MEASURED: "unsure",
    Meets.NOT_RECORDED: "unsure",
    Meets.NO_TARGET: "none",
    Meets.YES: "pass",
}


@dataclass(frozen=True)
class PathRow:
    """RTO, RPO or the worst case of a run: what it was held to, what the tier promises, and whether it meets that."""

    name: str
    held_to: str
    tier: str
    actual: Figure
    meets: Badge


@dataclass(frozen=True)
class PathView:
    """The path that a run drilled, in a sentence, and its figures against the tier's own promise.

    `note` tells the tier's RPO where the run was held to another one; empty where it was not.
    """

    sentence: str
    note: str
    rows: tuple[PathRow, ...]


@dataclass(frozen=True)
class DrilledRow:
    """One drilled path of a service, all its runs together."""

    drill: str
    path: str
    runs: str
    held_to: str
    verdict: Badge
    rto: Badge
    rpo: Badge
    worst_case: Badge


@dataclass(frozen=True)
class ServiceView:
    """The drilled paths of a service; `line` says whether one meets the tier's objective."""

    title: str
    tier: str
    promise: str
    line: Badge
    rows: tuple[DrilledRow, ...]


def path_view(run: Run) -> PathView:
    """The path that a run drilled."""
    (rto, rpo), answer = targets(run), against_tier(run)
    held, tier = run.header.objective, run.header.tier_objective
    worst = figure(run.closing.measures.worst_case if run.closing else None)
    rows = (
        PathRow("RTO", _limit(held.rto), _of_tier(tier, Goal.RTO), rto.figure, meets_badge(answer.rto)),
        PathRow("RPO", _limit(held.rpo), _of_tier(tier, Goal.RPO), rpo.figure, meets_badge(answer.rpo)),
        PathRow("RPO, worst case", _limit(held.rpo), _of_tier(tier, Goal.RPO), worst, meets_badge(answer.worst_case)),
    )
    return PathView(_sentence(run), _note(run, answer.rpo), rows)


def services_view(runs: Sequence[Run]) -> tuple[ServiceView, ...]:
    """The drilled paths of every service of an exercise."""
    return tuple(_service(service) for service in paths_by_service(runs))


def meets_badge(meets: Meets) -> Badge:
    """Whether a figure meets the tier's limit; no target is no pass."""
    return Badge(meets.value, _TONES[meets])


def _sentence(run: Run) -> str:
    held, behind = run.header.objective, run.header.path is RecoveryPath.FALLBACK
    what = "The fallback behind the primary path" if behind else "The primary path"
    revision = f", revision {held.revision}" if held.revision else ""
    return f"{what} was drilled, and held to the objective of {told(held.source)}{revision}."


def _note(run: Run, meets: Meets) -> str:
    tier = run.header.tier_objective
    if tier is None or tier.rpo is None or tier.rpo == run.header.objective.rpo:
        return ""
    said = {Meets.YES: "met", Meets.NO: "not met"}.get(meets, meets.value)
    lucky = ", but not in the worst case" if meets is Meets.YES and against_tier(run).worst_case is Meets.NO else ""
    return f"The tier's own RPO {tier.rpo}: {said}{lucky}."


def _service(service: ServicePaths) -> ServiceView:
    tier = service.promise
    promise = f"RTO {_limit(tier.rto)}, RPO {_limit(tier.rpo)}" if tier else NOT_RECORDED
    rows = tuple(_drilled(path) for path in service.paths)
    return ServiceView(service.title, f"tier {service.tier}", promise, Badge(service.line, _line_tone(service)), rows)


def _line_tone(service: ServicePaths) -> str:
    if service.meeting:
        return "warn" if all(path.answer.worst_case is Meets.NO for path in service.meeting) else "pass"
    answers = {answer for path in service.paths for answer in (path.answer.rto, path.answer.rpo)}
    return "fail" if Meets.NO in answers else "unsure"


def _drilled(path: DrilledPath) -> DrilledRow:
    head, answer = path.runs[0].header, path.answer
    held = f"RTO {_limit(head.objective.rto)}, RPO {_limit(head.objective.rpo)} ({told(head.objective.source)})"
    return DrilledRow(
        drill=head.drill,
        path=head.path.value,
        runs=counted(len(path.runs), "run"),
        held_to=held,
        verdict=verdict_badge(path.verdict),
        rto=meets_badge(answer.rto),
        rpo=meets_badge(answer.rpo),
        worst_case=meets_badge(answer.worst_case),
    )


def _of_tier(tier: Objective | None, goal: Goal) -> str:
    if tier is None:
        return NOT_RECORDED
    return _limit(tier.rto if goal is Goal.RTO else tier.rpo)


def _limit(limit: Limit | None) -> str:
    return str(limit) if limit else NO_TARGET
