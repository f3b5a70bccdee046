"""The list of tabletops and reviews: what is declared, when it was held last, and by when it is due."""

from __future__ import annotations

from datetime import datetime

from dr_orchestrator.domain.exercise.agenda import Planned, Turn, turn
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.practice import reviewing, tabletops


def planned(here: App) -> list[Planned]:
    """All that is declared, tabletops first."""
    kinds = ((RaisedBy.TABLETOP, tabletops.plans(here)), (RaisedBy.REVIEW, reviewing.plans(here)))
    return [
        Planned(kind, each.name, each.title, each.every, tuple(of.service for of in each.services), each.file)
        for kind, plans in kinds
        for each in plans.values()
    ]


def listing(here: App) -> tuple[list[Turn], datetime]:
    """Where each stands, and now."""
    now, records = here.clock.now(), here.ledger.practice.records()
    return [turn(each, records, now) for each in planned(here)], now
