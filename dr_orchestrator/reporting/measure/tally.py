"""The fate of an exercise's plan: who ran, who was left out, who was not reached, and how many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.domain.programme import Exercise, missing
from dr_orchestrator.domain.verdict import Cleanup, Verdict, worst_cleanup


@dataclass(frozen=True)
class Tally:
    """The plan, split without remainder: `scope` is `ran`, `left_out` and `not_reached` together."""

    scope: tuple[str, ...]
    ran: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    not_reached: tuple[str, ...]
    unplanned: tuple[str, ...]
    verdicts: tuple[tuple[Verdict | None, int], ...]
    cleanup: Cleanup | None


def tally(exercise: Exercise, runs: Sequence[Outlined]) -> Tally:
    """Split an exercise's plan; a drill that ran although nobody planned it is in scope too, and named."""
    drills = dict.fromkeys(run.header.drill for run in runs)
    scope = dict.fromkeys([*exercise.planned, *exercise.left_out, *drills])
    known = {*exercise.planned, *exercise.left_out}
    counts = Counter(run.closing.verdict if run.closing else None for run in runs)
    return Tally(
        scope=tuple(scope),
        ran=tuple(drills),
        left_out=tuple((name, why) for name, why in exercise.left_out.items() if name not in drills),
        not_reached=tuple(name for name in scope if name not in drills and name not in exercise.left_out),
        unplanned=tuple(name for name in drills if name not in known),
        verdicts=tuple((verdict, counts[verdict]) for verdict in [None, *Verdict] if counts[verdict]),
        cleanup=worst_cleanup(run.closing.cleanup for run in runs if run.closing) if _all_closed(runs) else None,
    )


def numbered(runs: Sequence[Outlined]) -> dict[str, str]:
    """Which of several runs of one drill each is, by run id: `2 of 3`, in the order of their start."""
    drills: dict[str, list[str]] = {}
    for run in sorted(runs, key=lambda run: (run.header.started_at, run.header.id)):
        drills.setdefault(run.header.drill, []).append(run.header.id)
    several = [ids for ids in drills.values() if len(ids) > 1]
    return {run: f"{number} of {len(ids)}" for ids in several for number, run in enumerate(ids, 1)}


def makespan(exercise: Exercise, runs: Sequence[Outlined]) -> timedelta | None:
    """From the exercise's start to its end (or its last closed run's); None where neither is known."""
    ends = [run.closing.ended_at for run in runs if run.closing]
    end = exercise.ended_at or max(ends, default=None)
    return end - exercise.started_at if end else None


def at_once(runs: Sequence[Outlined], until: datetime) -> list[tuple[datetime, int]]:
    """How many runs were open from each instant on, in order; a run that ends as another begins does not overlap it."""
    changes: Counter[datetime] = Counter()
    for run in runs:
        changes[run.header.started_at] += 1
        changes[run.closing.ended_at if run.closing else until] -= 1
    level, levels = 0, []
    for at in sorted(changes):
        level += changes[at]
        levels.append((at, level))
    return levels


def doubts(exercise: Exercise, runs: Sequence[Outlined]) -> tuple[str, ...]:
    """The objections to an exercise that is recorded as green; a report does not repeat such a verdict in silence."""
    if exercise.verdict is None or not exercise.verdict.green:
        return ()
    counted = tally(exercise, runs)
    red = [run for run in runs if run.closing is None or not run.closing.verdict.green]
    said = [f"run {run.header.id} is {run.closing.verdict if run.closing else 'not closed'}" for run in red]
    said += [f"drill {name} was not reached" for name in counted.not_reached]
    fewer = Counter(name for name in missing(exercise, runs) if name not in counted.not_reached)
    said += [f"{number} planned runs of drill {name} are not there" for name, number in fewer.items()]
    return (*said, *([] if runs else ["no drill ran"]))


def _all_closed(runs: Sequence[Outlined]) -> bool:
    return bool(runs) and all(run.closing for run in runs)
