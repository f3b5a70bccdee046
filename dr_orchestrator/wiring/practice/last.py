"""When people last exercised each service, by the ledger's records of them; no figure of coverage reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dr_orchestrator.domain.exercise.agenda import current
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.quarter.last import Exercised, last_of
from dr_orchestrator.wiring.app import App


def last_exercised(here: App, now: datetime, end: datetime | None = None) -> dict[str, Exercised]:
    """The last exercise of each service that has one, as it was told by an instant; of those before an end alone.

    What was simulated, a rehearsal or of a made-up history exercised nobody.
    """
    held = (*_practised(here, now), *_game_days(here, now))
    return last_of(each for each in held if end is None or each.at < end)


def _practised(here: App, now: datetime) -> Iterator[Exercised]:
    records = current(each for each in here.ledger.practice.records() if each.recorded_at <= now)
    about = here.ledger.practice.services() if records else {}
    for each in records:
        if not each.simulated:
            yield Exercised(each.kind, each.id, each.ended, each.verdict, about[each.id])


def _game_days(here: App, now: datetime) -> Iterator[Exercised]:
    """The game days that were closed by then: before that no verdict is given."""
    for each in here.ledger.game_days.listed():
        closed = each.closed_at is not None and each.closed_at <= now
        if closed and each.started_at is not None and each.ended_at is not None and not each.simulated:
            services = tuple(of.name for of in each.plan.services)
            yield Exercised(RaisedBy.GAME_DAY, each.id, each.ended_at, each.verdict, services)
