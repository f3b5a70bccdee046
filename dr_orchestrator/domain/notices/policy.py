"""The notices of a workspace: the channels, what goes to which, when they are quiet, and how all is worded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.notice import Notice
from dr_orchestrator.domain.notices.quiet import QuietHours

MARK = "EXERCISE"
"""The word that every line of every message carries."""

FILE = "drills/tiers.yaml"


@dataclass(frozen=True)
class Channel:
    """Where messages go: `url_env` is the variable, `url_file` the file, that holds its URL, which is a secret."""

    name: str
    events: frozenset[Event] = frozenset(Event)
    url_env: str = ""
    url_file: str = ""


@dataclass(frozen=True)
class Wording:
    """A template of the workspace's own; empty where the usual one is taken."""

    title: str = ""
    body: str = ""


@dataclass(frozen=True)
class NoticePolicy:
    """All that is said of notices; without channels nobody is told anything. `places` tell where each key is written.

    `remind_before` is how long before a window of the calendar its drills are told of; `simulated` whether rehearsals
    are told of, too.
    """

    channels: Mapping[str, Channel] = field(default_factory=dict)
    wordings: Mapping[Event, Wording] = field(default_factory=dict)
    quiet: QuietHours | None = None
    remind_before: tuple[timedelta, ...] = ()
    mark: str = MARK
    simulated: bool = False
    places: Mapping[str, str] = field(default_factory=dict, compare=False)

    def to(self, event: Event) -> tuple[str, ...]:
        """The names of the channels that an event goes to; what aborted goes to those, too, that are told verdicts."""
        return tuple(name for name, each in self.channels.items() if {event, event.family} & each.events)

    def held_until(self, event: Event, now: datetime) -> datetime | None:
        """When the quiet hours end for which a message of now waits; None where it waits for none."""
        return None if self.quiet is None or event.urgent else self.quiet.end(now)

    def news_until(self, of: Notice) -> datetime:
        """From when on a notice is no news: a reminder as the next one of its window is due, too, which says more."""
        opens = of.opens
        later = [] if opens is None else [opens - each for each in self.remind_before if opens - each > of.raised_at]
        return min([of.stale_at, *later])

    def wanted(self, simulated: bool) -> bool:
        """Whether anybody is told of what is real, or simulated."""
        return bool(self.channels) and (self.simulated or not simulated)

    def place(self, key: str) -> str:
        """Where a key is written: file, line and key."""
        return self.places.get(key, f"{FILE}:{key}")


def without_mark(lines: Iterable[str]) -> list[str]:
    """The lines that do not carry the mark."""
    return [line for line in lines if MARK not in line]
