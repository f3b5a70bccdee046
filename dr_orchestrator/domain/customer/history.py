"""The changes that CloudTrail's event history tells of, against the last one that was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

REACH = timedelta(days=90)
"""How far back CloudTrail's event history goes."""

LATE = timedelta(minutes=15)
"""How late an event may come: AWS tells of 5 minutes on average, and promises nothing."""


@dataclass(frozen=True)
class Event:
    """A call that changed something: its id, when, which, by whom, and the name under which it was found."""

    id: str
    at: datetime
    call: str
    by: str
    subject: str

    def __str__(self) -> str:
        return f"{self.call} of {self.subject} by {self.by} at {self.at:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True)
class History:
    """The events that were read, newest first; `since` is how far back.

    `short` says of which names there are more than are read: those are known from `since` on alone.
    """

    events: tuple[Event, ...]
    since: datetime
    short: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The last change of each name that has one, as a baseline holds it; several may be of the same second."""
        last: dict[str, dict[str, Any]] = {}
        for each in self.events:
            kept = last.setdefault(each.subject, {"at": each.at.isoformat(), "events": {}})
            if kept["at"] == each.at.isoformat():
                kept["events"][each.id] = {"call": each.call, "by": each.by}
        return last

    def newer(self, recorded: Mapping[str, Any], recorded_at: datetime) -> list[Event]:
        """The changes since the record that it does not have; the newest first, each once."""
        return [each for each in self._unrecorded(recorded) if each.at >= recorded_at]

    def late(self, recorded: Mapping[str, Any], recorded_at: datetime) -> list[Event]:
        """Those from before the record that had not come yet: what they did was recorded with all the rest."""
        return [each for each in self._unrecorded(recorded) if each.at < recorded_at]

    def _unrecorded(self, recorded: Mapping[str, Any]) -> list[Event]:
        found = {each.id: each for each in reversed(self.events) if _newer(each, recorded.get(each.subject))}
        return sorted(found.values(), key=lambda each: (each.at, each.id), reverse=True)


def _newer(event: Event, last: Mapping[str, Any] | None) -> bool:
    """Whether it is neither the last one that was recorded of its name, nor from before that."""
    if not last:
        return True
    at = datetime.fromisoformat(last["at"])
    return event.at > at or (event.at == at and event.id not in last["events"])


def by_whom(events: Sequence[Event], names: Iterable[str]) -> list[Event]:
    """The events of those names; all of them where none of these is theirs."""
    wanted = set(names)
    return [each for each in events if each.subject in wanted] or list(events)
