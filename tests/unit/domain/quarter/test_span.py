"""Quarters begin and end by the calendar's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.quarter.span import Quarter, quarter_at, read_quarter

ZONES = ("UTC", "America/New_York", "Pacific/Auckland", "Pacific/Kiritimati")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.sampled_from(ZONES), st.integers(-9, 9))  # noqa: DTZ001
def test_every_instant_lies_in_one_quarter(instant: datetime, zone: str, by: int) -> None:
    """The end of one is the start of the next, whatever the zone's clocks do; moving there and back changes nothing."""
    at = instant.replace(tzinfo=UTC)
    found = quarter_at(at, zone)
    assert found.holds(at, zone)
    assert not found.moved(1).holds(at, zone)
    assert not found.moved(-1).holds(at, zone)
    assert found.end(zone) == found.moved(1).start(zone)
    assert found.moved(by).moved(-by) == found
    assert read_quarter(str(found)) == found


def test_a_quarter_begins_at_midnight_of_its_zone() -> None:
    """In Auckland the year is half a day ahead."""
    assert Quarter(2026, 1).start("Pacific/Auckland") == datetime(2025, 12, 31, 11, tzinfo=UTC)
    assert quarter_at(datetime(2026, 1, 1, tzinfo=UTC) - timedelta(hours=1), "Pacific/Auckland") == Quarter(2026, 1)


@pytest.mark.parametrize("text", ["2026", "2026-Q5", "2026-Q0", "Q3-2026", "26-Q3", "2026-Q3x", "", "٢٠٢٦-Q1"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    """A quarter that nobody meant is never told of."""
    with pytest.raises(ValueError, match="is not a quarter such as 2026-Q3"):
        read_quarter(text)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_a_quarter_is_judged_at_an_instant_that_is_of_it_by_utc_too(zone: str) -> None:
    """Periods of drills begin in UTC: neither end of a quarter, by any zone, is judged by another's periods."""
    quarter = Quarter(2026, 4)
    for instant in (quarter.start(zone), quarter.end(zone), quarter.start("UTC"), datetime(2026, 11, 1, tzinfo=UTC)):
        judged = quarter.within(instant, zone)
        assert quarter.holds(judged, zone)
        assert quarter.holds(judged, "UTC")
    assert quarter.within(datetime(2026, 11, 1, tzinfo=UTC), zone) == datetime(2026, 11, 1, tzinfo=UTC)
