"""The ports of a delivery: the ledger's outbox, and what brings a message to a URL; the adapters provide them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from dr_orchestrator.domain.notices.notice import Delivery, Letter, State
from dr_orchestrator.domain.notices.text import Message
from dr_orchestrator.errors import DroError


class Refused(DroError):
    """A message that surely did not arrive: it may be sent again."""


class Doubtful(DroError):
    """A message of which nobody knows whether it arrived: it is not sent again unasked."""


class Post(Protocol):
    """It brings messages; `Refused` or `Doubtful` where one did not arrive, or may not have."""

    def send(self, url: str, said: Message, *, urgent: bool) -> None:
        """Send it once, to one URL, which no error and no log tells."""


class Outbox(Protocol):
    """The messages that are to be sent, to one process: what it begins is nobody else's."""

    def waiting(self) -> Sequence[Letter]:
        """Those that wait, oldest first; of those whose sender fell silent nobody knows from now on what became."""

    def begin(self, of: Delivery, said: Message, now: datetime, span: timedelta) -> Delivery | None:
        """Write that a message is sent now, before it is; None where another process has it, or had."""

    def end(
        self, of: Delivery, state: State, now: datetime, error: str = "", not_before: datetime | None = None
    ) -> None:
        """Write what became of one that was begun."""

    def put_off(self, of: Delivery, error: str, now: datetime, not_before: datetime | None, state: State) -> None:
        """Write why a message that waits is not even tried, and until when, or that it is given up."""
