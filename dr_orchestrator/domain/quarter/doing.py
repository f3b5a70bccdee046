"""The plan of a quarter against what was done: each planned drill is in one state; what was put off says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dr_orchestrator.domain.agenda import Planned, Slot
from dr_orchestrator.domain.calendar import Calendar
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.programme import DueState, Exercise, excluded
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.verdict import Verdict


class Done(StrEnum):
    """The state of a drill that the calendar had for the quarter; each counts once."""

    PASSED = "done, passed"
    UNPROVEN = "passed, not proven"
    FAILED = "done, did not pass"
    INCONCLUSIVE = "inconclusive or partial"
    ABORTED = "aborted"
    UNDER_WAY = "under way"
    REHEARSED = "simulated only"
    SEEDED = "seeded only"
    NOT_NEEDED = "proven before in its period"
    EXCLUDED = "excluded"
    POSTPONED = "postponed"
    TO_COME = "to come"


@dataclass(frozen=True)
class Doing:
    """A drill of the quarter's plan: its state, and why it is that; `late` is whether it first began after its window.

    `run` is the one that gives it the state, None where there is none. `slot` is None where no day had room for it.
    """

    drill: Drill
    slot: Slot | None
    state: Done
    why: str = ""
    run: Ran | None = None
    late: bool = False


_DAY = timedelta(days=1)
_UNPASSED = {
    Verdict.INCONCLUSIVE: Done.INCONCLUSIVE,
    Verdict.PARTIAL: Done.INCONCLUSIVE,
    Verdict.ABORTED: Done.ABORTED,
}


@dataclass(frozen=True)
class Calling:
    """The plan that a quarter is held against, as of `now`; `unfrozen` is the plan as it would be without any freeze.

    `states` is where each drill stood then, by name; `left_out` are the reasons of the quarter's exercises.
    """

    calendar: Calendar
    planned: Planned
    unfrozen: Planned | None
    states: Mapping[str, DueState]
    left_out: Mapping[str, str]
    start: datetime
    end: datetime
    now: datetime


def left_out(exercises: Iterable[Exercise]) -> dict[str, str]:
    """Why exercises on AWS left drills out, by drill; the last word of several counts.

    A simulated one excuses nothing: whatever it left out would have proven nothing.
    """
    return {
        name: f"{why} (exercise {exercise.id})"
        for exercise in exercises
        if not exercise.simulated
        for name, why in exercise.left_out.items()
    }


def doings(calling: Calling, runs: Iterable[Ran]) -> list[Doing]:
    """The plan of a quarter, in order of time; `runs` are those that began in it, in the order in which they opened.

    The state of a drill is that of its newest run on AWS that ended; it passed where that proves it as it is defined
    now, with every draw, as coverage has it.
    """
    drilled: dict[str, list[Ran]] = {}
    for run in runs:
        drilled.setdefault(run.drill, []).append(run)
    frozen = _frozen(calling)
    own = [slot for slot in calling.planned.slots if calling.start <= slot.at < calling.end]
    found = [_doing(calling, slot, drilled.get(slot.drill.name, ()), frozen) for slot in own]
    for drill, began in without(calling.planned, calling.start, calling.end):
        why = f"no day of its {drill.every} had room: {calling.calendar.a_day} drills begin on a day at most"
        done = _of_runs(drilled.get(drill.name, ()), calling.states.get(drill.name), began)
        found.append(Doing(drill, None, *(done or (Done.POSTPONED, why, None))))
    return found


def without(planned: Planned, start: datetime, end: datetime) -> list[tuple[Drill, datetime]]:
    """The drills that no day has room for, of the periods that begin in a quarter.

    A period begins in UTC, a quarter by the zone: they are less than a day apart.
    """
    return [(drill, began) for drill, began in planned.without if start <= began + _DAY < end]


def besides(found: Iterable[Doing], runs: Iterable[Ran]) -> list[Ran]:
    """The runs of the quarter of drills that its plan does not hold: a person's, of another quarter, of one that is
    no more declared.
    """
    names = {each.drill.name for each in found}
    return [run for run in runs if run.drill not in names]


def counted(found: Iterable[Doing]) -> Counter[Done]:
    """How many planned drills are in each state; the sum is the plan."""
    return Counter(dict.fromkeys(Done, 0) | Counter(each.state for each in found))


def _frozen(calling: Calling) -> Mapping[tuple[str, datetime], str]:
    """Which drills of which periods a freeze has moved, and which freeze."""
    found = {}
    for slot in calling.unfrozen.slots if calling.unfrozen else ():
        day = slot.window.day
        for each in calling.calendar.freezes:
            if each.first <= day <= each.last:
                found[slot.drill.name, slot.began] = f"moved from {day} by the freeze until {each.last}: {each.reason}"
    return found


def _doing(calling: Calling, slot: Slot, runs: Sequence[Ran], frozen: Mapping[tuple[str, datetime], str]) -> Doing:
    drill, moved = slot.drill, frozen.get((slot.drill.name, slot.began), "")
    state_of = calling.states.get(drill.name)
    if (done := _of_runs(runs, state_of, min(slot.began, calling.start))) is not None:
        state, why, run = done
        first = next((each for each in runs if each.world is World.AWS), None)
        late = first is not None and first.started_at >= slot.window.end
        return Doing(drill, slot, state, _told(why, moved), run, late)
    if why := excluded(drill, min(calling.now, slot.at)):
        return Doing(drill, slot, Done.EXCLUDED, why)
    if state_of is not None and not state_of.due and state_of.proven_at and state_of.proven_at >= slot.began:
        return Doing(drill, slot, Done.NOT_NEEDED, state_of.why)
    if calling.now < slot.window.end:
        return Doing(drill, slot, Done.TO_COME, moved)
    return Doing(drill, slot, Done.POSTPONED, _told(calling.left_out.get(drill.name) or "nobody ran it", moved))


def _told(*words: str) -> str:
    return "; ".join(filter(None, words))


def _of_runs(runs: Sequence[Ran], stands: DueState | None, since: datetime) -> tuple[Done, str, Ran] | None:
    """The state that runs of a quarter give a drill, and every run that did not pass; None where it was not run."""
    if not runs:
        return None
    real = [run for run in runs if run.world is World.AWS]
    if not real:
        took_place = [run for run in runs if run.world is not World.SEEDED]
        run = (took_place or runs)[-1]
        state = Done.REHEARSED if took_place else Done.SEEDED
        return state, f"{run.world}, {run.verdict or 'not ended'}: proves nothing", run
    ended = [run for run in real if run.verdict is not None]
    if not ended:
        return Done.UNDER_WAY, "", real[-1]
    run = next((each for each in reversed(ended) if each.says_something), ended[-1])
    verdict = run.verdict or Verdict.INCONCLUSIVE
    unpassed = ", ".join(f"{each.id} was {each.verdict}" for each in ended if not each.passed and each is not run)
    if verdict.green:
        if stands is not None and stands.proven_at is not None and stands.proven_at >= since:
            return Done.PASSED, unpassed, run
        return Done.UNPROVEN, _told(stands.why if stands else "", unpassed), run
    why = "its copy stood in the region that counts as lost" if run.stayed else ""
    return _UNPASSED.get(verdict, Done.FAILED), _told(str(verdict), why, unpassed), run
