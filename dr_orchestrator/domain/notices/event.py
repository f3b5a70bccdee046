"""The events that people are told of, and the names of the facts that each is told by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

Facts = Mapping[str, str | Sequence[str]]
"""Facts by name: a text, or a list of texts."""


class Event(StrEnum):
    """The things that people are told of; the words are those of tiers.yaml and of the ledger."""

    ANNOUNCED = "announced"
    REMINDER = "reminder"
    STARTED = "started"
    HELD = "held"
    RESUMED = "resumed"
    VERDICT = "verdict"
    ABORTED = "aborted"
    LEFTOVERS = "leftovers"
    OVERDUE = "overdue"
    CONTACTS = "contacts"
    GAME_DAY = "game-day"

    @property
    def family(self) -> Event:
        """The event as which it is told once: an end is told once, whatever its verdict comes to be."""
        return Event.VERDICT if self is Event.ABORTED else self

    @property
    def urgent(self) -> bool:
        """Whether somebody has to know at once, whatever hour it is."""
        return self in (Event.ABORTED, Event.LEFTOVERS)


_ENDED = ("what", "id", "verdict", "cleanup", "results", "at")

FACTS: Mapping[Event, tuple[str, ...]] = {
    Event.ANNOUNCED: ("drills", "by", "note", "at"),
    Event.REMINDER: ("drills", "opens", "closes", "left"),
    Event.STARTED: ("what", "id", "drills", "by", "at"),
    Event.HELD: ("what", "why", "at"),
    Event.RESUMED: ("what", "why", "at"),
    Event.VERDICT: _ENDED,
    Event.ABORTED: _ENDED,
    Event.LEFTOVERS: ("what", "id", "cleanup", "reasons", "copies", "at"),
    Event.OVERDUE: ("items", "at"),
    Event.CONTACTS: ("why", "at"),
    Event.GAME_DAY: ("what", "lines", "at"),
}
"""The facts of each event, which a template may name; `event` and `simulated` are known of all."""

LISTS = frozenset({"drills", "results", "reasons", "copies", "items", "lines"})
"""Those of them that are lists."""

COMMON = ("event", "simulated")


def sample(event: Event) -> Facts:
    """Facts of an event as they might be, by which a template is tried before there is any."""
    known = (*FACTS[event], *COMMON)
    return {name: [f"a {name}", f"another {name}"] if name in LISTS else f"some {name}" for name in known}
