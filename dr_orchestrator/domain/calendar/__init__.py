"""When drills may start: business days, windows, freezes; and when each is to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

Holidays = Callable[[date], str]
"""The name of the public holiday that a day is; empty where it is none."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Frequency(StrEnum):
    """How often a drill is due."""

    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"


def no_holidays(_: date) -> str:
    """The holidays of nowhere."""
    return ""


@dataclass(frozen=True)
class Freeze:
    """Days, both inclusive, on which nothing is started, and why; `where` is its place in tiers.yaml."""

    first: date
    last: date
    reason: str
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Calendar:
    """When drills may start: from `opens` of the zone's time until so long after midnight as `closes` says, on
    `weekdays` (0 is Monday) that are no holidays and in no freeze.

    `spread` is the most by which a start is put off within its window, so that not all begin at once; `a_day` is how
    many drills are begun on a day; `again_after` is how long after a run that did not prove a drill it is tried again.
    `cadence` is how often a tier's drills are due, where they say nothing themselves.
    `country` is whose holidays they are, in words, empty where none count.
    """

    zone: str = "UTC"
    weekdays: frozenset[int] = frozenset(range(5))
    opens: time = time(9)
    closes: timedelta = timedelta(hours=17)
    country: str = ""
    holidays: Holidays = field(default=no_holidays, compare=False)
    freezes: tuple[Freeze, ...] = ()
    spread: timedelta = timedelta(hours=2)
    a_day: int = 10
    again_after: timedelta = timedelta(days=7)
    cadence: Mapping[int, Frequency] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """The time of one day in which drills may start; the end is no part of it."""

    day: date
    start: datetime
    end: datetime

    def holds(self, instant: datetime) -> bool:
        """Whether it is open at an instant."""
        return self.start <= instant < self.end
