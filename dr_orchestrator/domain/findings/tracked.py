"""A finding that is followed up, and the history of it; acts, sightings and retests alone change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.rule import Rule

MACHINE = "dro"
"""The author of what no person did."""

SHORTEST = 8
"""The fewest letters of a fingerprint that lists show."""


class State(StrEnum):
    """Where a finding stands; a closed one is reopened by being seen again."""

    OPEN = "open"
    IN_PROGRESS = "in progress"
    ACCEPTED = "accepted"
    REMEDIATED = "remediated"
    NOT_REPRODUCIBLE = "not reproducible"

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self in CLOSED


CLOSED = (State.REMEDIATED, State.NOT_REPRODUCIBLE)
LIVE = (State.OPEN, State.IN_PROGRESS)
"""The states in which somebody has to do something, by a date."""


class RaisedBy(StrEnum):
    """The source that saw a finding; each has a retest of its own kind."""

    RUN = "run"
    POSTURE = "posture"
    OVERDUE = "overdue drill"
    GAME_DAY = "game day"
    TABLETOP = "tabletop"
    REVIEW = "documentation review"
    MASS_RESTORE = "mass restore"


class Act(StrEnum):
    """The entries of a history: first those that the program makes, then those that persons do."""

    RAISED = "raised"
    SEEN = "seen again"
    REOPENED = "reopened"
    REMEDIATED = "remediated"
    STARTED = "started"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    NOT_REPRODUCIBLE = "not reproducible"
    NOTED = "noted"

    @property
    def of_person(self) -> bool:
        """Whether a person did it."""
        return self not in (Act.RAISED, Act.SEEN, Act.REOPENED, Act.REMEDIATED)


@dataclass(frozen=True)
class Entry:
    """One line of a history: when, who, what; `source` is the run, the look or the period that it is about."""

    at: datetime
    who: str
    act: Act
    text: str
    source: str = ""


@dataclass(frozen=True)
class TrackedFinding:
    """A finding with all that became of it; one a fingerprint and world, for a simulated one is evidence of nothing.

    `state` is as it was last written: `state_at` tells of an acceptance that has run out. `last_source` is the run, the
    look or the period that saw it last, `account` the AWS account that it was seen in then, empty where that is not
    known. `assigned` is whether a person named the owner. `due` is None where nothing gives it a date. `retest` is what
    remediated it, `evidence` a person's word why it cannot be reproduced.
    """

    fingerprint: str
    simulated: bool
    raised_by: RaisedBy
    service: str
    service_title: str
    tier: int | None
    drill: str
    kind: str
    rule: Rule
    severity: Severity
    title: str
    detail: str
    owner: str
    first_seen: datetime
    opened_at: datetime
    last_seen: datetime
    last_source: str
    due: datetime | None = None
    assigned: bool = False
    state: State = State.OPEN
    seen: int = 1
    reopened: int = 0
    accepted_by: str = ""
    accepted_reason: str = ""
    accepted_until: datetime | None = None
    retest: str = ""
    evidence: str = ""
    closed_at: datetime | None = None
    account: str = ""

    @property
    def key(self) -> tuple[str, bool]:
        """The fingerprint with the world that it is of."""
        return self.fingerprint, self.simulated

    def state_at(self, now: datetime) -> State:
        """The state at an instant: an acceptance that has run out is open again, without anybody's doing."""
        lapsed = self.state is State.ACCEPTED and (self.accepted_until is None or now > self.accepted_until)
        return State.OPEN if lapsed else self.state

    def overdue_at(self, now: datetime) -> bool:
        """Whether it should have been done by now."""
        return self.due is not None and now > self.due and self.state_at(now) in LIVE

    def age_at(self, now: datetime) -> timedelta:
        """How long it has been open, or was, since it was raised or reopened last."""
        return max(timedelta(), (self.closed_at or now) - self.opened_at)

    @property
    def lacks(self) -> tuple[str, ...]:
        """The things that nobody has said of it, and that it cannot be accepted without."""
        told = ("no owner", not self.owner), ("no due date", self.due is None)
        return tuple(word for word, lacking in told if lacking)


@dataclass(frozen=True)
class Change:
    """A finding as it is from now on, and the entry of it; None where it is not worth one."""

    after: TrackedFinding
    entry: Entry | None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries that it adds to the history."""
        return () if self.entry is None else (self.entry,)


def anew(of: TrackedFinding, state: State, **more: Any) -> TrackedFinding:
    """The finding in another state, without what belonged to the one before."""
    none = {"accepted_by": "", "accepted_reason": "", "accepted_until": None}
    return replace(of, **{**none, "retest": "", "evidence": "", "closed_at": None, **more, "state": state})


def as_of(of: TrackedFinding, now: datetime) -> TrackedFinding:
    """The finding as an act or a sighting meets it: an acceptance that has run out is none."""
    return of if of.state_at(now) is of.state else anew(of, State.OPEN)


def end_of(day: date) -> datetime:
    """The last instant of a day (UTC): what holds until a day holds on it."""
    return datetime.combine(day, time.max, UTC)


def in_order(found: Iterable[TrackedFinding], now: datetime) -> list[TrackedFinding]:
    """The findings by their urgency: overdue, the longest first; then those that lack an owner or a date; then by date;
    closed ones last.
    """
    severities, never = [*Severity], datetime.max.replace(tzinfo=UTC)

    def place(of: TrackedFinding) -> tuple[int, datetime, int, int, str]:
        state = of.state_at(now)
        ranks = (of.overdue_at(now), state in LIVE and of.lacks, state in LIVE, state is State.ACCEPTED, True)
        rank = next(at for at, holds in enumerate(ranks) if holds)
        tier = 100 if of.tier is None else of.tier
        return rank, of.due or never, severities.index(of.severity), tier, of.fingerprint

    return sorted(found, key=place)


def shortened(fingerprints: Iterable[str]) -> dict[str, str]:
    """The beginning of each that no other of them shares, of at least SHORTEST letters."""
    every = sorted(set(fingerprints))
    return {
        each: _beginning(each, [*every[max(0, at - 1) : at], *every[at + 1 : at + 2]]) for at, each in enumerate(every)
    }


def _beginning(of: str, neighbours: Iterable[str]) -> str:
    return of[: max([SHORTEST, *(_shared(of, each) + 1 for each in neighbours)])]


def _shared(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
