"""A notice, and what became of it in each channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from dr_orchestrator.domain.notices.event import Event, Facts

GIVEN_UP = timedelta(days=1)
"""How long after its first try a message is tried again that was refused for sure."""

DIGEST = 20
"""The most items of a digest: each of them is told, where the usual message has room for twice as many lines."""

UTC_FORMAT = "%Y-%m-%d %H:%M UTC"
"""How messages tell an instant."""

_WEEK = timedelta(days=7)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


class State(StrEnum):
    """Where a message stands; of an `unknown` one nobody knows whether it arrived: a person alone sends it anew, or
    settles it.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SETTLED = "settled"


@dataclass(frozen=True)
class Raised:
    """An event that was seen: told once for all of its `keys`, which nobody else has told by then.

    `happened_at` is when it came about: a channel that was declared later is not told of it. A digest has its items in
    the list `of`, one a key: those that were told before are left out of it.
    """

    event: Event
    keys: tuple[str, ...]
    facts: Facts
    happened_at: datetime
    simulated: bool = False
    of: str = ""

    def parts(self, kept: Sequence[str]) -> list[Raised]:
        """The same of those keys alone: one, or so many that a message has room for each item of a digest."""
        if not self.of:
            return [replace(self, keys=tuple(kept))]
        return [self._of_keys(kept[start : start + DIGEST]) for start in range(0, len(kept), DIGEST)]

    def _of_keys(self, kept: Sequence[str]) -> Raised:
        items = dict(zip(self.keys, self.facts[self.of], strict=True))
        facts = {**self.facts, self.of: [items[key] for key in kept]}
        return Raised(self.event, tuple(kept), facts, self.happened_at, self.simulated, self.of)


@dataclass(frozen=True)
class Notice:
    """An event that was raised; it never changes."""

    number: int
    event: Event
    key: str
    facts: Facts
    raised_at: datetime
    simulated: bool

    @property
    def opens(self) -> datetime | None:
        """When the window opens that a reminder is of; None of all else."""
        told = self.facts.get("opens", "")
        if self.event is Event.REMINDER and isinstance(told, str):
            with suppress(ValueError):
                return datetime.strptime(told, UTC_FORMAT).replace(tzinfo=UTC)
        return None

    @property
    def stale_at(self) -> datetime:
        """From when on it is no news: a reminder as its window opens, all else after a week."""
        return self.opens or self.raised_at + _WEEK


@dataclass(frozen=True)
class Delivery:
    """A notice in one channel; `title` and `body` are what was sent, or was to be, empty until it is first tried.

    `not_before` is when it is tried again, `first_tried_at` from when its day counts, `person` who had it sent anew, or
    settled it.
    """

    notice: int
    channel: str
    state: State = State.WAITING
    tries: int = 0
    title: str = ""
    body: str = ""
    error: str = ""
    not_before: datetime | None = None
    first_tried_at: datetime | None = None
    tried_at: datetime | None = None
    sent_at: datetime | None = None
    person: str = ""

    @property
    def id(self) -> str:
        """How persons name it."""
        return f"{self.notice}.{self.channel}"


@dataclass(frozen=True)
class Letter:
    """A delivery with its notice."""

    notice: Notice
    delivery: Delivery


@dataclass(frozen=True)
class Told:
    """How many messages a sync sent, and what it could not: by the message's id, why."""

    sent: int = 0
    raised: int = 0
    left: Mapping[str, str] = field(default_factory=dict)


def pause_after(tries: int) -> timedelta:
    """How long a message waits that was refused so often."""
    doubled: int = 2 ** min(max(tries - 1, 0), 10)
    return min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)
