"""The calendar: quarters, exercises, and which drills are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.domain.verdict import Verdict, worst

_MONTHS = {Frequency.QUARTER: 3, Frequency.HALF_YEAR: 6, Frequency.YEAR: 12}

Claim = tuple[str, str, str]
"""The thing that a run proves: its drill, as it was defined, by the recovery point that it chose."""


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


def period_start(every: Frequency, instant: datetime) -> datetime:
    """When the period that an instant lies in began: a drill passed since then is not due again."""
    utc, months = instant.astimezone(UTC), _MONTHS[every]
    return datetime(utc.year, (utc.month - 1) // months * months + 1, 1, tzinfo=UTC)


def period_end(every: Frequency, instant: datetime) -> datetime:
    """When the period that an instant lies in ends: from then on a drill passed in it is due again."""
    began = period_start(every, instant)
    years, month = divmod(began.month - 1 + _MONTHS[every], 12)
    return datetime(began.year + years, month + 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RealRun:
    """A run on real AWS that ended and was not aborted, and what it was to prove."""

    id: str
    started_at: datetime
    verdict: Verdict
    definition: str
    selection: str


@dataclass(frozen=True)
class Begun:
    """When the newest run of a drill began, and the newest on real AWS, None where there was none; and whether one is
    under way.
    """

    at: datetime
    on_aws: datetime | None = None
    under_way: bool = False


@dataclass(frozen=True)
class DueState:
    """Where a drill stands in its period: whether it is `due`, and since when it is proven as it is defined now.

    `proven_at` is None where nothing is proven; `until` is when the period ends, and a proof of now with it.
    `last_proof` is when a run of it was last seen to pass, whatever it was defined as, and whatever came after it.
    `excluded` is why it need not be performed now, empty where it has to be. `declared_at` is since when it is known to
    be declared, None where nobody has looked.
    """

    drill: Drill
    due: bool
    why: str
    proven_at: datetime | None
    until: datetime
    last_proof: datetime | None = None
    excluded: str = ""
    declared_at: datetime | None = None


def claim_of(drill: Drill) -> Claim:
    """The thing that a run of a drill proves, as it is defined now."""
    return drill.name, drill.digest, drill.selection.key


def proofs_wanted(drills: Iterable[Drill]) -> dict[Claim, int]:
    """How many runs that passed one after the other prove each drill: of several draws every one has to have passed."""
    return {claim_of(drill): drill.selection.runs for drill in drills}


def due_states(
    drills: Iterable[Drill],
    last_green: Mapping[Claim, Sequence[datetime]],
    now: datetime,
    newest: Mapping[str, RealRun] | None = None,
    last_proof: Mapping[str, datetime] | None = None,
    declared: Mapping[str, datetime] | None = None,
) -> list[DueState]:
    """Where each drill stands, tier 0 first; `newest` tells of those that are due what their newest real run showed.

    `last_green` holds when the newest runs on real AWS that passed one after the other began, by claim: a simulated run
    proves nothing and is not in it, what a drill proved before it was changed is not proven of what it is now, and of
    several draws every one has to have passed. `last_proof` is when each was last seen to pass, by name, `declared`
    since when each is known to be declared.
    """
    ordered = sorted(drills, key=lambda drill: (drill.service.tier.number, drill.service.name, drill.name))
    return [
        replace(
            _due_state(drill, last_green.get(claim_of(drill), ()), now, (newest or {}).get(drill.name)),
            last_proof=(last_proof or {}).get(drill.name),
            excluded=excluded(drill, now),
            declared_at=(declared or {}).get(drill.name),
        )
        for drill in ordered
    ]


def excluded(drill: Drill, now: datetime) -> str:
    """Why a drill need not be performed: its resource is excluded, this day included; empty where it has to be."""
    found = drill.service.exclusions.get(drill.resource.name)
    if found is None or now.astimezone(UTC).date() > found.expires:
        return ""
    return f"excluded until {found.expires} by {found.approver}: {found.reason}"


def due(
    drills: Iterable[Drill], last_green: Mapping[Claim, Sequence[datetime]], now: datetime
) -> tuple[list[Drill], dict[str, str]]:
    """Split drills into those due now, tier 0 first, and those left out with the reason."""
    declared = list(drills)
    found = {each.drill.name: each for each in due_states(declared, last_green, now)}
    left_out = {
        drill.name: found[drill.name].excluded or found[drill.name].why
        for drill in declared
        if not found[drill.name].due or found[drill.name].excluded
    }
    return [each.drill for each in found.values() if each.drill.name not in left_out], left_out


def _due_state(drill: Drill, passed: Sequence[datetime], now: datetime, newest: RealRun | None) -> DueState:
    wanted, began = drill.selection.runs, period_start(drill.every, now)
    passed = passed[:wanted]
    until = period_end(drill.every, now)
    if lost := leaving.stays_in(drill):
        return DueState(drill, True, f"never proven: {leaving.told(lost)}", None, until)
    proven_at = min(passed) if len(passed) == wanted else None
    if proven_at is not None and proven_at >= began:
        why = f"passed on {max(passed):%Y-%m-%d}, due once a {drill.every}"
        return DueState(drill, False, why, proven_at, until)
    return DueState(drill, True, _why_due(drill, passed, began, newest), proven_at, until)


def _why_due(drill: Drill, passed: Sequence[datetime], began: datetime, newest: RealRun | None) -> str:
    wanted = drill.selection.runs
    if len(passed) == wanted:
        return f"last proven on {min(passed):%Y-%m-%d}, and due again since {began:%Y-%m-%d}"
    if passed:
        return f"{len(passed)} of the {wanted} runs that prove it have passed, the last on {max(passed):%Y-%m-%d}"
    if newest is None:
        return "never proven: no run on real AWS has ended"
    on = f"{newest.id} of {newest.started_at:%Y-%m-%d}"
    if not newest.verdict.green:
        return f"its newest run, {on}, is {newest.verdict}"
    if newest.definition != drill.digest:
        return f"changed since it was proven by {on}"
    return f"proven only for '{newest.selection}', by {on}"


def verdict_of(exercise: Exercise, runs: Sequence[Outlined]) -> Verdict:
    """The worst verdict of its runs; one that was planned and is not there makes the exercise inconclusive."""
    verdicts = [run.closing.verdict if run.closing else Verdict.INCONCLUSIVE for run in runs]
    return worst([*verdicts, *(Verdict.INCONCLUSIVE for _ in missing(exercise, runs))])


def missing(exercise: Exercise, runs: Sequence[Outlined]) -> tuple[str, ...]:
    """The drills of which not every planned run is there, each once for every run that is missing."""
    left = Counter(exercise.planned) - Counter(run.header.drill for run in runs)
    return tuple(left.elements())


def left(exercise: Exercise, runs: Sequence[Outlined]) -> tuple[str, ...]:
    """The drills of which not every planned run has ended, in the order of the plan, each once for every such run."""
    ended = Counter(run.header.drill for run in runs if run.closing)
    return tuple((Counter(exercise.planned) - ended).elements())
