"""The calendar: quarters, exercises, and which drills are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dr_orchestrator.domain.drill import Drill, Every
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Verdict, worst

_MONTHS = {Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


@dataclass(frozen=True)
class Exercise:
    """Runs for a purpose: a quarter's drills or a game day.

    `planned` names the drill of every run that it means to make: one that draws several points, several times.
    """

    id: str
    title: str
    purpose: str
    quarter: str
    started_at: datetime
    planned: tuple[str, ...]
    left_out: Mapping[str, str]
    at_once: int
    simulated: bool
    pace: float
    engine: str
    ended_at: datetime | None = None
    verdict: Verdict | None = None


def quarter_of(instant: datetime) -> str:
    """The calendar quarter (UTC) of an instant: `2026-Q4`."""
    utc = instant.astimezone(UTC)
    return f"{utc.year}-Q{(utc.month - 1) // 3 + 1}"


def period_start(every: Every, instant: datetime) -> datetime:
    """When the period that an instant lies in began: a drill passed since then is not due again."""
    utc, months = instant.astimezone(UTC), _MONTHS[every]
    return datetime(utc.year, (utc.month - 1) // months * months + 1, 1, tzinfo=UTC)


def due(
    drills: Iterable[Drill], last_green: Mapping[tuple[str, str, str], Sequence[datetime]], now: datetime
) -> tuple[list[Drill], dict[str, str]]:
    """Split drills into those due now, tier 0 first, and those left out with the reason.

    `last_green` holds when the newest runs on real AWS that passed one after the other began, by drill, definition and
    selection: a simulated run proves nothing and is not in it, what a drill proved before it was changed is not proven
    of what it is now, and of several draws every one has to have passed.
    """
    chosen: list[Drill] = []
    left_out: dict[str, str] = {}
    for drill in drills:
        wanted = drill.selection.runs
        passed = last_green.get((drill.name, drill.digest, str(drill.selection)), ())[:wanted]
        if len(passed) == wanted and min(passed) >= period_start(drill.every, now):
            left_out[drill.name] = f"passed on {max(passed):%Y-%m-%d}, due once a {drill.every}"
        else:
            chosen.append(drill)
    return sorted(chosen, key=lambda drill: (drill.service.tier.number, drill.service.name, drill.name)), left_out


def verdict_of(exercise: Exercise, runs: Sequence[Run]) -> Verdict:
    """The worst verdict of its runs; one that was planned and is not there makes the exercise inconclusive."""
    verdicts = [run.closing.verdict if run.closing else Verdict.INCONCLUSIVE for run in runs]
    return worst([*verdicts, *(Verdict.INCONCLUSIVE for _ in missing(exercise, runs))])


def missing(exercise: Exercise, runs: Sequence[Run]) -> tuple[str, ...]:
    """The drills of which not every planned run is there, each once for every run that is missing."""
    left = Counter(exercise.planned) - Counter(run.header.drill for run in runs)
    return tuple(left.elements())


def left(exercise: Exercise, runs: Sequence[Run]) -> tuple[str, ...]:
    """The drills of which not every planned run has ended, in the order of the plan, each once for every such run."""
    ended = Counter(run.header.drill for run in runs if run.closing)
    return tuple((Counter(exercise.planned) - ended).elements())
