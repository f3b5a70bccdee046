"""Ends of exercises, by whoever performs one or by a sweep: those that died, and those whose runs a sweep changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.domain.programme import Exercise, verdict_of
from dr_orchestrator.domain.run import Run
from dr_orchestrator.runner.sweep.ports import SweepContext

log = logging.getLogger(__name__)


def close_exercises(here: SweepContext) -> list[str]:
    """Give every open exercise its verdict whose process died: none of its runs is under way any more."""
    return [each.id for each in here.ledger.queries.open_exercises() if _closed(here, each)]


def publish_exercises(here: SweepContext, runs: Iterable[Run], but: Iterable[str] = ()) -> None:
    """Write the pages of the exercises that the runs belong to, each once: they tell of the runs' copies, too."""
    for exercise in dict.fromkeys(run.header.exercise for run in runs):
        if exercise and exercise not in but:
            here.publish_exercise(exercise)


def end_exercise(here: SweepContext, name: str) -> None:
    """Give an exercise that this process performed its verdict, and write its page; what fails here is only told.

    One of which a run is still open is left so: no verdict is given that the run could contradict.
    """
    try:
        exercise, runs = here.ledger.queries.exercise_in_outline(name)
        if all(run.closing for run in runs):
            _end(here, exercise, runs)
        else:
            log.warning("exercise %s has runs that did not end, and is not closed: `dro sweep` closes it then", name)
    except Exception as error:  # noqa: BLE001 - its runs are in the ledger; the next sweep closes it all the same
        log.warning("exercise %s was not closed, `dro sweep` does it: %s", name, error)
    here.publish_exercise(name)


def _end(here: SweepContext, exercise: Exercise, runs: Sequence[Outlined]) -> None:
    """The verdict of the runs is the last word, whoever took the exercise for dead and closed it before."""
    here.ledger.end_exercise(exercise.id, here.clock.now(), verdict_of(exercise, runs))


def _closed(here: SweepContext, exercise: Exercise) -> bool:
    try:
        if _alive(here, exercise.id):
            return False
        _, runs = here.ledger.queries.exercise_in_outline(exercise.id)
        if not all(run.closing for run in runs):
            return False
        here.ledger.close_exercise(exercise.id, here.clock.now(), verdict_of(exercise, runs))
    except Exception as error:  # noqa: BLE001 - another sweep may have been quicker; the others are closed all the same
        log.warning("exercise %s was not closed: %s", exercise.id, error)
        return False
    here.publish_exercise(exercise.id)
    return True


def _alive(here: SweepContext, exercise: str) -> bool:
    """Whether a process that was heard of lately performs the exercise, be it between two runs."""
    lease = here.ledger.exercise_leases.lease(exercise)
    return lease is not None and lease.held
