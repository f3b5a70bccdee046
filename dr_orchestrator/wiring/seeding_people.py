"""Gives a sample company the exercises of people of its history: of its declared plans, in different quarters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.findings.acts import Accept, NotReproducible, PersonAct, Start
from dr_orchestrator.domain.findings.tracked import LIVE, RaisedBy, TrackedFinding, end_of
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.quarter.span import Quarter
from dr_orchestrator.lab.history import single
from dr_orchestrator.lab.people.game_day import DRILLED_AFTER, past_game_day
from dr_orchestrator.lab.people.review import past_review
from dr_orchestrator.lab.people.tabletop import past_tabletop
from dr_orchestrator.lab.people.words import wednesday
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.game_days.declaring import declared, plan_of
from dr_orchestrator.wiring.practice import reviewing, tabletops

_TABLETOPS, _REVIEWS, _GAME_DAYS = {4: False, 1: True}, {3: False, 1: True}, (2,)
"""How many quarters before the one that follows the history each is told of, and whether it went well."""

_OPENS, _SIGNED = timedelta(seconds=6), timedelta(hours=2)
_BEGUN, _DONE = timedelta(days=7), timedelta(days=20)
_MENDED = "tried again with those who saw it: it does not come any more (seeded)"
_ACCEPTED, _APPROVER = "its owner has it in the plan of the next half-year (seeded)", "Dana Whitfield"


def seed_people(here: App, quarter: Quarter, index: int, back: int, number: int) -> int:
    """Write what is told of a quarter of that index, that lies so many before the history's end; return its runs."""
    if back in _TABLETOPS:
        _tabletops(here, quarter, number, well=_TABLETOPS[back])
    if back in _REVIEWS:
        _reviews(here, quarter, well=_REVIEWS[back])
    return _game_days(here, quarter, index, number) if back in _GAME_DAYS else 0


def _tabletops(here: App, quarter: Quarter, number: int, *, well: bool) -> None:
    for week, plan in enumerate(tabletops.plans(here).values()):
        conducted = past_tabletop(plan, quarter, wednesday(quarter, week, 13), number, well=well)
        sat = tabletops.sat_of(conducted, conducted.sitting.ended + _SIGNED, SEEDED)
        here.ledger.seeded.keep_practice(sat, conducted)
        _follow_up(here, RaisedBy.TABLETOP, plan.name, sat.recorded_at)


def _reviews(here: App, quarter: Quarter, *, well: bool) -> None:
    for week, plan in enumerate(reviewing.plans(here).values()):
        reviewed = past_review(plan, here.catalogue.services, wednesday(quarter, week, 10), well=well)
        sat = reviewing.sat_of(reviewed, reviewed.look.at + _SIGNED, SEEDED)
        here.ledger.seeded.keep_practice(sat, reviewed)
        _follow_up(here, RaisedBy.REVIEW, plan.name, sat.recorded_at)


def _game_days(here: App, quarter: Quarter, index: int, number: int) -> int:
    """The game days of a quarter, each with the run that it started."""
    runs = 0
    for week, path in enumerate(declared(here)):
        plan, at = plan_of(here, path.stem), wednesday(quarter, week)
        drills = [here.catalogue.drills[each.name] for each in plan.drills]
        began, revision = at + DRILLED_AFTER + _OPENS, here.catalogue.revision
        told = (single(each, began, index, number, revision) for each in drills)
        past = past_game_day(plan, at, number, next(filter(None, told), None))
        here.ledger.seeded.keep_game_day(past.id, past.plan, past.entries, past.run)
        _follow_up(here, RaisedBy.GAME_DAY, plan.name, past.entries[-1].at)
        runs += past.run is not None
    return runs


def _follow_up(here: App, kind: RaisedBy, name: str, at: datetime) -> None:
    """The work of people on what one found: the first is closed some weeks later, the second accepted."""
    for found, later in zip(_open(here, kind, name, at), (_closing, _accepting), strict=False):
        for when, act in (each for each in later(at) if each[0] <= here.clock.now()):
            here.ledger.findings.act([found.key], act, SEEDED, when)


def _closing(at: datetime) -> Iterator[tuple[datetime, PersonAct]]:
    yield at + _BEGUN, Start()
    yield at + _DONE, NotReproducible(_MENDED)


def _accepting(at: datetime) -> Iterator[tuple[datetime, PersonAct]]:
    when = at + _BEGUN
    yield when, Accept(_APPROVER, _ACCEPTED, end_of((when + timedelta(days=200)).astimezone(UTC).date()))


def _open(here: App, kind: RaisedBy, name: str, at: datetime) -> Sequence[TrackedFinding]:
    own = [each for each in here.ledger.queries.findings() if (each.raised_by, each.drill) == (kind, name)]
    return [each for each in own if each.simulated and not each.lacks and each.state_at(at) in LIVE]
