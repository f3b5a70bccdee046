"""The calendar of tiers.yaml: what it says is read, and what nobody could keep to is told by file, line and key."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import load, problems
from dr_orchestrator.domain.calendar import Calendar, Frequency
from dr_orchestrator.domain.calendar.days import closed
from dr_orchestrator.domain.drill import Catalogue
from dr_orchestrator.resources import TYPES
from tests.support import workspace

CALENDAR = """
calendar:
  window: {days: [mon, tue, wed, thu, fri], since: "09:30", until: "16:00", timezone: Europe/Berlin}
  holidays: DE-BY
  freezes:
    - {since: 2026-12-14, until: 2027-01-06, reason: end of the year}
  cadence: {1: half-year}
  a_day: 3
  spread: 90m
  again_after: 2d
"""


def declared(home: Path, *edits: tuple[str, str], shop: str = workspace.SHOP) -> Path:
    tiers = workspace.TIERS + CALENDAR
    for old, new in edits:
        assert old in tiers, old
        tiers = tiers.replace(old, new)
    workspace.write(home, shop, tiers=tiers)
    return home / "drills"


def loaded(drills: Path) -> Catalogue:
    return load(drills, TYPES)


def test_what_is_declared_is_read(tmp_path: Path) -> None:
    """Hours, holidays of a part of a country, freezes with their place, and limits are as they are written."""
    found = loaded(declared(tmp_path)).calendar
    assert (found.zone, found.opens, found.closes) == ("Europe/Berlin", time(9, 30), timedelta(hours=16))
    assert (found.a_day, found.spread, found.again_after) == (3, timedelta(minutes=90), timedelta(days=2))
    assert closed(found, date(2026, 11, 1)) == "a Sunday"
    assert closed(found, date(2027, 1, 6)) == "a holiday: Epiphany"
    assert closed(found, date(2027, 1, 5)) == "a freeze: end of the year"
    assert closed(found, date(2026, 6, 4)).startswith("a holiday: Corpus Christi")
    assert found.freezes[0].where == "drills/tiers.yaml:13:calendar.freezes[0]"


def test_without_a_calendar_there_is_the_usual_one(tmp_path: Path) -> None:
    """Business days from nine to five, in UTC, and every drill once a quarter."""
    workspace.write(tmp_path)
    found = loaded(tmp_path / "drills")
    assert found.calendar == Calendar()
    assert {each.every for each in found.drills.values()} == {Frequency.QUARTER}


def test_how_often_is_the_drills_word_then_its_services_then_its_tiers(tmp_path: Path) -> None:
    """The nearest word holds; and another cadence makes no other drill of it: what was proven stays proven."""
    plain = loaded(declared(tmp_path / "a", ("cadence: {1: half-year}", "cadence: {}")))
    by_tier = loaded(declared(tmp_path / "b"))
    service = workspace.SHOP.replace("tier: 1\n", "tier: 1\nevery: year\n")
    by_service = loaded(declared(tmp_path / "c", shop=service))
    own = service.replace("    resource: sessions\n", "    resource: sessions\n    every: quarter\n", 1)
    by_drill = loaded(declared(tmp_path / "d", shop=own))
    assert {each.every for each in plain.drills.values()} == {Frequency.QUARTER}
    assert {each.every for each in by_tier.drills.values()} == {Frequency.HALF_YEAR}
    assert {each.every for each in by_service.drills.values()} == {Frequency.YEAR}
    assert by_drill.drills["sessions-pitr"].every is Frequency.QUARTER
    assert by_drill.drills["orders-snapshot"].every is Frequency.YEAR
    for found in (by_tier, by_service, by_drill):
        assert {name: each.digest for name, each in found.drills.items()} == {
            name: each.digest for name, each in plain.drills.items()
        }


def test_a_drill_is_another_once_what_it_waits_for_is_declared_otherwise(tmp_path: Path) -> None:
    """After a change of the table the database's drill is due anew, and after a change of anything else it is not."""
    waits = workspace.SHOP.replace(
        "    resource: orders-db\n", "    resource: orders-db\n    after_change_of: [sessions]\n", 1
    )
    before = loaded(declared(tmp_path / "a", shop=waits)).drills
    table = loaded(declared(tmp_path / "b", shop=waits.replace("id: sessions-prod", "id: sessions-2"))).drills
    other = loaded(declared(tmp_path / "c", shop=waits.replace("id: shop-prod", "id: shop-2"))).drills
    assert table["orders-snapshot"].digest != before["orders-snapshot"].digest
    assert other["orders-snapshot"].digest == before["orders-snapshot"].digest


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("DE-BY", "XX", "drills/tiers.yaml:11:calendar.holidays: the holidays of 'XX' are not known"),
        (
            "DE-BY",
            "DE-XY",
            "drills/tiers.yaml:11:calendar.holidays: 'XY' is no part of DE that has holidays of its own",
        ),
        ("DE-BY", "germany", "drills/tiers.yaml:11:calendar.holidays: 'germany' is not a country"),
        (
            "Europe/Berlin",
            "Mars/Olympus",
            "drills/tiers.yaml:10:calendar.window.timezone: 'Mars/Olympus' is not a time",
        ),
        ('until: "16:00"', 'until: "09:30"', "calendar.window.until: a window ends on the day on which it begins"),
        ("until: 2027-01-06", "until: 2026-12-13", "calendar.freezes[0].until: a freeze ends on the day on which"),
        ("cadence: {1:", "cadence: {4:", "drills/tiers.yaml:14:calendar.cadence.4: there is no tier 4"),
        ("half-year", "fortnight", "calendar.cadence.1: 'fortnight' is not a period"),
        ("a_day: 3", "a_day: 0", "drills/tiers.yaml:15:calendar.a_day: '0' is not a whole number from 1"),
        (
            "since: 2026-12-14",
            "since: 2026-07-01",
            "drills/tiers.yaml:13:calendar.freezes[0]: no day from 2026-07-01 to 2027-01-01 is left",
        ),
        ("[mon, tue, wed, thu, fri]", "[]", "calendar.window.days"),
    ],
)
def test_what_nobody_can_keep_to_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    """A mistake in the calendar is named by file, line and key before anything is planned by it."""
    found = [str(each) for each in problems(declared(tmp_path, (old, new)), TYPES)]
    assert any(told in each for each in found), found


def test_more_drills_than_days_are_told(tmp_path: Path) -> None:
    """Three drills do not fit into the one day that a freeze leaves of a half-year: all numbers are told."""
    edits = (("since: 2026-12-14", "since: 2026-07-02"), ("a_day: 3", "a_day: 1"))
    found = [str(each) for each in problems(declared(tmp_path, *edits), TYPES)]
    assert any("3 drills are due from 2026-07-01 to 2027-01-01; 1 open day holds 1" in each for each in found), found
    assert any(each.startswith("drills/tiers.yaml:15:calendar.a_day") for each in found)


def test_a_drill_that_waits_for_a_change_of_nothing_is_told(tmp_path: Path) -> None:
    """A resource that the service does not have is no reason to drill anew."""
    shop = workspace.SHOP.replace(
        "    resource: orders-db\n", "    resource: orders-db\n    after_change_of: [session]\n", 1
    )
    found = [str(each) for each in problems(declared(tmp_path, shop=shop), TYPES)]
    assert any(
        "after_change_of[0]: no resource of this service is named 'session' (did you mean 'sessions'?)" in each
        for each in found
    ), found
