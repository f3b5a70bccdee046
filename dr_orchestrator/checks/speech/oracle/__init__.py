"""The words of Oracle: a read-only transaction, which DDL would end, so that no text but a SELECT is performed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import URL

from dr_orchestrator.checks.speech.alike import Alike
from dr_orchestrator.checks.speech.oracle import plan, probe, stored
from dr_orchestrator.checks.speech.protocol import First, Started
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.run import Probed
from dr_orchestrator.domain.service import Login
from dr_orchestrator.waiting.driven import EngineError
from dr_orchestrator.waiting.oracle import connect
from dr_orchestrator.waiting.oracle.names import IN_UTC, SESSION, ZONED, column_name, quoted

_REFUSED = (1017, 1045, 28000, 28001, 28002, 28009, 28046, 28040)
"""The password is wrong or has expired, the account is locked, or it may make no session."""

READ_ONLY = "SET TRANSACTION READ ONLY"
_STARTED = """
    SELECT (SYSDATE - startup_time) * 86400,
        (CAST(SYS_EXTRACT_UTC(SYSTIMESTAMP) AS DATE) - DATE '1970-01-01') * 86400, host_name || ':' || instance_name
    FROM SYS.V_$INSTANCE
"""
_WITHIN_S = 2.0
"""A server tells its start in whole seconds."""


class Oracle(Alike):
    """The statements of Oracle's SQL, on the catalogue's own objects."""

    error: type[Exception] = EngineError
    refused = _REFUSED
    stored = stored
    engine = engines.ORACLE

    def reach(self, url: URL, **given: Any) -> Any:
        """Connect by its driver, which comes as an extra."""
        return connect(url, **given)

    def begin(self, connection: Any, seconds: float) -> None:
        """Have it read alone."""
        connection.bound(seconds)
        for setting in (*SESSION, READ_ONLY):
            connection.execute(setting)

    def quoted(self, table: str) -> str:
        """The name of a table."""
        return quoted(table)

    def newest(self, table: str, column: str) -> str:
        """The newest instant of a column as a text, which has a zone where its type has one."""
        return f"SELECT TO_CHAR(MAX({column_name(column)})) FROM {quoted(table)}"  # noqa: S608

    def counted(self, table: str) -> str:
        """The rows of a table."""
        return f"SELECT COUNT(*) FROM {quoted(table)}"  # noqa: S608

    def marked(self, table: str, column: str) -> str:
        """The marker row; of a column that has no zone the server makes no instant, and says so."""
        at = f"SYS_EXTRACT_UTC(TO_TIMESTAMP_TZ(TO_CHAR({column_name(column)}), '{ZONED}'))"
        return f"SELECT {column_name('sequence')}, {at} AS {IN_UTC} FROM {quoted(table)} WHERE {column_name('id')} = 0"  # noqa: S608

    def answers(self, connection: Any) -> bool:
        """Whether it answers: one that recovers lets nobody in but its administrators."""
        return bool(connection.execute("SELECT 1 FROM SYS.DUAL").fetchone() == (1,))

    def query(self, connection: Any, text: str, most: int) -> Sequence[tuple[Any, ...]]:
        """Said once the server has told, by its plan, that it is a SELECT."""
        plan.only_reads(connection, text)
        rows: Sequence[tuple[Any, ...]] = connection.execute(text).fetchmany(most)
        return rows

    def started(self, connection: Any) -> Started:
        """When it started; host and instance tell servers apart that did at once."""
        up, now, place = connection.execute(_STARTED).fetchone()
        return Started(float(now) - float(up), float(now), _WITHIN_S, str(place))

    def probe(self, copy: Login, host: str, port: int, first: First) -> Probed:
        """Try by the server's own client, from inside the copy, where its access list lets the login."""
        return probe.probe(self, copy, host, port, first)
