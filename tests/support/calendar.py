"""Drills of a company for tests of the calendar, and a year of it: what is begun when, by whoever is restarted when."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from dr_orchestrator.domain.agenda import Appointment, Planned, agenda, open_now, year_of
from dr_orchestrator.domain.calendar import Calendar, Frequency
from dr_orchestrator.domain.calendar.days import open_windows
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption, Limit, Objective, Tier
from dr_orchestrator.domain.programme import Begun, due_states, period_start
from dr_orchestrator.domain.service import Resource, Runbook, Service

PROMISE = Objective(Limit(timedelta(hours=4)), Limit(timedelta(hours=1)), "tier")
TICK = timedelta(minutes=20)


def drill(name: str, tier: int = 1, every: Frequency = Frequency.QUARTER, service: str = "orders") -> Drill:
    """A drill of a service of a tier."""
    of = Service(service, service, Tier(tier, "t", PROMISE), "o", "c", Runbook("u", date(2026, 1, 1)))
    resource = Resource("db", "rds-instance", "orders-prod", "us-east-1")
    return Drill(name, of, resource, Kind.SNAPSHOT_RESTORE, Disruption.INFRASTRUCTURE, PROMISE, (), every=every)


def company(services: int) -> list[Drill]:
    """A drill of each of so many services, of all tiers and frequencies."""
    every = list(Frequency)
    return [
        drill(f"drill-{number:04}", number % 4, every[number % 3], f"service-{number:04}") for number in range(services)
    ]


@dataclass
class Year:
    """A year of drills by the calendar; `outcome` says of each run, in order, whether it proves its drill.

    `asleep` are the days on which nobody looks.
    """

    calendar: Calendar
    drills: Collection[Drill]
    outcome: Callable[[], bool] = lambda: True
    asleep: Collection[date] = ()
    began: list[tuple[datetime, Drill, bool]] = field(default_factory=list)
    _proven: dict[str, list[datetime]] = field(default_factory=dict)
    _plans: dict[object, Planned] = field(default_factory=dict)

    def planned(self, now: datetime) -> Planned:
        """The plan of the year of an instant."""
        proven = {
            each.name: max(
                (at for at in self._proven.get(each.name, ()) if at < period_start(each.every, now)), default=None
            )
            for each in self.drills
        }
        return self._planned(proven, now.year)

    def appointments(self, now: datetime) -> list[Appointment]:
        """Where each due drill stands: all that a process knows which has just been started."""
        newest = {each.name: (at, proves) for at, each, proves in self.began}
        green = {(each.name, each.digest, "latest"): self._since_failed(each.name, newest) for each in self.drills}
        states = due_states(self.drills, green, now, None, {name: at[-1] for name, at in self._proven.items()})
        begun = {name: Begun(at, at) for name, (at, _) in newest.items()}
        return agenda(self.calendar, self.planned(now), states, begun, now)

    def _since_failed(self, drill: str, newest: dict[str, tuple[datetime, bool]]) -> list[datetime]:
        """The newest proof as a ledger tells it: a run that did not pass since takes it away."""
        return self._proven.get(drill, [])[-1:] if drill in newest and newest[drill][1] else []

    def _planned(self, proven: dict[str, datetime | None], year: int) -> Planned:
        """The plan, made once of the same proofs: it follows from nothing else."""
        key = year, tuple(sorted(proven.items(), key=lambda each: each[0]))
        if key not in self._plans:
            self._plans[key] = year_of(self.calendar, self.drills, proven, year)
        return self._plans[key]

    def tick(self, now: datetime) -> None:
        """Begin what is to start now: nothing is remembered from the look before but what a ledger holds."""
        for each in open_now(self.appointments(now), now):
            proves = self.outcome()
            self.began.append((now, each, proves))
            if proves:
                self._proven.setdefault(each.name, []).append(now)

    def live(self, year: int, every: timedelta = TICK) -> None:
        """Look so often in all windows of a year, and at both ends of each."""
        for now in self.looks(year, every):
            self.tick(now)

    def looks(self, year: int, every: timedelta) -> Iterator[datetime]:
        """The instants at which somebody looks."""
        for window in open_windows(
            self.calendar, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        ):
            if window.day in self.asleep:
                continue
            yield window.start - timedelta(microseconds=1)
            now = window.start
            while now < window.end:
                yield now
                now += every
            yield window.end


def sometimes(share: float, seed: int) -> Callable[[], bool]:
    """An outcome that proves nothing in a share of runs, the same ones for a seed."""
    chance = random.Random(seed)
    return lambda: chance.random() >= share
