"""A silence of one copy, as the ledger keeps it; and a copy that stands, with its run's last heartbeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dr_orchestrator.domain.copy import TERMINAL, CopyRecord

CREATED_BY = "dro"


class State(StrEnum):
    """Where a silence stands: of one that is `meant` nobody knows yet whether it is there; `lifted` is one that
    somebody else ended before its time, which is not made again.
    """

    MEANT = "meant"
    STANDS = "stands"
    ENDED = "ended"
    LIFTED = "lifted"


OPEN = (State.MEANT, State.STANDS)
"""The states in which Alertmanager may hold it."""


@dataclass(frozen=True)
class Silence:
    """The silence of a copy. `remote` is Alertmanager's id, `ends_at` when it ends by itself, by Alertmanager's clock;
    `asked_at` when that was asked for, by this machine's.
    """

    run: str
    type: str
    region: str
    id: str
    state: State = State.ENDED
    remote: str = ""
    tries: int = 0
    error: str = ""
    ends_at: datetime | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """A copy that stands by the ledger, or whose silence may.

    `account` is its own, `sources` the AWS names of what its run restores. `alive` is whether a process drives its run,
    and was last heard of `heard` ago: None where that cannot be told from here.
    """

    record: CopyRecord
    account: str
    sources: frozenset[str]
    simulated: bool
    alive: bool
    heard: timedelta | None
    silence: Silence | None = None

    @property
    def gone(self) -> bool:
        """Whether it is proven gone, or never was."""
        return self.record.state in TERMINAL

    @property
    def known(self) -> Silence:
        """Its silence, an ended one where it never had one."""
        copy = self.record.copy
        return self.silence or Silence(copy.run, copy.type, copy.region, copy.id)

    @property
    def name(self) -> str:
        """How it is told of."""
        return f"{self.record.copy.type} {self.record.copy.id} of run {self.record.copy.run}"

    @property
    def comment(self) -> str:
        """The words in Alertmanager by which its silence is found again."""
        return f"EXERCISE dro run {self.record.copy.run} copy {self.record.copy.id}"


@dataclass(frozen=True)
class There:
    """A silence as Alertmanager shows it; `matchers` by label, None where one of them is no plain equality."""

    id: str
    state: str
    starts_at: datetime
    ends_at: datetime
    matchers: Mapping[str, str] | None
    created_by: str
    comment: str

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state == "expired"

    def of(self, copy: Standing) -> bool:
        """Whether it was made here, for that copy."""
        return (self.created_by, self.comment) == (CREATED_BY, copy.comment)


@dataclass
class Done:
    """The outcome of a sync, by the names of copies: silences made, prolonged and ended, and what it left, with why."""

    made: list[str] = field(default_factory=list)
    prolonged: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """All of it in a sentence."""
        made, longer = len(self.made), len(self.prolonged)
        return f"{made} made, {longer} prolonged, {len(self.ended)} ended, {len(self.left)} left."
