"""Quiet hours: from a time of the day to another of a zone, whatever its clocks do in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """From `since` after midnight to `until` after midnight, of the next day where that is not later."""

    since: timedelta
    until: timedelta
    zone: str

    def end(self, now: datetime) -> datetime | None:
        """When those end that an instant lies in; None where it lies in none.

        Where a time of the day comes twice they last from its first to its last; one that is skipped is when the clocks
        have gone on for as long as it lies after the change.
        """
        today = now.astimezone(ZoneInfo(self.zone)).date()
        ends = [self._last(day + _DAY * self._overnight) for day in (today - _DAY, today) if self._holds(day, now)]
        return max(ends, default=None)

    @property
    def _overnight(self) -> int:
        return int(self.until <= self.since)

    def _holds(self, day: date, now: datetime) -> bool:
        began = self._instant(day, self.since, 0)
        return began <= now < self._last(day + _DAY * self._overnight)

    def _last(self, day: date) -> datetime:
        return self._instant(day, self.until, 1)

    def _instant(self, day: date, after: timedelta, fold: int) -> datetime:
        local = datetime.combine(day, time()) + after
        zone = ZoneInfo(self.zone)
        found = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        skipped = found.astimezone(zone).replace(tzinfo=None) != local
        return local.replace(tzinfo=zone, fold=0).astimezone(UTC) if skipped else found
