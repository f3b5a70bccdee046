"""The iCalendar feed: whoever subscribes to it sees each drill once in its period, wherever it moves to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icalendar import Calendar as Feed

from dr_orchestrator.domain.agenda import agenda, entries, year_of
from dr_orchestrator.domain.calendar import Calendar
from dr_orchestrator.domain.programme import due_states
from dr_orchestrator.reporting.calendar import feed
from tests.support.calendar import drill

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


def written(now: datetime = NOW, proven: datetime | None = None) -> bytes:
    drills = [drill("a, or b; c"), drill("z", tier=0)]
    states = due_states(drills, {("z", "", "latest"): (proven,) if proven else ()}, now)
    plan = year_of(Calendar(), drills, {}, 2026)
    return feed(entries(plan, states, agenda(Calendar(), plan, states, {}, now), now), now)


def events(text: bytes) -> dict[str, dict[str, object]]:
    found = Feed.from_ical(text)
    return {str(each["UID"]): {name: each.get(name) for name in each} for each in found.walk("VEVENT")}


def test_each_drill_has_one_event_in_each_period() -> None:
    """Of this quarter and of the next, with instants in UTC, a status, and EXERCISE in front."""
    found = events(written())
    assert set(found) == {
        f"{name}.2026{month}01.quarter@dr-orchestrator" for name in ("a, or b; c", "z") for month in ("07", "10")
    }
    assert {str(each["SUMMARY"]).split(":")[0] for each in found.values()} == {"EXERCISE"}
    assert {str(each["STATUS"]) for uid, each in found.items() if ".202607" in uid} == {"CONFIRMED"}
    assert {str(each["STATUS"]) for uid, each in found.items() if ".202610" in uid} == {"TENTATIVE"}
    start = found["z.20260701.quarter@dr-orchestrator"]["DTSTART"].dt  # type: ignore[attr-defined]
    assert start.tzinfo is not None
    assert start.utcoffset() == timedelta()


def test_an_event_that_moves_keeps_its_uid_and_raises_its_sequence() -> None:
    """What is caught up on is the event that was missed, newer each day: a reader moves it, and shows no second one."""
    uid = "z.20260701.quarter@dr-orchestrator"
    first, later = events(written())[uid], events(written(NOW + timedelta(days=1)))[uid]
    assert 0 < int(str(first["SEQUENCE"])) < int(str(later["SEQUENCE"]))
    proven = events(written(proven=NOW - timedelta(days=2)))[uid]
    assert "proven" in str(proven["SUMMARY"])


def test_the_same_state_is_written_the_same() -> None:
    """Byte for byte, so that a feed which did not change is not fetched as a change."""
    assert written() == written()
    assert b"VALARM" in written()
