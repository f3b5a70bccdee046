"""Writes the page of the posture from the ledger, each service as it was looked at last; and a page of each claim."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.posture.claim import Claim, claim
from dr_orchestrator.domain.posture.ruling import NOBODY
from dr_orchestrator.errors import DroError, without_secrets
from dr_orchestrator.reporting.claim import write_claims
from dr_orchestrator.reporting.posture import posture_json, write_posture
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.posture.looking import Posture, newest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pages:
    """The pages for people that were written: of the posture, and of the claim of each service."""

    posture: Path | None = None
    claims: Mapping[str, Path] = field(default_factory=dict)


def publish(here: App) -> Pages:
    """Write the pages; where one cannot be written that is told, and what was seen is in the ledger all the same."""
    found = newest(here)
    if found is None:
        return Pages()
    to, told, pages = here.settings, claims(here, found), Pages()
    try:
        pages = Pages(write_posture(found.look, found.rows, told, to.generated, to.templates)["html"])
        looks = here.ledger.queries.looks([each.service for each in told])
        return replace(pages, claims=write_claims(told, looks, to.generated, to.templates))
    except (OSError, DroError) as error:
        why = (
            "the posture is in the ledger, but not all its pages were written: %s; mend that, then: dro posture --last"
        )
        log.warning(why, without_secrets(str(error)))
        return pages


def claims(here: App, found: Posture) -> list[Claim]:
    """The claim of each service that was looked at, tier 0 first."""
    drills, runs = here.catalogue.drills.values(), _proofs(here)
    services = [
        here.catalogue.services[each] for each in dict.fromkeys(row.service for row in found.rows) if each != NOBODY
    ]
    return [claim(each, drills, runs, found.rows) for each in services]


def as_json(here: App, found: Posture) -> Json:
    """The rows of a look with their claims, for programs."""
    return posture_json(found.look, found.rows, claims(here, found))


def _proofs(here: App) -> dict[str, Outline]:
    """The newest run of each drill that can prove something: on real AWS, ended, of the drill as it is now."""
    drills, queries = here.catalogue.drills, here.ledger.queries
    real = queries.newest_real(drills)
    ours = {run.id: name for name, run in real.items() if run.definition == drills[name].digest}
    return {ours[each.header.id]: each for each in queries.named(list(ours))}
