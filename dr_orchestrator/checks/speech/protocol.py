"""The needs of checks of a database engine, whichever it is; and the bounds of what one is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from dr_orchestrator.domain.run import Probed
from dr_orchestrator.domain.service import Login

CONNECT_S = 10
PROBE_S = 3
STATEMENT_MS = 300_000
ANSWER_S = STATEMENT_MS / 1000 + 10
"""Real seconds within which an answer must come: a server that is gone ends no statement itself."""

First = Callable[[Any], None]
"""Done with a connection before anything else; whoever may not be asked more is refused there."""


def nothing_first(_connection: Any) -> None:
    """Nothing is done first."""


@dataclass(frozen=True)
class Started:
    """When a server started, and what it was when it told so: Unix seconds by its own clock.

    It is told `within` so many seconds; where that is coarse, a `place` of its own tells servers apart, too.
    """

    at: float
    now: float
    within: float = 0.0
    place: str = ""

    def is_of(self, other: Started) -> bool:
        """Whether both are of one server."""
        return abs(self.at - other.at) <= max(self.within, other.within) and self.place == other.place


class Speech(Protocol):
    """The words of one engine; each statement is said on a connection that it has made itself."""

    error: type[Exception]
    """The errors of its driver."""

    def connect(self, login: Login, what: str, seconds: int) -> AbstractContextManager[Any]:
        """Within: a connection that can only read, in UTC, whose statements have a limit."""

    def is_refusal(self, error: Exception) -> bool:
        """Whether an error is that of a login that was not let in."""

    def quoted(self, table: str) -> str:
        """The name of a table, `schema.table`, as a name and nothing else."""

    def newest(self, table: str, column: str) -> str:
        """A statement that gives the newest instant of a column, or nothing."""

    def counted(self, table: str) -> str:
        """A statement that counts the rows of a table."""

    def marked(self, table: str, column: str) -> str:
        """A statement that gives number and instant of the heartbeat's marker row."""

    def answers(self, connection: Any) -> bool:
        """Whether the server recovers no more."""

    def follows(self, connection: Any) -> bool:
        """Whether the server only reads, as one does that follows another: it serves by itself once it does not."""

    def query(self, connection: Any, text: str, most: int) -> Sequence[tuple[Any, ...]]:
        """The first rows of the answer to one statement of the team's own; a text of several is refused."""

    def started(self, connection: Any) -> Started:
        """When the server started: by itself, whatever the restored data has put in the way."""

    def data_read(self, connection: Any, statement: str) -> None:
        """Refuse (NotMeasured) a statement that reads no restored table: it would say the same without the data."""

    def ordinary(self, connection: Any, table: str, column: str, statement: str) -> None:
        """Refuse (NotMeasured) a heartbeat that is no stored column of an ordinary table."""

    def probe(self, copy: Login, host: str, port: int, first: First) -> Probed:
        """The outcome of trying to reach the source from inside the copy; NotRecoverable where anything answered."""
