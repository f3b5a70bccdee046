"""Writes the pages of tabletops and reviews from the ledger's records."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from dr_orchestrator.domain.exercise.kept import Sat
from dr_orchestrator.domain.review.signing import Reviewed
from dr_orchestrator.domain.tabletop.sitting import Conducted
from dr_orchestrator.errors import DroError, without_secrets
from dr_orchestrator.reporting.practice.files import look_json, record_json, write_record
from dr_orchestrator.reporting.practice.view import PracticeView, review_view, tabletop_view
from dr_orchestrator.wiring.app import App

__all__ = ["look_json", "record_json", "review", "tabletop"]
log = logging.getLogger(__name__)


def tabletop(here: App, sat: Sat, of: Conducted) -> Mapping[str, Path]:
    """Write the pages of a tabletop; its files by format, none where they could not be written, which is told."""
    return _written(here, sat, of, tabletop_view(sat, of))


def review(here: App, sat: Sat, of: Reviewed) -> Mapping[str, Path]:
    """Likewise of a review."""
    return _written(here, sat, of, review_view(sat, of))


def _written(here: App, sat: Sat, body: Conducted | Reviewed, view: PracticeView) -> Mapping[str, Path]:
    to = here.settings
    try:
        return write_record(sat, body, view, to.generated, to.templates)
    except (OSError, DroError) as error:
        log.warning(
            "%s is in the ledger, but its pages were not written: %s; mend that, then show it",
            sat.id,
            without_secrets(str(error)),
        )
        return {}
