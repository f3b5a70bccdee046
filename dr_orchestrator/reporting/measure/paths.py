"""Which paths of a service were drilled, and whether one of them keeps the promise of the service's tier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.judge.measure import SCHEDULE
from dr_orchestrator.domain.objective import Limit, Objective
from dr_orchestrator.domain.run import Measures, Run
from dr_orchestrator.domain.verdict import Verdict, WorstCaseVerdict, worst


class Meets(StrEnum):
    """Whether a figure meets the tier's limit, worst first; only `yes` counts for the promise."""

    NO = "no"
    NOT_PROVEN = "not proven"
    NOT_MEASURED = "not measured"
    NOT_RECORDED = "not recorded"
    NO_TARGET = "no target"
    YES = "yes"


@dataclass(frozen=True)
class TierAnswer:
    """A drill's figures against the tier's own promise; `worst_case` is the RPO's, from the recovery points."""

    rto: Meets
    rpo: Meets
    worst_case: Meets

    @property
    def both(self) -> bool:
        """Whether RTO and RPO are both met, by measurement."""
        return self.rto is Meets.YES and self.rpo is Meets.YES


@dataclass(frozen=True)
class DrilledPath:
    """One drill of a service with all its runs; the answer and the verdict are those of its worst run."""

    runs: tuple[Run, ...]
    verdict: Verdict | None
    answer: TierAnswer

    @property
    def drill(self) -> str:
        """The drill's name."""
        return self.runs[0].header.drill


@dataclass(frozen=True)
class ServicePaths:
    """The drilled paths of one service; `line` says in one sentence whether any meets the tier's objective."""

    service: str
    title: str
    tier: int
    promise: Objective | None
    paths: tuple[DrilledPath, ...]

    @property
    def meeting(self) -> tuple[DrilledPath, ...]:
        """The paths that meet both of the tier's limits."""
        return tuple(path for path in self.paths if path.answer.both)

    @property
    def line(self) -> str:
        """Whether a drilled path meets the tier's objective."""
        if self.meeting:
            no = Meets.NO
            told = [
                path.drill + (", but not in the worst case" if path.answer.worst_case is no else "")
                for path in self.meeting
            ]
            return f"A drilled path meets the tier's objective: {'; '.join(told)}"
        said = {"RTO": [path.answer.rto for path in self.paths], "RPO": [path.answer.rpo for path in self.paths]}
        unmet = {name: answers for name, answers in said.items() if Meets.YES not in answers}
        if not unmet:
            return "NO drilled path meets the tier's RTO and RPO together"
        return _unmet(unmet)


def against_tier(run: Run) -> TierAnswer:
    """A run's figures against its tier's own promise; what a run that is not green measured well is not proven."""
    measures, green = _measures(run), run.closing is not None and run.closing.verdict.green
    rta = measures.rta if measures.rta is not None and measures.rta > timedelta() else None
    evident = measures.rpa is not None and measures.rpa >= timedelta() and measures.rpa_grade != SCHEDULE
    tier = run.header.tier_objective
    return TierAnswer(
        _meets(tier, lambda promise: promise.rto, rta, green, measures.rta_clock_error),
        _meets(tier, lambda promise: promise.rpo, measures.rpa if evident else None, green, measures.rpa_clock_error),
        _meets(tier, lambda promise: promise.rpo, measures.worst_case if _judged_whole(run) else None, True),
    )


def _judged_whole(run: Run) -> bool:
    """Whether the worst case rests on the whole history; a part of it can only show that a promise is missed."""
    measures, tier = _measures(run), run.header.tier_objective
    if tier and tier.rpo and measures.worst_case is not None and not tier.rpo.met_by(measures.worst_case):
        return True
    return run.closing is not None and run.closing.worst_case_verdict is not WorstCaseVerdict.NOT_MEASURED


def paths_by_service(runs: Sequence[Run]) -> tuple[ServicePaths, ...]:
    """The drilled paths of every service, tier 0 first, primary paths before fallbacks."""
    ordered = sorted(runs, key=lambda run: (run.header.tier, run.header.service_title, run.header.service))
    services: dict[str, list[Run]] = {}
    for run in ordered:
        services.setdefault(run.header.service, []).append(run)
    return tuple(map(_service, services.values()))


def _service(runs: Sequence[Run]) -> ServicePaths:
    head = runs[0].header
    drills = sorted({(run.header.path is not RecoveryPath.PRIMARY, run.header.drill) for run in runs})
    paths = tuple(_path([run for run in runs if run.header.drill == drill]) for _, drill in drills)
    promise = next((run.header.tier_objective for run in runs if run.header.tier_objective), None)
    return ServicePaths(head.service, head.service_title, head.tier, promise, paths)


def _path(runs: Sequence[Run]) -> DrilledPath:
    answers, order = [against_tier(run) for run in runs], list(Meets)

    def least(pick: Callable[[TierAnswer], Meets]) -> Meets:
        return min(map(pick, answers), key=order.index)

    closed = [run.closing.verdict for run in runs if run.closing]
    verdict = worst(closed) if len(closed) == len(runs) else None
    answer = TierAnswer(least(lambda a: a.rto), least(lambda a: a.rpo), least(lambda a: a.worst_case))
    return DrilledPath(tuple(sorted(runs, key=lambda run: (run.header.started_at, run.header.id))), verdict, answer)


def _meets(
    tier: Objective | None,
    limit_of: Callable[[Objective], Limit | None],
    actual: timedelta | None,
    proven: bool,
    error: timedelta | None = None,
) -> Meets:
    if tier is None:
        return Meets.NOT_RECORDED
    limit = limit_of(tier)
    if limit is None:
        return Meets.NO_TARGET
    if actual is None or actual < timedelta():
        return Meets.NOT_MEASURED
    kept = limit.kept_by(actual, error)
    if kept is False:
        return Meets.NO
    return Meets.YES if kept and proven else Meets.NOT_PROVEN


def _unmet(unmet: dict[str, list[Meets]]) -> str:
    answers = {answer for said in unmet.values() for answer in said}
    names = " or ".join(unmet)
    if answers == {Meets.NO_TARGET}:
        return f"NO drilled path meets the tier's {names}: no target"
    if answers == {Meets.NOT_RECORDED}:
        return "NO drilled path is known to meet the tier's objective: it was not recorded"
    return f"NO drilled path {'meets' if answers == {Meets.NO} else 'is proven to meet'} the tier's {names}"


def _measures(run: Run) -> Measures:
    return run.closing.measures if run.closing else Measures()
