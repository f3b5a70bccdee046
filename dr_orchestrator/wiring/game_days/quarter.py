"""Game days as rows of the programme's report, as of an instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dr_orchestrator.domain.findings.tracked import LIVE, RaisedBy
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.quarter.people import PeopleRow
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.game_days.following import Following


def game_day_rows(here: App, start: datetime, end: datetime, now: datetime) -> Iterator[PeopleRow]:
    """The game days that ended in a quarter and were closed by then: before that no verdict is given."""
    for each in reversed(here.ledger.game_days.listed()):
        closed = each.closed_at is not None and each.closed_at <= now
        if closed and each.ended_at is not None and start <= each.ended_at < end:
            yield _row(here, each, now)


def _row(here: App, of: Record, now: datetime) -> PeopleRow:
    standing = Following(here, of.id).look()
    met = sum(each.rating.met for name, each in standing.ratings.items() if name not in standing.early)
    return PeopleRow(
        *(RaisedBy.GAME_DAY.value, of.plan.name, of.ended_at, of.verdict),
        score=f"{met} of {len(of.plan.criteria)} criteria",
        attended=len(standing.participants),
        gaps=_open(here, of.plan.name, now),
        simulated=of.simulated,
        seeded=of.seeded,
    )


def _open(here: App, name: str, now: datetime) -> int:
    """The findings of it that are open, real ones alone."""
    found = [
        each for each in here.ledger.queries.findings() if (each.raised_by, each.drill) == (RaisedBy.GAME_DAY, name)
    ]
    return sum(not each.simulated and each.state_at(now) in LIVE for each in found)
