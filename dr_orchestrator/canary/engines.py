"""The needs of the heartbeat of an engine: how its table is made, looked at and written to."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.domain.service import Login

CONNECT_S = 10
ANSWER_S = 20
"""Real seconds within which an answer must come: a server that is gone ends no statement itself."""

KEPT_DAYS = 2
"""The history that is kept."""


class Heart(Protocol):
    """The words of one engine; each is said on a connection that it has made itself."""

    error: type[Exception]
    """The errors of its driver."""

    def connect(self, login: Login, what: str) -> Any:
        """A connection that can write, in UTC, which waits for no lock for long."""

    def transaction(self, connection: Any) -> AbstractContextManager[Any]:
        """Within: all or nothing."""

    def columns(self, connection: Any, table: str, column: str) -> list[str]:
        """The columns of the table, which is made if it is missing."""

    def beat(self, connection: Any, table: str, column: str, now: datetime | None) -> Beat | None:
        """Change the marker, add a row, delete old ones; None where the marker was not taken."""
