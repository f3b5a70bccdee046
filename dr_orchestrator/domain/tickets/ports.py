"""The ports of a sync: what is asked of a tracker, and of the ledger's outbox; the adapters provide them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from dr_orchestrator.domain.tickets.draft import Draft, Text
from dr_orchestrator.domain.tickets.ticket import Held, Item, Seen, Ticket


class Tracker(Protocol):
    """A tracker. Its faults are those of `tracker/faults.py`, each with the call and what to do."""

    @property
    def pause(self) -> timedelta:
        """How long a ticket is left alone of which nobody knows whether it was made."""

    @property
    def looks(self) -> int:
        """How often it is looked for in vain, with a pause before each, before it is made again."""

    def open(self) -> None:
        """Hold that the tracker answers, knows us, and has the project."""

    def ours(self) -> Iterable[Seen]:
        """The tickets of the project that wear LABEL, as far as the tracker finds them by now."""

    def look(self, key: str) -> Sequence[Seen]:
        """The tickets of the project that wear a key, oldest first, likewise."""

    def make(self, draft: Draft) -> Seen:
        """Make a ticket; asked once."""

    def read(self, remote: str) -> Seen:
        """A ticket by its id, wherever it was moved to, as it stands at this instant and with whose it says it is; Gone
        where there is none.
        """

    def tells(self, remote: str, mark: str) -> bool:
        """Whether one of its comments has a mark."""

    def comment(self, remote: str, text: Text) -> None:
        """Add a comment; asked once."""

    def move(self, seen: Seen, status: str) -> Seen:
        """Bring it to a status by the workflow's own name, or leave it there; Rejected, with what is offered."""

    def assign(self, remote: str, person: str) -> None:
        """Give it to a person, by e-mail or account id."""


class Outbox(Protocol):
    """The tickets of one tracker in the ledger, to one sync; each method has committed when it returns."""

    @property
    def ledger(self) -> str:
        """The ledger's own name, which its tickets tell."""

    def items(self) -> list[Item]:
        """All findings with their tickets, oldest first."""

    def claim(self, of: Item, key: str, span: timedelta) -> Item | Held:
        """Take a ticket for a span, and return it as it stands by then; Held where it is not to be had."""

    def keep(self, ticket: Ticket, span: timedelta) -> None:
        """Write a ticket that is claimed, and go on holding it for a span from now; ClaimLost where it is another's."""

    def saw(self, seen: Mapping[int, Seen], at: datetime) -> None:
        """Write how tickets stand there that need nothing, by the numbers of their findings, as a list showed them that
        was begun at that time: of one that is another's, or of which something later is known, nothing.
        """
