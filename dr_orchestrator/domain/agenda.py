"""Which drill is to start when: a plan of each period that stays as it is, and the next window of what it missed."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from dr_orchestrator.domain.calendar import Calendar, Frequency, Window
from dr_orchestrator.domain.calendar.days import open_windows
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.programme import DueState, period_end, period_start

_DAY = timedelta(days=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PLANNED_SHARE = 2, 3
"""The part of a period's days over which it is planned: what is missed, or fails, is caught up on in the rest."""

Proven = Mapping[str, datetime | None]
"""When each drill was last proven, by its name, as of the beginning of its period; so the plan stays as it is."""


@dataclass(frozen=True)
class Slot:
    """A drill's place in the calendar: it is to start `at` an instant within a window, for one of its periods.

    `missed` is the day of the plan that went by without it, where this is to catch up on that.
    """

    drill: Drill
    began: datetime
    until: datetime
    window: Window
    at: datetime
    missed: date | None = None


@dataclass(frozen=True)
class Planned:
    """The slots of a year, in order, and the drills that no day has room for, with the period that lacks it."""

    slots: tuple[Slot, ...]
    without: tuple[tuple[Drill, datetime], ...] = ()

    @functools.cached_property
    def _places(self) -> Mapping[tuple[str, datetime], Slot]:
        return {(each.drill.name, each.began): each for each in self.slots}

    def of(self, drill: Drill, instant: datetime) -> Slot | None:
        """The slot of a drill in the period that an instant lies in."""
        return self._places.get((drill.name, period_start(drill.every, instant)))


def year_of(calendar: Calendar, drills: Iterable[Drill], proven: Proven, year: int) -> Planned:
    """Plan a year (UTC): each drill once in each of its periods, tier 0 first, then whatever was proven longest ago.

    Those with the shortest periods are placed first: they have the fewest days to choose from.
    """
    starts, load = datetime(year, 1, 1, tzinfo=UTC), Counter[date]()
    declared = sorted(drills, key=lambda drill: _order(drill, proven))
    slots: list[Slot] = []
    without: list[tuple[Drill, datetime]] = []
    for every in sorted({each.every for each in declared}, key=lambda each: period_end(each, starts)):
        alike, began = [each for each in declared if each.every is every], starts
        while began.year == year:
            until = period_end(every, began)
            placed, left = _placed(calendar, alike, began, until, load)
            slots, without, began = slots + placed, without + [(each, began) for each in left], until
    return Planned(tuple(sorted(slots, key=lambda slot: (slot.at, slot.drill.name))), tuple(without))


def _order(drill: Drill, proven: Proven) -> tuple[int, datetime, str, str]:
    return drill.service.tier.number, proven.get(drill.name) or _LONG_AGO, drill.service.name, drill.name


