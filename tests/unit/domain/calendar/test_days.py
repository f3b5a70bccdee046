"""Which days are open, and when: each open day has one window, whatever the clocks of its zone do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from dr_orchestrator.domain.calendar import Calendar, Freeze
from dr_orchestrator.domain.calendar.days import closed, open_windows, window

DAY = timedelta(days=1)
ALWAYS = Calendar(weekdays=frozenset(range(7)))
FREEZE = Freeze(date(2026, 12, 15), date(2026, 12, 31), "year's end")


def changes(zone: ZoneInfo, year: int) -> Iterator[date]:
    """The days of a year on which a zone's clocks are changed."""
    days = [datetime(year, 1, 1, tzinfo=UTC) + DAY * ahead for ahead in range(366)]
    for before, after in pairwise(days):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield before.astimezone(zone).date()
            yield after.astimezone(zone).date()


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_no_change_of_clocks_doubles_a_window_or_loses_one(year: int) -> None:
    """In every zone each day around a change has one window, after that of the day before, and none is empty."""
    seen = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        around = {day + DAY * near for day in changes(zone, year) for near in (-1, 0, 1)}
        for opens, closes in ((time(1, 30), 2.5), (time(2), 3.0), (time(2, 30), 3.0), (time(9), 17.0), (time(0), 24.0)):
            calendar = replace(ALWAYS, zone=name, opens=opens, closes=timedelta(hours=closes))
            windows = [window(calendar, day) for day in sorted(around)]
            assert all(each.start < each.end for each in windows), name
            assert all(one.end <= other.start for one, other in pairwise(windows)), name
            seen += len(windows)
    assert seen > 1_000


def test_a_window_is_told_in_the_zones_own_hours() -> None:
    """Nine o'clock in Berlin is seven in summer and eight in winter, and a window of the change's day is no longer."""
    berlin = replace(ALWAYS, zone="Europe/Berlin")
    assert window(berlin, date(2026, 10, 24)).start == datetime(2026, 10, 24, 7, tzinfo=UTC)
    assert window(berlin, date(2026, 10, 25)).start == datetime(2026, 10, 25, 8, tzinfo=UTC)
    assert window(berlin, date(2026, 10, 25)).end == datetime(2026, 10, 25, 16, tzinfo=UTC)


def test_an_hour_that_is_skipped_opens_after_the_change() -> None:
    """On the day on which half past two does not exist the window opens at half past three, half an hour long."""
    night = replace(ALWAYS, zone="Europe/Berlin", opens=time(2, 30), closes=timedelta(hours=3))
    found = window(night, date(2026, 3, 29))
    assert found.start.astimezone(ZoneInfo("Europe/Berlin")).time() == time(3, 30)
    assert found.end - found.start == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 30), ""),
        (date(2026, 11, 28), "a Saturday"),
        (date(2026, 11, 26), "a holiday: Thanksgiving"),
        (date(2026, 12, 14), ""),
        (date(2026, 12, 15), "a freeze: year's end"),
        (date(2026, 12, 31), "a freeze: year's end"),
        (date(2027, 1, 1), ""),
    ],
)
def test_a_closed_day_says_why(day: date, why: str) -> None:
    """A day is closed by its weekday, a holiday, or a freeze, of which the first and the last day are part."""

    def holidays(day: date) -> str:
        return "Thanksgiving" if day == date(2026, 11, 26) else ""

    assert closed(Calendar(holidays=holidays, freezes=(FREEZE,)), day) == why


def test_a_window_is_where_it_opens() -> None:
    """From Friday's opening until Monday's one window opens, and a moment longer two do; one that was open is none."""
    friday, monday = datetime(2026, 11, 27, 9, tzinfo=UTC), datetime(2026, 11, 30, 9, tzinfo=UTC)
    moment = timedelta(microseconds=1)
    assert [each.day for each in open_windows(Calendar(), friday, monday)] == [date(2026, 11, 27)]
    assert [each.day for each in open_windows(Calendar(), friday + moment, monday + moment)] == [date(2026, 11, 30)]


def test_a_window_holds_its_start_and_not_its_end() -> None:
    """Whatever is asked for at the instant at which a window closes is too late."""
    found = window(Calendar(), date(2026, 11, 30))
    assert (found.holds(found.start), found.holds(found.end)) == (True, False)
