"""`dro calendar`: when drills are to start, as a table, as JSON, as a feed; and what has no day is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar as Feed

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from tests.support import workspace
from tests.support.fakes import FakeClock

CALENDAR = """
calendar:
  window: {days: [mon, tue, wed, thu, fri], since: "09:00", until: "16:00", timezone: America/New_York}
  holidays: US
  freezes:
    - {since: 2026-12-14, until: 2026-12-31, reason: end of the year}
"""
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
Told = Callable[..., str]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    def run(*given: str, now: datetime = NOW, wanted: int = Exit.PASSED) -> str:
        home = tmp_path / f"at-{len(list(tmp_path.iterdir()))}"
        here = workspace.world(home, FakeClock(now), tiers=workspace.TIERS + CALENDAR)
        monkeypatch.chdir(home)
        with wiring.using(here):
            assert main.run([*given]) == wanted
        return capsys.readouterr().out

    return run


def entries(told: Told, *given: str, **more: Any) -> list[dict[str, Any]]:
    return list(json.loads(told("calendar", "--json", *given, **more))["entries"])


def test_the_table_tells_local_times_and_closed_days(told: Told) -> None:
    """Starts are in the zone of the windows; holidays and freezes of the time that is shown are named."""
    out = told("calendar")
    assert "Mon 2026-11-23" in out
    assert "America/New_York" in out
    assert "Holiday on 2026-11-26: Thanksgiving" in out
    assert "Frozen from 2026-12-14 to 2026-12-31: end of the year" in out
    assert "between 09:00 and 16:00 America/New_York, without holidays of US" in out


def test_json_tells_each_slot(told: Told) -> None:
    """What is to start, when its window closes, for which period, and that it catches up."""
    found = entries(told, "--days", "20")
    assert {each["drill"] for each in found} == {"orders-snapshot", "sessions-pitr", "shop-replica"}
    for each in found:
        assert each["status"] == "catch-up"
        assert each["period"] == {"from": "2026-10-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}
        assert each["window"]["closes_at"] == "2026-11-23T21:00:00Z"
        assert each["start_at"] >= "2026-11-23T14:00:00Z"


def test_what_has_no_day_left_is_told(told: Told) -> None:
    """In the freeze that lasts until the quarter's end nothing is planned of the quarter, and each drill is named."""
    assert entries(told, "--days", "14", now=datetime(2026, 12, 16, tzinfo=UTC)) == []
    late = json.loads(told("calendar", "--json", now=datetime(2026, 12, 16, tzinfo=UTC)))
    assert {each["drill"] for each in late["without_day"]} == {"orders-snapshot", "sessions-pitr", "shop-replica"}
    assert {each["when"] for each in late["without_day"]} == {"before 2027-01-01"}


def test_a_feed_is_written_to_a_file_and_to_nowhere_else(told: Told, tmp_path: Path) -> None:
    """The feed holds what the table shows, and its file can be read back."""
    told("calendar", "--ics", str(tmp_path / "drills.ics"))
    found = Feed.from_ical((tmp_path / "drills.ics").read_bytes()).walk("VEVENT")
    assert len(found) == len(entries(told))
    assert Feed.from_ical(told("calendar", "--ics", "-")).walk("VEVENT")


def test_a_feed_that_cannot_be_written_is_told_as_that(told: Told, tmp_path: Path) -> None:
    """A folder that is not there is the user's to mend: no traceback, and nothing half written."""
    told("calendar", "--ics", str(tmp_path / "nowhere" / "drills.ics"), wanted=Exit.USAGE)
    told("calendar", "--json", "--ics", "-", wanted=Exit.USAGE)


def test_due_tells_when_each_is_planned(told: Told) -> None:
    """Beside why a drill is due stands when the calendar starts it, and since when it is overdue."""
    found = json.loads(told("due", "--json"))
    assert {each["planned_at"][:10] for each in found} == {"2026-11-23"}
    assert {each["overdue_since"] for each in found} == {None}
    assert json.loads(told("due", "--json", "--overdue")) == []


def test_names_and_the_calendar_exclude_each_other(told: Told) -> None:
    """`--scheduled` is the calendar's word alone: names beside it are refused, and nothing is started."""
    told("quarterly", "--scheduled", "orders-snapshot", wanted=Exit.USAGE)


def test_outside_of_a_window_nothing_is_started(told: Told) -> None:
    """At night there is nothing to start, which is told, and no failure."""
    out = told("quarterly", "--scheduled", now=datetime(2026, 11, 24, 3, tzinfo=UTC))
    assert "Nothing was started: the calendar has nothing to start now." in out