def _placed(
    calendar: Calendar, drills: Sequence[Drill], began: datetime, until: datetime, load: Counter[date]
) -> tuple[list[Slot], list[Drill]]:
    windows = list(open_windows(calendar, began, until))
    spread_over = -(-len(windows) * _PLANNED_SHARE[0] // _PLANNED_SHARE[1])
    slots: list[Slot] = []
    for index, drill in enumerate(drills):
        target = index * spread_over // len(drills)
        free = (each for each in (*windows[target:], *windows[:target]) if load[each.day] < calendar.a_day)
        if (found := next(free, None)) is None:
            return slots, list(drills[index:])
        load[found.day] += 1
        slots.append(Slot(drill, began, until, found, _start(calendar, drill, began, found)))
    return slots, []


def _start(calendar: Calendar, drill: Drill, began: datetime, window: Window) -> datetime:
    """The instant in a window at which a drill is to start: the same whenever it is asked for, and others' differ."""
    digest = hashlib.sha256(f"{drill.name}\x1f{began.isoformat()}\x1f{window.day}".encode()).digest()
    spread = min(calendar.spread, (window.end - window.start) / 2)
    return window.start + timedelta(seconds=int(spread.total_seconds() * int.from_bytes(digest[:4]) / 2**32))


@dataclass(frozen=True)
class Appointment:
    """Where a due drill stands: its `slot`, None where no open day of its period is left.

    `overdue_since` is when the last period that it should have been proven in ended, None where that was not missed.
    """

    state: DueState
    slot: Slot | None
    overdue_since: datetime | None = None


def overdue_since(state: DueState, now: datetime) -> datetime | None:
    """The end of the first whole period that went by after a drill was last proven; None where none did.

    One that was never proven is not overdue: nothing tells since when it should have been.
    """
    if not state.due or state.proven_at is None:
        return None
    covered = period_end(state.drill.every, state.proven_at)
    missed = period_end(state.drill.every, covered)
    return missed if missed <= now else None


def agenda(
    calendar: Calendar, planned: Planned, states: Iterable[DueState], begun: Mapping[str, datetime], now: datetime
) -> list[Appointment]:
    """The next slot of every drill that is due, in order of time; `begun` is when the newest run of each started.

    A slot goes by with its window, and with a run that was begun in it, however that ended: the drill is caught up on
    in the next open window that has room; after a run that did not prove it, once the calendar's time is over.
    """
    due = [each for each in states if each.due]
    slots = {each.drill.name: planned.of(each.drill, now) for each in due}
    kept = {name: slot for name, slot in slots.items() if slot and _ahead(slot.window, begun.get(name), now)}
    load = Counter(each.window.day for each in kept.values())
    load.update(_begun_on(calendar, begun, set(kept), now))
    ahead = {every: _ahead_in(calendar, every, now) for every in {each.drill.every for each in due}}
    found = []
    for state in sorted(due, key=lambda each: _order(each.drill, {each.drill.name: each.proven_at})):
        name, windows = state.drill.name, ahead[state.drill.every]
        slot = kept.get(name) or _caught_up(calendar, state, slots[name], begun.get(name), windows, now, load)
        found.append(Appointment(state, slot, overdue_since(state, now)))
    return sorted(found, key=lambda each: (each.slot is None, each.slot.at if each.slot else now))


def _ahead_in(calendar: Calendar, every: Frequency, now: datetime) -> list[Window]:
    """The windows of the period of now that have not gone by."""
    began, until = period_start(every, now), period_end(every, now)
    return [each for each in open_windows(calendar, max(began, now - 2 * _DAY), until) if now < each.end]


def _ahead(window: Window, begun: datetime | None, now: datetime) -> bool:
    """Whether a window is still to be used: it has not gone by, and nothing was begun in it."""
    return now < window.end and (begun is None or begun < window.start)


def _begun_on(
    calendar: Calendar, begun: Mapping[str, datetime], kept: Collection[str], now: datetime
) -> Iterable[date]:
    """The day of now, once for each drill that was begun in its window already: they count towards what a day holds."""
    today = [each for each in open_windows(calendar, now - 2 * _DAY, now + 2 * _DAY) if each.holds(now)]
    return [today[0].day for name, at in begun.items() if today and name not in kept and today[0].holds(at)]


def _caught_up(
    calendar: Calendar,
    state: DueState,
    slot: Slot | None,
    begun: datetime | None,
    windows: Iterable[Window],
    now: datetime,
    load: Counter[date],
) -> Slot | None:
    """The next open window that has room, in the drill's period."""
    drill = state.drill
    began, until = period_start(drill.every, now), period_end(drill.every, now)
    again = now if begun is None or begun < began else begun + calendar.again_after
    for window in windows:
        if window.end > again and _ahead(window, begun, now) and load[window.day] < calendar.a_day:
            load[window.day] += 1
            at = max(now, _start(calendar, drill, began, window))
            return Slot(drill, began, until, window, at, slot.window.day if slot else None)
    return None


def open_now(appointments: Iterable[Appointment], now: datetime) -> list[Drill]:
    """The drills that are to start now, tier 0 first."""
    found = [each for each in appointments if each.slot and each.slot.window.holds(now) and each.slot.at <= now]
    return [each.state.drill for each in sorted(found, key=lambda each: _order(each.state.drill, {}))]


class Status(StrEnum):
    """The state of a slot: as planned, to catch up on one that went by, already proven, or of a period yet to come."""

    PLANNED = "planned"
    CATCH_UP = "catch-up"
    PROVEN = "proven"
    TENTATIVE = "tentative"


@dataclass(frozen=True)
class Entry:
    """A slot as calendars show it."""

    slot: Slot
    status: Status
    overdue_since: datetime | None = None


def entries(
    planned: Planned, states: Iterable[DueState], appointments: Iterable[Appointment], now: datetime
) -> list[Entry]:
    """One entry for each drill and each of its periods of the year that has not ended, in order of time.

    Whatever is planned of a period to come may move until that begins: the order is that of the proofs of then.
    """
    proven = {each.drill.name for each in states if not each.due}
    found = [
        Entry(each.slot, Status.PLANNED if each.slot.missed is None else Status.CATCH_UP, each.overdue_since)
        for each in appointments
        if each.slot
    ]
    for slot in planned.slots:
        if slot.began > now:
            found.append(Entry(slot, Status.TENTATIVE))
        elif now < slot.until and slot.drill.name in proven:
            found.append(Entry(slot, Status.PROVEN))
    return sorted(found, key=lambda each: (each.slot.at, each.slot.drill.name))
