"""Exercises that a sweep has to do with: those whose process died, and those whose runs it changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from dr_orchestrator.domain.programme import Exercise, verdict_of
from dr_orchestrator.domain.run import Run
from dr_orchestrator.wiring.publishing import publish_exercise
from dr_orchestrator.wiring.world import World

log = logging.getLogger(__name__)

BETWEEN_RUNS_S = 60
"""Real seconds for which an exercise may have no run under way and yet be alive."""


def close_exercises(here: World) -> list[str]:
    """Give every open exercise its verdict whose process died: none of its runs is under way any more."""
    dead = [each for each in here.ledger.queries.exercises() if each.verdict is None]
    return [each.id for each in dead if _closed(here, each)]


def publish_exercises(here: World, runs: Iterable[Run], but: Iterable[str] = ()) -> None:
    """Write the pages of the exercises that the runs belong to, each once: they tell of the runs' copies, too."""
    for exercise in dict.fromkeys(run.header.exercise for run in runs):
        if exercise and exercise not in but:
            publish_exercise(here, exercise)


def _closed(here: World, exercise: Exercise) -> bool:
    try:
        _, runs = here.ledger.queries.exercise(exercise.id)
        if not all(run.closing for run in runs) or _young(here, exercise, runs):
            return False
        here.ledger.close_exercise(exercise.id, here.clock.now(), verdict_of(exercise, runs))
    except Exception as error:  # noqa: BLE001 - another sweep may have been quicker; the others are closed all the same
        log.warning("exercise %s was not closed: %s", exercise.id, error)
        return False
    publish_exercise(here, exercise.id)
    return True


def _young(here: World, exercise: Exercise, runs: list[Run]) -> bool:
    """Whether the exercise may only be between two runs: something of it happened lately."""
    last = max((run.closing.ended_at for run in runs if run.closing), default=exercise.started_at)
    return (here.clock.now() - last).total_seconds() < BETWEEN_RUNS_S * here.clock.pace
