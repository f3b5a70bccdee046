"""Renders reports from the ledger when a run or an exercise ends; what fails here never changes a result."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from dr_orchestrator.reporting.render import write_exercise, write_run
from dr_orchestrator.wiring.world import World

log = logging.getLogger(__name__)


def publish_run(here: World, run: str) -> Mapping[str, Path]:
    """Write a run's reports; a failure is told with what to do, and the run stays as it is."""
    try:
        return write_run(here.ledger.queries.run(run), here.settings.generated, here.settings.templates)
    except Exception:
        log.exception("run %s is in the ledger, but its report was not written; try `dro report %s`", run, run)
        return {}


def publish_exercise(here: World, exercise: str) -> Mapping[str, Path]:
    """Write an exercise's reports likewise."""
    try:
        record, runs = here.ledger.queries.exercise(exercise)
        return write_exercise(record, runs, here.settings.generated, here.settings.templates)
    except Exception:
        log.exception("exercise %s is in the ledger, but its report was not written", exercise)
        return {}
