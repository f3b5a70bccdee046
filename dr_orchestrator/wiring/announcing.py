"""Announces what is planned, by a person's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dr_orchestrator.domain.agenda import Slot
from dr_orchestrator.domain.notices import seeing
from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.notice import Notice
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.calendar import agenda_of
from dr_orchestrator.wiring.notices.delivering import deliver
from dr_orchestrator.wiring.operator import operator

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App


@dataclass(frozen=True)
class Announced:
    """The drills that were announced, and what became of that: `notice` is None where it had been announced before."""

    drills: tuple[str, ...]
    notice: Notice | None
    sent: tuple[str, ...]
    left: tuple[str, ...]


def announce(here: App, names: Sequence[str], window: date | None, note: str = "") -> Announced:
    """Announce drills at their next times, or all that are planned for a day; UsageError where nobody would be told."""
    policy = here.notices
    if not policy.to(Event.ANNOUNCED):
        raise UsageError(
            "no channel is told what is announced", "declare one in tiers.yaml: notices: {channels: {NAME: ...}}"
        )
    agenda, now = agenda_of(here), here.clock.now()
    slots = seeing.upcoming(agenda.planned, agenda.appointments, now)
    chosen = _of_day(here, slots, window) if window else _of_drills(here, slots, names)
    unplanned = [] if window else [name for name in dict.fromkeys(names) if name not in {s.drill.name for s in chosen}]
    seen = seeing.announced(chosen, unplanned, operator(), note, now)
    made = here.ledger.notices.raise_([seen], policy, now)
    done = deliver(here)
    number = f"{made[0].number}." if made else "-"
    ours = {name: why for name, why in done.left.items() if name.startswith(number)}
    drills = seen.facts["drills"]
    return Announced(
        tuple([drills] if isinstance(drills, str) else drills),
        made[0] if made else None,
        tuple(each for each in done.sent if each.startswith(number)),
        tuple(f"{name}: {why}" for name, why in ours.items()),
    )


def _of_day(here: App, slots: Sequence[Slot], day: date) -> list[Slot]:
    zone = ZoneInfo(here.catalogue.calendar.zone)
    found = [each for each in slots if each.window.day == day]
    if not found:
        days = sorted({each.window.start.astimezone(zone).date() for each in slots})[:3]
        near = ", ".join(map(str, days)) or "none"
        raise UsageError(f"no drill is planned for {day}", f"`dro calendar` lists the days; the next are {near}")
    return found


def _of_drills(here: App, slots: Sequence[Slot], names: Sequence[str]) -> list[Slot]:
    """The next slot of each."""
    found = []
    for name in dict.fromkeys(names):
        drill = here.drill(name)
        own = sorted((each for each in slots if each.drill.name == drill.name), key=lambda each: each.at)
        found += own[:1]
    return found
