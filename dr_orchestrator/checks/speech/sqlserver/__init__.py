"""The words of SQL Server, which has no session that can only read: what is said is judged before it is performed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import URL

from dr_orchestrator.checks.speech.alike import Alike
from dr_orchestrator.checks.speech.protocol import First, Started
from dr_orchestrator.checks.speech.sqlserver import plan, probe, stored
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.run import Probed
from dr_orchestrator.domain.service import Login
from dr_orchestrator.waiting.driven import EngineError
from dr_orchestrator.waiting.sqlserver import connect, quote

_REFUSED = (18456, 18452, 18486, 18487, 18488, 18463, 18464, 18465, 18466, 18467, 18468, 18470)
"""A login failed, is locked, disabled, or its password has expired."""

_SESSION = "SET LOCK_TIMEOUT 60000; SET IMPLICIT_TRANSACTIONS ON"
"""Any change would be in a transaction, which nobody ends but its connection."""

_STARTED = """
    SELECT DATEDIFF_BIG(millisecond, create_date, GETDATE()) / 1000.0,
        DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME()) / 1000.0,
        CONVERT(nvarchar(128), SERVERPROPERTY('MachineName'))
    FROM master.sys.databases WHERE database_id = 2
"""
"""tempdb is made anew at each start: by it every login is told when that was, in the server's own local time."""

_WITHIN_S = 1.0
"""A server that starts makes tempdb within this of another moment of that start."""


class SQLServer(Alike):
    """The statements of T-SQL; the version of the server is not asked for."""

    error: type[Exception] = EngineError
    refused = _REFUSED
    stored = stored
    engine = engines.SQL_SERVER

    def reach(self, url: URL, **given: Any) -> Any:
        """Connect by its driver, which comes as an extra."""
        return connect(url, **given)

    def begin(self, connection: Any, seconds: float) -> None:
        """Have what is begun undone as the connection ends."""
        connection.bound(seconds)
        connection.execute(_SESSION)

    def quoted(self, table: str) -> str:
        """The name of a table."""
        return quoted(table)

    def newest(self, table: str, column: str) -> str:
        """The newest instant of a column: the stored value, whose type tells whether its zone is known."""
        return f"SELECT MAX({quote(column)}) FROM {quoted(table)}"  # noqa: S608

    def counted(self, table: str) -> str:
        """The rows of a table."""
        return f"SELECT COUNT_BIG(*) FROM {quoted(table)}"  # noqa: S608

    def marked(self, table: str, column: str) -> str:
        """The marker row."""
        return f"SELECT [sequence], {quote(column)} FROM {quoted(table)} WHERE [id] = 0"  # noqa: S608

    def answers(self, connection: Any) -> bool:
        """Whether it answers: a database that recovers lets nobody in."""
        return bool(connection.execute("SELECT 1").fetchone() == (1,))

    def query(self, connection: Any, text: str, most: int) -> Sequence[tuple[Any, ...]]:
        """Said once the server has told, by its plan, that it is one SELECT and no more."""
        plan.only_reads(connection, text)
        try:
            rows: Sequence[tuple[Any, ...]] = connection.execute(text).fetchmany(most)
        finally:
            _undo(connection)
        return rows

    def started(self, connection: Any) -> Started:
        """When it started; the machine's name tells servers apart that did at once."""
        up, now, place = connection.execute(_STARTED).fetchone()
        return Started(float(now) - float(up), float(now), _WITHIN_S, str(place))

    def probe(self, copy: Login, host: str, port: int, first: First) -> Probed:
        """Nothing that could try is without consequences."""
        return probe.probe(copy, host, port, first)


def quoted(table: str) -> str:
    """The name of a table, of its schema and database where they are told."""
    return ".".join(map(quote, table.split(".")))


def _undo(connection: Any) -> None:
    if not connection.closed:
        connection.undo()
