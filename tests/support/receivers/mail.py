"""A mail server that keeps what it is sent, or refuses it."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message

from aiosmtpd.controller import Controller

from dr_orchestrator.lab.programs import free_port


@dataclass
class Mailbox:
    """The mails that it took; `refuses` is what it answers in place of taking one."""

    port: int = 0
    refuses: str = ""
    took: list[Message] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its URL to Apprise."""
        return f"mailto://127.0.0.1:{self.port}?from=dro@example.com&to=team@example.com&mode=insecure&rto=2&cto=2"

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's
        """Take a mail."""
        if self.refuses:
            return self.refuses
        self.took.append(email.message_from_bytes(envelope.content))  # type: ignore[attr-defined]
        return "250 taken"

    @property
    def texts(self) -> list[str]:
        """The parts of all mails, decoded."""
        parts = [part for mail in self.took for part in mail.walk() if not part.is_multipart()]
        return [bytes(part.get_payload(decode=True)).decode() for part in parts]  # type: ignore[arg-type]


@contextmanager
def mailed() -> Iterator[Mailbox]:
    """A mail server while inside."""
    box = Mailbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
