"""Renders reports from the ledger when a run or an exercise ends; what fails here never changes a result."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from dr_orchestrator.errors import DroError, without_secrets
from dr_orchestrator.reporting.chart.lanes import DRAWN
from dr_orchestrator.reporting.render import write_exercise, write_run
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.findings import standings

log = logging.getLogger(__name__)
_failed: dict[str, str] = {}


def publish_run(here: App, run: str) -> Mapping[str, Path]:
    """Write a run's reports; a failure is told with what to do, and the run stays as it is."""
    to = here.settings

    def write() -> Mapping[str, Path]:
        found = here.ledger.queries.run(run)
        told = standings(here.ledger.queries, [found], here.clock.now())
        return write_run(found, to.generated, to.templates, standings=told)

    return published(run, write)


def publish_exercise(here: App, exercise: str) -> Mapping[str, Path]:
    """Write an exercise's reports likewise."""
    to = here.settings

    def write() -> Mapping[str, Path]:
        found, runs = here.ledger.queries.exercise_for_report(exercise, DRAWN)
        told = standings(here.ledger.queries, runs, here.clock.now())
        return write_exercise(found, runs, to.generated, to.templates, standings=told)

    return published(exercise, write)


def why_not(name: str) -> str:
    """Why the report of a run or an exercise was not written when it ended here; empty where it was."""
    return _failed.get(name, "")


def published(name: str, write: Callable[[], Mapping[str, Path]], again: str = "dro report") -> Mapping[str, Path]:
    """The pages that were written; what went wrong is told and remembered, and only a defect of ours shows its
    trace.
    """
    _failed.pop(name, None)
    try:
        return write()
    except Exception as error:
        why = (
            f"{error.filename}: {error.strerror}"
            if isinstance(error, OSError) and error.strerror
            else without_secrets(str(error))
        )
        _failed[name] = why
        told = "%s is in the ledger, but its report was not written: %s; mend that, then: %s %s"
        log.warning(told, name, why, again, name, exc_info=not isinstance(error, OSError | DroError))
        return {}
