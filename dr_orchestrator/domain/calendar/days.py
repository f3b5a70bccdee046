"""Which days are open, and their windows in UTC: each open day has one, whatever its clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dr_orchestrator.domain.calendar import WEEKDAYS, Calendar, Window

_DAY = timedelta(days=1)


def closed(calendar: Calendar, day: date) -> str:
    """Why nothing is started on a day; empty where it is open."""
    if day.weekday() not in calendar.weekdays:
        return f"a {WEEKDAYS[day.weekday()]}"
    if holiday := calendar.holidays(day):
        return f"a holiday: {holiday}"
    return next((f"a freeze: {each.reason}" for each in calendar.freezes if each.first <= day <= each.last), "")


def window(calendar: Calendar, day: date) -> Window:
    """The window of a day. Where its clocks skip the time at which it opens, it opens as long after the change as that
    time is after it; where a time comes twice, the first counts. It is never empty.
    """
    zone = ZoneInfo(calendar.zone)
    midnight = datetime.combine(day, time())
    opens, closes = datetime.combine(day, calendar.opens), midnight + calendar.closes
    start, end = (each.replace(tzinfo=zone).astimezone(UTC) for each in (opens, closes))
    return Window(day, start, end if end > start else start + (closes - opens))


def open_windows(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Window]:
    """The windows of open days that begin between two instants, in order; the end is no part of it."""
    zone = ZoneInfo(calendar.zone)
    day, last = (start - _DAY).astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        if not closed(calendar, day):
            found = window(calendar, day)
            if start <= found.start < end:
                yield found
        day += _DAY
