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


def written(now: datetime = NOW, drills: int = 2) -> bytes:
    declared = [drill("a, or b; c"), drill("z", tier=0), *(drill(f"d-{each}", tier=0) for each in range(drills - 2))]
    states = due_states(declared, {}, now)
    plan = year_of(Calendar(), declared, {}, 2026)
    return feed(entries(plan, agenda(Calendar(), plan, states, {}, now), now), now)


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


def test_a_sequence_never_falls_wherever_an_event_moves_to() -> None:
    """Caught up on, planned anew because of others, or no longer tentative: whatever is told later is told as newer."""
    uid = "z.20261001.quarter@dr-orchestrator"
    told = [
        events(written(now, many))[uid]
        for now, many in (
            (datetime(2026, 9, 30, 12, tzinfo=UTC), 2),
            (datetime(2026, 10, 1, 12, tzinfo=UTC), 2),
            (datetime(2026, 11, 20, 12, tzinfo=UTC), 2),
            (datetime(2026, 11, 21, 12, tzinfo=UTC), 30),
        )
    ]
    sequences = [int(str(each["SEQUENCE"])) for each in told]
    assert sequences == sorted(set(sequences))


def test_the_same_state_is_written_the_same() -> None:
    """Byte for byte, so that a feed which did not change is not fetched as a change."""
    assert written() == written()
    assert b"VALARM" in written()
