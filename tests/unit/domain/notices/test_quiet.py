"""Quiet hours end at their time of the day, whatever clocks do in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.domain.notices.quiet import QuietHours

ZONE = "Europe/Berlin"  # clocks go on at 2026-03-29 02:00, and back at 2026-10-25 03:00


@pytest.mark.parametrize(
    ("since", "until", "now", "end"),
    [
        ("22:00", "07:00", "2026-03-28T21:30Z", "2026-03-29T05:00Z"),
        ("22:00", "07:00", "2026-10-24T21:30Z", "2026-10-25T06:00Z"),
        ("22:00", "02:30", "2026-03-28T22:00Z", "2026-03-29T01:30Z"),
        ("22:00", "02:30", "2026-10-25T00:45Z", "2026-10-25T01:30Z"),
        ("02:30", "06:00", "2026-10-25T00:30Z", "2026-10-25T05:00Z"),
        ("02:30", "06:00", "2026-10-25T00:29Z", None),
        ("09:00", "17:00", "2026-11-20T07:59Z", None),
        ("09:00", "17:00", "2026-11-20T08:00Z", "2026-11-20T16:00Z"),
        ("09:00", "17:00", "2026-11-20T16:00Z", None),
        ("17:00", "24:00", "2026-11-20T22:59Z", "2026-11-20T23:00Z"),
        ("00:00", "24:00", "2026-11-20T12:00Z", "2026-11-20T23:00Z"),
    ],
)
def test_quiet_hours_across_changes_of_clocks(since: str, until: str, now: str, end: str | None) -> None:
    """They end at that time of the day, whatever the clocks did in the night."""

    def after(written: str) -> timedelta:
        return timedelta(hours=int(written[:2]), minutes=int(written[3:]))

    found = QuietHours(after(since), after(until), ZONE).end(datetime.fromisoformat(now))
    assert found == (datetime.fromisoformat(end).astimezone(UTC) if end else None)
