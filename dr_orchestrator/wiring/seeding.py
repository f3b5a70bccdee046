"""Gives a sample company its history: seeded, simulated, told as such, and written through the ledger's own door.

Only into a ledger that holds nothing yet: no history comes after what took place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.findings.acts import Accept, NotReproducible, PersonAct, Start
from dr_orchestrator.domain.findings.tracked import LIVE, RaisedBy, State, TrackedFinding, end_of
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.quarter.span import Quarter, quarter_at
from dr_orchestrator.lab.history import History, Past, pasts
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.company import asked_history, written
from dr_orchestrator.wiring.seeding_people import seed_people

_ACCEPTED = "the team that replaces it is funded for the next half-year (seeded)"
_TRIED = "tried three times with the login of then, and it could be read (seeded)"
_APPROVER = "Dana Whitfield"


def seed_before(here: App) -> int:
    """Write the history that the workspace's estate file asks for, before the quarter that runs.

    Returns how many runs it has: none where none is asked for, or the ledger holds anything (see `why_not`).
    """
    history = _asked(here)
    if history is None or here.ledger.queries.exercises(1) or here.ledger.seeded.in_the_way():
        return 0
    running = quarter_at(here.clock.now(), here.catalogue.calendar.zone)
    return seed(here, [running.moved(-back) for back in range(history.quarters, 0, -1)], history.seed)


def why_not(here: App) -> str:
    """Why the history that is asked for was not written; empty where it was, or where none is asked for."""
    if _asked(here) is None or any(each.engine == SEEDED for each in here.ledger.queries.exercises()):
        return ""
    return f"the ledger holds {' and '.join(found)}" if (found := here.ledger.seeded.in_the_way()) else ""


def _asked(here: App) -> History | None:
    path = written(here.settings.home)
    return asked_history(path, here.types) if path else None


def seed(here: App, quarters: Iterable[Quarter], number: int) -> int:
    """Write the history of quarters, oldest first; return how many runs it has."""
    told, written = list(quarters), 0
    drilled = {each.exercise.quarter: each for each in _pasts(here, told, number)}
    for index, quarter in enumerate(told):
        if (past := drilled.get(str(quarter))) is not None:
            here.ledger.seeded.keep(past.exercise, past.runs)
            _follow_up(here, past, index)
            written += len(past.runs)
        written += seed_people(here, quarter, index, len(told) - index, number)
    return written


def _pasts(here: App, quarters: Iterable[Quarter], number: int) -> Iterator[Past]:
    return pasts(here.catalogue.drills.values(), quarters, number, here.catalogue.revision)


def _follow_up(here: App, past: Past, index: int) -> None:
    """The work of people on what a quarter's runs found, three weeks later: one thing each quarter."""
    at = (past.exercise.ended_at or past.exercise.started_at) + timedelta(days=21)
    live = [each for each in here.ledger.queries.findings() if each.simulated and each.state_at(at) in LIVE]
    live = [each for each in live if each.raised_by is RaisedBy.RUN]
    told = [each for each in live if not each.lacks and each.last_seen <= at]
    for found in told[:1]:
        here.ledger.findings.act([found.key], _act(found, at, index), SEEDED, at)


def _act(found: TrackedFinding, at: datetime, index: int) -> PersonAct:
    """The work on one: begun first, and accepted or closed once it is."""
    if found.state_at(at) is State.OPEN:
        return Start()
    if index % 2:
        return NotReproducible(_TRIED)
    return Accept(_APPROVER, _ACCEPTED, end_of((at + timedelta(days=150)).astimezone(UTC).date()))
