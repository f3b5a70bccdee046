"""Calendar quarters in a zone's own time: where one begins and ends in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LEAST = timedelta(microseconds=1)
"""The last instant of a quarter is so long before its end, which is the first of the next."""
_WRITTEN = re.compile(r"([1-9]\d{3})-?[Qq]([1-4])", re.ASCII)


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter; `number` is 1 to 4."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    def moved(self, by: int) -> Quarter:
        """The quarter so many after it, or before it where that is negative."""
        years, number = divmod(self.number - 1 + by, 4)
        return Quarter(self.year + years, number + 1)

    def start(self, zone: str) -> datetime:
        """Its first instant by a zone's time, in UTC."""
        return datetime(self.year, self.number * 3 - 2, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    def end(self, zone: str) -> datetime:
        """The first instant that is no part of it, in UTC."""
        return self.moved(1).start(zone)

    def holds(self, instant: datetime, zone: str) -> bool:
        """Whether an instant lies in it."""
        return self.start(zone) <= instant < self.end(zone)

    def within(self, instant: datetime, zone: str) -> datetime:
        """The nearest instant that lies in it both by the zone and by UTC, in which the periods of drills begin."""
        first = max(self.start(zone), self.start("UTC"))
        return min(max(instant, first), min(self.end(zone), self.end("UTC")) - LEAST)


def quarter_at(instant: datetime, zone: str) -> Quarter:
    """The quarter that an instant lies in by a zone's time."""
    local = instant.astimezone(ZoneInfo(zone))
    return Quarter(local.year, (local.month - 1) // 3 + 1)


def read_quarter(text: str) -> Quarter:
    """Read `2026-Q3`; ValueError where it is no quarter."""
    match = _WRITTEN.fullmatch(text.strip())
    if not match:
        raise ValueError(f"'{text}' is not a quarter such as 2026-Q3")
    return Quarter(int(match[1]), int(match[2]))
