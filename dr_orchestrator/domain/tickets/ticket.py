"""A finding's ticket, as the ledger's outbox keeps it, and as a tracker shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.findings.tracked import Entry, State, TrackedFinding

LABEL = "dro-finding"
"""The label that all tickets wear: by it they are listed."""

MOST_TRIES = 2
"""So often a ticket is asked for of which nobody knows whether it was made; another time takes a person's word."""

_LONGEST = 32
"""The letters of a fingerprint in a key: a label of GitHub has 50 at most."""


def key_of(of: TrackedFinding) -> str:
    """The label that is one finding's alone: by it a ticket is found whose making nobody answered for."""
    world = "dro-simulated-" if of.simulated else "dro-"
    return world + of.fingerprint[:_LONGEST]


_WHOSE = re.compile(r"dr-orchestrator (dro-[0-9a-z-]+(?: of ledger [0-9a-z]+)?)(?![\w-])")


def whose(key: str, ledger: str) -> str:
    """The words by which a ticket says of which finding it is, and which ledger made it: a label says the first alone,
    and anybody sets one.
    """
    return f"{key} of ledger {ledger}" if ledger else key


def whose_in(text: str) -> str:
    """Those words as a description says them, empty where it does not; what it quotes stands before them."""
    return next(reversed(_WHOSE.findall(text)), "")


@dataclass(frozen=True)
class Ticket:
    """All that is known of the ticket of a finding (its number in the ledger) in a tracker.

    `intended_at` is when its making was begun last, None where the tracker surely has not done it; `tries` how often
    that was, and nobody knows what became of it; `drafted` the number of the last entry that it tells then; `looks` how
    often it was looked for in vain since. `remote` is the tracker's own id, empty until it is known, `ref` how people
    call it. `made_at` is when it answered that it was made: None of one that was found there, whose comments are read
    before another is added. `told` is the number of the last entry of the finding's history that it tells, `telling`
    the mark of a comment that nobody answered for, `lapse` the end of the acceptance that it told last. `moved` is the
    state that it was moved to, `owner` the one it is assigned for. `gone` is the id of one that was deleted there,
    `gone_at` since when that is known and nobody said that it is to be made anew. `bare` is whether it has no labels.
    `error` is why it is not up to date, `tried_at` when a sync let go of it last.
    """

    finding: int
    tracker: str
    key: str
    intended_at: datetime | None = None
    tries: int = 0
    drafted: int = 0
    looks: int = 0
    remote: str = ""
    ref: str = ""
    url: str = ""
    made_at: datetime | None = None
    told: int = 0
    telling: str = ""
    lapse: datetime | None = None
    moved: str = ""
    owner: str = ""
    status: str = ""
    closed: bool = False
    seen_at: datetime | None = None
    gone: str = ""
    gone_at: datetime | None = None
    bare: bool = False
    error: str = ""
    tried_at: datetime | None = None
    synced_at: datetime | None = None

    @property
    def lost(self) -> bool:
        """Whether it was there once and was not seen when it was read last: deleted, or out of sight for a while."""
        return not self.remote and bool(self.gone) and self.intended_at is None

    @property
    def unsure(self) -> bool:
        """Whether its making was begun, and nobody knows whether it was done."""
        return not self.remote and self.intended_at is not None

    def closed_by_hand(self, state: State) -> bool:
        """Whether somebody closed it there though its finding is not: which remediates nothing."""
        return bool(self.remote) and self.closed and not state.closed and self.moved in ("", *_LIVE)


_LIVE = (State.OPEN.value, State.IN_PROGRESS.value)


@dataclass(frozen=True)
class Seen:
    """A ticket as a tracker shows it; `closed` is whether it counts as done there. `labels` are anybody's, `whose` the
    words of its description that say which finding it is of, and which ledger's: a list may leave them out.
    """

    remote: str
    ref: str
    url: str
    status: str
    closed: bool
    labels: tuple[str, ...] = ()
    whose: str = ""

    def is_anothers(self, ledger: str) -> bool:
        """Whether it says that another ledger made it; one of before ledgers had names says nothing."""
        return self.whose.partition(" of ledger ")[2] not in ("", ledger)


@dataclass(frozen=True)
class News:
    """An entry of a finding's history, by its number in the ledger."""

    number: int
    entry: Entry


@dataclass(frozen=True)
class Item:
    """A finding, its ticket in one tracker, and the entries that this does not tell yet."""

    number: int
    finding: TrackedFinding
    ticket: Ticket | None
    news: tuple[News, ...] = ()


@dataclass(frozen=True)
class Held:
    """A ticket that is another sync's for the time that is left, or that is to be left alone for so long."""

    holder: str
    left: timedelta
