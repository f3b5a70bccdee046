"""Which drill is to start when: a plan of each period that stays as it is, and the next window of what it missed."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from dr_orchestrator.domain.calendar import Calendar, Frequency, Window
from dr_orchestrator.domain.calendar.days import open_windows
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.programme import Begun, DueState, period_end, period_start

_DAY = timedelta(days=1)
_LEAST = timedelta(seconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PLANNED_SHARE = 2, 3
"""The part of a period's days over which it is planned: what is missed, or fails, is caught up on in the rest."""

Proven = Mapping[str, datetime | None]
"""When each drill was last proven, by its name, as of the beginning of its period; so the plan stays as it is."""


@dataclass(frozen=True)
class Slot:
    """A drill's place in the calendar: it is to start `at` an instant within a window, for one of its periods.

    `catches_up` is whether it is not what the period's plan had for it.
    """

    drill: Drill
    began: datetime
    until: datetime
    window: Window
    at: datetime
    catches_up: bool = False


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

    Of one tier those with the shortest periods are placed first: they have the fewest days to choose from. A drill that
    fails production over has no place: a person starts it.
    """
    starts, load = datetime(year, 1, 1, tzinfo=UTC), Counter[date]()
    declared = sorted((each for each in drills if each.production is None), key=lambda drill: _order(drill, proven))
    wanted: list[tuple[Drill, datetime, int, list[Window]]] = []
    for every in sorted({each.every for each in declared}, key=lambda each: period_end(each, starts)):
        alike, began = [each for each in declared if each.every is every], starts
        while began.year == year:
            until = period_end(every, began)
            windows = list(open_windows(calendar, began, until))
            spread_over = -(-len(windows) * _PLANNED_SHARE[0] // _PLANNED_SHARE[1])
            wanted += [(drill, began, index * spread_over // len(alike), windows) for index, drill in enumerate(alike)]
            began = until
    slots: list[Slot] = []
    without: list[tuple[Drill, datetime]] = []
    for drill, began, target, windows in sorted(wanted, key=lambda each: each[0].service.tier.number):
        free = (each for each in (*windows[target:], *windows[:target]) if load[each.day] < calendar.a_day)
        if (found := next(free, None)) is None:
            without.append((drill, began))
            continue
        load[found.day] += 1
        slots.append(_slot(calendar, drill, began, found))
    return Planned(tuple(sorted(slots, key=lambda slot: (slot.at, slot.drill.name))), tuple(without))


def _order(drill: Drill, proven: Proven) -> tuple[int, datetime, str, str]:
    return drill.service.tier.number, proven.get(drill.name) or _LONG_AGO, drill.service.name, drill.name


def _slot(calendar: Calendar, drill: Drill, began: datetime, window: Window, *, catches_up: bool = False) -> Slot:
    until = period_end(drill.every, began)
    return Slot(drill, began, until, window, min(_start(calendar, drill, began, window), until - _LEAST), catches_up)


def _start(calendar: Calendar, drill: Drill, began: datetime, window: Window) -> datetime:
    """The instant in a window at which a drill is to start: the same whenever it is asked for, and others' differ."""
    digest = hashlib.sha256(f"{drill.name}\x1f{began.isoformat()}\x1f{window.day}".encode()).digest()
    spread = min(calendar.spread, (window.end - window.start) / 2)
    return window.start + timedelta(seconds=int(spread.total_seconds() * int.from_bytes(digest[:4]) / 2**32))


