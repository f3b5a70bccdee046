"""Speech that engines have alike whose drivers block: how they connect, and whom a server does not let in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy.engine import URL

from dr_orchestrator.checks.speech.protocol import ANSWER_S, STATEMENT_MS
from dr_orchestrator.domain.engines import Engine
from dr_orchestrator.domain.service import Login
from dr_orchestrator.waiting.mysql import Tls


class Stored(Protocol):
    """The module of an engine that tells what was read from restored tables."""

    def data_read(self, connection: Any, statement: str) -> None:
        """Refuse (NotMeasured) a statement that reads no stored table."""

    def ordinary(self, connection: Any, table: str, column: str) -> None:
        """Refuse (NotMeasured) a heartbeat that is no stored column of an ordinary table."""


class Alike(ABC):
    """A speech whose connections know it, and whose statements have a limit from the first on."""

    engine: Engine
    error: type[Exception]
    refused: tuple[int, ...] = ()
    """The numbers by which a server tells that it lets a login not in."""

    stored: Stored

    @contextmanager
    def connect(self, login: Login, what: str, seconds: int) -> Iterator[Any]:
        """Connect, and set the session so that it can do no harm; nothing else is asked before."""
        url, tls = URL.create(self.engine.dialect, **login.parts), Tls.of(login.tls, login.ca)
        made = self.reach(url, what=what, connect_s=seconds, answer_s=ANSWER_S, tls=tls, addresses=login.addresses)
        with made as connection:
            connection.speech = self
            self.begin(connection, STATEMENT_MS / 1000)
            yield connection

    @abstractmethod
    def reach(self, url: URL, **given: Any) -> Any:
        """Connect by the engine's own driver."""

    @abstractmethod
    def begin(self, connection: Any, seconds: float) -> None:
        """Set a session that is new: statements may take so many real seconds, each."""

    def follows(self, connection: Any) -> bool:  # noqa: ARG002
        """Whether the server only reads; of most engines nothing that is drilled follows another."""
        return False

    def is_refusal(self, error: Exception) -> bool:
        """Whether a login was not let in: each driver tells the number first."""
        return isinstance(error, self.error) and bool(error.args) and error.args[0] in self.refused

    def data_read(self, connection: Any, statement: str) -> None:
        """Refuse a statement that reads no stored table."""
        self.stored.data_read(connection, statement)

    def ordinary(self, connection: Any, table: str, column: str, statement: str) -> None:  # noqa: ARG002
        """Refuse a heartbeat that may be made as it is read."""
        self.stored.ordinary(connection, table, column)
