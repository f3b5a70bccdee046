"""Tabletops and reviews as rows of the programme's report, as of an instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from dr_orchestrator.domain.exercise.agenda import Turn, current, turn
from dr_orchestrator.domain.exercise.kept import Sat
from dr_orchestrator.domain.findings.tracked import LIVE, RaisedBy
from dr_orchestrator.domain.quarter.people import UNREAD, PeopleRow
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.practice.listing import readable


def people_rows(here: App, start: datetime, end: datetime, now: datetime) -> list[PeopleRow]:
    """Those that were held in a quarter, by their newest words of then, and those that are declared and were not."""
    records = [each for each in here.ledger.practice.records() if each.recorded_at <= now]
    told = current(records)
    gaps = _open(here, now)
    rows: list[PeopleRow] = []
    declared, unread = readable(here)
    for each in declared:
        of = turn(each, records, now)
        own = [one for one in told if (one.kind, one.name) == (each.kind, each.name) and start <= one.ended < end]
        rows += _rows(here, of, own, gaps[each.kind, each.name])
    return [*rows, *(PeopleRow(UNREAD, file, standing=UNREAD) for file in unread)]


def _rows(here: App, of: Turn, own: list[Sat], gaps: int) -> Iterator[PeopleRow]:
    kind, name, standing = of.planned.kind.value, of.planned.name, of.standing.value
    if not own:
        yield PeopleRow(kind, name, gaps=gaps, standing=standing)
    for each in own:
        yield PeopleRow(
            *(kind, name, each.ended, each.verdict, each.score, each.attended, each.asked),
            *(_answered(here, each), gaps, each.simulated, standing, each.seeded),
            correction=each.correction,
        )


def _answered(here: App, of: Sat) -> tuple[timedelta, ...]:
    if of.kind is not RaisedBy.TABLETOP or not of.reached:
        return ()
    contacts = here.ledger.practice.tabletop(of.id)[1].sitting.contacts
    return tuple(each.after for each in contacts if each.reached and each.after is not None)


def _open(here: App, now: datetime) -> Counter[tuple[RaisedBy, str]]:
    """The findings of each that are open, real ones alone."""
    found = here.ledger.queries.findings()
    return Counter((each.raised_by, each.drill) for each in found if not each.simulated and each.state_at(now) in LIVE)
