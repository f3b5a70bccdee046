"""The calendar of a workspace: what is due, when each is to start, and what is to start now."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.agenda import Appointment, Planned, agenda, open_now, year_of
from dr_orchestrator.domain.calendar import Calendar
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.programme import DueState, due_states, period_start, proofs_wanted, quarter_of
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App, world
from dr_orchestrator.wiring.planning.costing import within_budget

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agenda:
    """Where all drills stand at an instant: `appointments` are of those that are due, in order of time."""

    now: datetime
    calendar: Calendar
    states: Sequence[DueState]
    planned: Planned
    appointments: Sequence[Appointment]

    def starting(self) -> list[Drill]:
        """The drills that are to start now, tier 0 first; none that is performed on production, which starts alone."""
        return [each for each in open_now(self.appointments, self.now) if each.production is None]


def agenda_of(here: App) -> Agenda:
    """Where the drills of a workspace stand now; UsageError where none is declared."""
    drills, queries, now = here.catalogue.drills, here.ledger.queries, here.clock.now()
    if not drills:
        raise UsageError("no drill is declared", f"declare some in {here.settings.drills}")
    proven, newest = queries.last_green(proofs_wanted(drills.values())), queries.newest_real(drills)
    states = due_states(drills.values(), proven, now, newest)
    planned = planned_for(here, now)
    found = agenda(here.catalogue.calendar, planned, states, queries.last_begun(), now)
    return Agenda(now, here.catalogue.calendar, states, planned, found)


def starting_now() -> list[str]:
    """The drills whose time in the calendar has come, tier 0 first, as many as the budget of an exercise allows.

    While an exercise of the quarter is under way there are none: what is due then starts after it, or is caught up on.
    """
    here = world()
    here.prepare()
    found = agenda_of(here)
    quarter = quarter_of(found.now)
    for each in here.ledger.queries.open_exercises():
        lease = here.ledger.exercise_leases.lease(each.id)
        if each.quarter == quarter and lease is not None and lease.left > timedelta():
            log.warning("exercise %s of %s is under way: nothing is started beside it", each.id, quarter)
            return []
    starting = found.starting()
    fitting = within_budget(here, starting)
    for left in starting[len(fitting) :]:
        log.warning("drill %s is put off: the drills of now would cost more than the budget of an exercise", left.name)
    return [each.name for each in fitting]


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
