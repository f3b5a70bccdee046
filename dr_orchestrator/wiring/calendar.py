"""The calendar of a workspace: what is due, when each is to start, and what is to start now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dr_orchestrator.domain.agenda import Appointment, Planned, agenda, open_now, year_of
from dr_orchestrator.domain.calendar import Calendar
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.programme import DueState, period_start, quarter_of
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.due import states_of
from dr_orchestrator.wiring.planning.costing import within_budget

DEAR = "the budget of an exercise does not hold it, too"


@dataclass(frozen=True)
class Agenda:
    """Where all drills stand at an instant: `appointments` are of those that are due, in order of time."""

    now: datetime
    calendar: Calendar
    states: Sequence[DueState]
    planned: Planned
    appointments: Sequence[Appointment]

    def starting(self) -> list[Drill]:
        """The drills that are to start now, tier 0 first."""
        return open_now(self.appointments, self.now)


def agenda_of(here: App) -> Agenda:
    """Where the drills of a workspace stand now; UsageError where none is declared."""
    drills, queries, now = here.catalogue.drills, here.ledger.queries, here.clock.now()
    if not drills:
        raise UsageError("no drill is declared", f"declare some in {here.settings.drills}")
    states = states_of(here, now)
    planned = planned_for(here, now)
    found = agenda(here.catalogue.calendar, planned, states, queries.last_begun(), now)
    return Agenda(now, here.catalogue.calendar, states, planned, found)


@dataclass(frozen=True)
class Starting:
    """The drills that are to start now, and why others are not that would be due; `newest` is the exercise that was the
    newest when it was looked, `dear` those that its budget does not hold.
    """

    drills: tuple[str, ...]
    newest: str
    put_off: tuple[str, ...] = ()
    dear: tuple[str, ...] = ()


def starting_now(here: App, at_once: int | None = None) -> Starting:
    """The drills that are to start now: as many as run at once, so that each begins in its window, within the budget.

    While an exercise of the quarter is not ended there is nothing: what is due then starts after it.
    """
    exercises = here.ledger.queries.exercises(1)
    newest = exercises[0].id if exercises else ""
    found = agenda_of(here)
    quarter = quarter_of(found.now)
    for each in here.ledger.queries.open_exercises():
        if each.quarter == quarter:
            told = f"exercise {each.id} of {quarter} is under way, or left for `dro sweep`: nothing starts beside it"
            return Starting((), newest, (told,))
    starting = _together(found.starting(), at_once or here.catalogue.at_once)
    fitting = within_budget(here, starting)
    dear = [each for each in starting if each not in fitting]
    put_off = tuple(f"{each.name} is put off: {DEAR}" for each in dear)
    return Starting(tuple(each.name for each in fitting), newest, put_off, tuple(each.name for each in dear))


def _together(drills: Sequence[Drill], at_once: int) -> list[Drill]:
    """The first of some drills whose runs begin together; one at least."""
    found: list[Drill] = []
    for drill in drills:
        if found and sum(each.selection.runs for each in (*found, drill)) > at_once:
            break
        found.append(drill)
    return found


def planned_for(here: App, now: datetime) -> Planned:
    """The plan of the year of an instant, which is the same at every instant of a drill's period, and of the next."""
    drills, calendar = here.catalogue.drills.values(), here.catalogue.calendar
    proven, year = _proven(here, drills, now), now.astimezone(UTC).year
    this, following = (year_of(calendar, drills, proven, each) for each in (year, year + 1))
    return Planned(this.slots + following.slots, this.without + following.without)


def _proven(here: App, drills: Collection[Drill], now: datetime) -> Mapping[str, datetime | None]:
    starts = {each.every: period_start(each.every, now) for each in drills}
    before = {began: here.ledger.queries.proven_before(began) for began in set(starts.values())}
    return {each.name: before[starts[each.every]].get(each.name) for each in drills}
