"""The calendar as an iCalendar feed (RFC 5545), for whoever subscribes to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from dr_orchestrator.domain.agenda import Entry, Status

_REMINDER = timedelta(days=-7)
_AHEAD = timedelta(days=800)
"""No event is told of so long before its period: what is told later of it has a higher sequence, wherever it moves."""

_SAID = {
    Status.PLANNED: "",
    Status.CATCH_UP: "catch-up, ",
    Status.TENTATIVE: "tentative, ",
}


def feed(entries: Iterable[Entry], now: datetime) -> bytes:
    """The feed of some entries: one event each, whose UID stays the same for a drill's period, wherever it moves to.

    Instants are told in UTC, so that no reader needs this program's word on when clocks change.
    """
    from icalendar import Calendar

    calendar = Calendar.new(
        prodid="-//DR drill orchestrator//EN", name="DR drills", uid="dr-drills@dr-orchestrator", method="PUBLISH"
    )
    for entry in entries:
        calendar.add_component(_event(entry, now))
    return bytes(calendar.to_ical())


def uid(entry: Entry) -> str:
    """The UID of a drill's event in a period."""
    return f"{entry.slot.drill.name}.{entry.slot.began:%Y%m%d}.{entry.slot.drill.every}@dr-orchestrator"


def _event(entry: Entry, now: datetime):  # type: ignore[no-untyped-def] # icalendar's own types are imported when asked
    from icalendar import Alarm, Event
    from icalendar.enums import STATUS, TRANSP

    slot, drill = entry.slot, entry.slot.drill
    service = drill.service
    event = Event.new(
        uid=uid(entry),
        summary=f"EXERCISE: {_SAID[entry.status]}{drill.name} ({service.name}, tier {service.tier.number})",
        description=_told(entry),
        start=slot.at,
        end=slot.window.end,
        stamp=now,
        sequence=max(0, (now - slot.began + _AHEAD) // timedelta(minutes=1)),
        status=STATUS.TENTATIVE if entry.status is Status.TENTATIVE else STATUS.CONFIRMED,
        categories=["DR drill", f"tier {service.tier.number}"],
    )
    event.add("transp", TRANSP.TRANSPARENT)
    if entry.status in (Status.PLANNED, Status.CATCH_UP):
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"EXERCISE: {drill.name} within a week")
        alarm.add("trigger", _REMINDER)
        event.add_component(alarm)
    return event


def _told(entry: Entry) -> str:
    slot, drill = entry.slot, entry.slot.drill
    lines = [
        drill.summary or f"{drill.kind} of {drill.resource.name}",
        f"Owner: {drill.service.owner}; DR champion: {drill.service.dr_champion}",
        f"Due once a {drill.every}: from {slot.began:%Y-%m-%d} to {slot.until:%Y-%m-%d}",
    ]
    if slot.catches_up:
        lines.append("It catches up on what its period had planned.")
    if entry.overdue_since:
        lines.append(f"Overdue since {entry.overdue_since:%Y-%m-%d}.")
    return "\n".join(lines)