@dataclass(frozen=True)
class Appointment:
    """Where a due drill stands: its `slot`, None where no open day of its period is left, where a run of it is under
    way, and where a person alone starts it.

    `overdue_since` is when the last period that it should have been proven in ended, None where that was not missed.
    `under_way` is whether a run of it is.
    """

    state: DueState
    slot: Slot | None
    overdue_since: datetime | None = None
    under_way: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether a person alone starts it: the calendar never does."""
        return self.state.drill.production is not None


def overdue_since(state: DueState, now: datetime) -> datetime | None:
    """The end of the first whole period that went by after a drill was last seen to pass; None where none did.

    Neither a run that failed since, nor a change of its definition, makes it less late. One that never passed is late
    from the end of the period in which it was declared, as far as somebody has looked since when it is.
    """
    every, proof = state.drill.every, state.last_proof or state.proven_at
    since = period_end(every, proof) if proof is not None else state.declared_at
    if not state.due or since is None:
        return None
    missed = period_end(every, since)
    return missed if missed <= now else None


def agenda(
    calendar: Calendar, planned: Planned, states: Iterable[DueState], begun: Mapping[str, Begun], now: datetime
) -> list[Appointment]:
    """The next slot of every drill that is due, in order of time; `begun` is when the newest runs of each started.

    A slot goes by with its window, and with a run that was begun in it, however that ended: the drill is caught up on
    in the next open window that has room; after a run that did not prove it, once the calendar's time is over, or in
    the last window of its period. What is overdue does not wait for its slot.
    """
    due = [each for each in states if each.due and not each.excluded]
    late = {each.drill.name: overdue_since(each, now) for each in due}
    slots = {each.drill.name: planned.of(each.drill, now) for each in due}
    kept = {
        name: slot
        for name, slot in slots.items()
        if slot
        and not late[name]
        and not _under_way(begun, name)
        and _is_free(calendar, slot.window, begun.get(name), now)
    }
    load = Counter(each.window.day for each in kept.values())
    load.update(_begun_on(calendar, begun, set(kept), now))
    ahead = {every: _ahead_in(calendar, every, now) for every in {each.drill.every for each in due}}
    found = []
    for state in sorted(due, key=lambda each: _in_turn(each, begun.get(each.drill.name))):
        drill, of = state.drill, begun.get(state.drill.name)
        slot = kept.get(drill.name)
        if slot is None and drill.production is None and not _under_way(begun, drill.name):
            slot = _caught_up(calendar, drill, of, ahead[drill.every], now, load)
        found.append(Appointment(state, slot, late[drill.name], _under_way(begun, drill.name)))
    return sorted(found, key=lambda each: (each.slot is None, each.slot.at if each.slot else now))


def _in_turn(state: DueState, begun: Begun | None) -> tuple[int, datetime, datetime, str, str]:
    """By tier, then by the last proof, then by the last try: of what never passes each has its turn."""
    tier, proven, service, name = _order(state.drill, {state.drill.name: state.last_proof})
    return tier, proven, begun.at if begun is not None else _LONG_AGO, service, name


def _under_way(begun: Mapping[str, Begun], drill: str) -> bool:
    return drill in begun and begun[drill].under_way


def _ahead_in(calendar: Calendar, every: Frequency, now: datetime) -> list[Window]:
    """The windows of the period of now that have not gone by."""
    began, until = period_start(every, now), period_end(every, now)
    return [each for each in open_windows(calendar, max(began, now - 2 * _DAY), until) if now < each.end]


def _is_free(calendar: Calendar, window: Window, begun: Begun | None, now: datetime) -> bool:
    """Whether a window is to be used: it is not over, nothing was begun in it, and a try on real AWS is long ago."""
    if now >= window.end or (begun is not None and begun.at >= window.start):
        return False
    return begun is None or begun.on_aws is None or window.end > begun.on_aws + calendar.again_after


def _begun_on(calendar: Calendar, begun: Mapping[str, Begun], kept: Collection[str], now: datetime) -> Iterable[date]:
    """The day of now, once for each drill that was begun in its window already: they count towards what a day holds."""
    today = [each for each in open_windows(calendar, now - 2 * _DAY, now + 2 * _DAY) if each.holds(now)]
    return [today[0].day for name, of in begun.items() if today and name not in kept and today[0].holds(of.at)]


def _caught_up(
    calendar: Calendar,
    drill: Drill,
    begun: Begun | None,
    windows: Sequence[Window],
    now: datetime,
    load: Counter[date],
) -> Slot | None:
    """The next open window that has room, in the drill's period; the last one where it is tried again only later."""
    began = period_start(drill.every, now)
    room = [each for each in windows if load[each.day] < calendar.a_day and now < each.end]
    room = [each for each in room if begun is None or begun.at < each.start]
    free = [each for each in room if _is_free(calendar, each, begun, now)] or room[-1:]
    if not free:
        return None
    load[free[0].day] += 1
    slot = _slot(calendar, drill, began, free[0], catches_up=True)
    again = begun.on_aws + calendar.again_after if begun is not None and begun.on_aws else slot.at
    return replace(slot, at=max(slot.at, again)) if again < free[0].end else slot


def open_now(appointments: Iterable[Appointment], now: datetime) -> list[Drill]:
    """The drills that are to start now, tier 0 first."""
    found = [each for each in appointments if each.slot and each.slot.window.holds(now) and each.slot.at <= now]
    return [each.state.drill for each in sorted(found, key=lambda each: _order(each.state.drill, {}))]


class Status(StrEnum):
    """The state of a slot: as planned, to catch up on the plan, or of a period yet to come."""

    PLANNED = "planned"
    CATCH_UP = "catch-up"
    TENTATIVE = "tentative"


@dataclass(frozen=True)
class Entry:
    """A slot as calendars show it."""

    slot: Slot
    status: Status
    overdue_since: datetime | None = None


def entries(planned: Planned, appointments: Iterable[Appointment], now: datetime) -> list[Entry]:
    """One entry for each drill and each of its periods in which it is to start yet, in order of time.

    Whatever is planned of a period to come may move until that begins: the order is that of the proofs of then.
    """
    found = [Entry(each.slot, _status(each.slot), each.overdue_since) for each in appointments if each.slot]
    found += [Entry(slot, Status.TENTATIVE) for slot in planned.slots if slot.began > now]
    return sorted(found, key=lambda each: (each.slot.at, each.slot.drill.name))


def _status(slot: Slot) -> Status:
    return Status.CATCH_UP if slot.catches_up else Status.PLANNED
