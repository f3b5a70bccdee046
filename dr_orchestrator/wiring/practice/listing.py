"""The list of tabletops and reviews: what is declared, when it was held last, and by when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dr_orchestrator.catalog.practice import reviews as files_of_reviews
from dr_orchestrator.catalog.practice import tabletops as files_of_tabletops
from dr_orchestrator.domain.exercise.agenda import Planned, Turn, turn
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.review.plan import Review
from dr_orchestrator.domain.tabletop.plan import Tabletop
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.practice import reviewing, tabletops


def planned(here: App) -> list[Planned]:
    """All that is declared, tabletops first; CatalogError with all mistakes in it."""
    return _planned(tabletops.plans(here), reviewing.plans(here))


def readable(here: App) -> tuple[list[Planned], list[str]]:
    """Likewise, of what can be read, and the files that cannot."""
    drills, services = here.settings.drills, here.catalogue.services
    talks, wrong = files_of_tabletops.readable(drills, services)
    found, more = files_of_reviews.readable(drills, services)
    return _planned(talks, found), sorted({each.file for each in (*wrong, *more)})


def _planned(talks: Mapping[str, Tabletop], found: Mapping[str, Review]) -> list[Planned]:
    kinds = ((RaisedBy.TABLETOP, talks), (RaisedBy.REVIEW, found))
    return [
        Planned(kind, each.name, each.title, each.every, tuple(of.service for of in each.services), each.file)
        for kind, plans in kinds
        for each in plans.values()
    ]


def listing(here: App) -> tuple[list[Turn], datetime]:
    """Where each stands, and now."""
    now, records = here.clock.now(), here.ledger.practice.records()
    return [turn(each, records, now) for each in planned(here)], now
