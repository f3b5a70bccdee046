"""The words of MySQL and of MariaDB, which differ in little: how long a statement may take."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import pymysql
from sqlalchemy.dialects.mysql import dialect
from sqlalchemy.engine import URL

from dr_orchestrator.checks.speech.alike import Alike
from dr_orchestrator.checks.speech.mysql import probe, stored
from dr_orchestrator.checks.speech.protocol import First, Started
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.run import Probed
from dr_orchestrator.domain.service import Login
from dr_orchestrator.waiting.mysql import connect

_REFUSED = (1045, 1698, 1862, 3118, 3955, 4151)
"""Access is denied, a password has expired, an account is locked: the login is not let in."""

_SESSION = (
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION time_zone = '+00:00'",
)
_NOTHING = 1193
"""A setting that this version does not know."""

_UPTIME = "SHOW GLOBAL STATUS LIKE 'Uptime'"
_NOW = "SELECT unix_timestamp(sysdate(6)), concat(@@hostname, ':', @@port)"
_WITHIN_S = 2.0
"""A server tells how long it is up in whole seconds."""

_quote = dialect().identifier_preparer.quote_identifier


class MySQL(Alike):
    """The words that MySQL and MariaDB share."""

    error: type[Exception] = pymysql.Error
    refused = _REFUSED
    stored = stored
    engine = engines.MYSQL

    def reach(self, url: URL, **given: Any) -> Any:
        """Connect; the version comes with the server's greeting."""
        return connect(url, **given)

    def begin(self, connection: Any, seconds: float) -> None:
        """Have it read alone, in UTC."""
        for setting in _SESSION:
            connection.execute(setting)
        self.bound(connection, seconds)

    def bound(self, connection: Any, seconds: float) -> None:
        """Let what is asked take so many real seconds, each."""
        with contextlib.suppress(pymysql.OperationalError):
            connection.execute(f"SET SESSION max_execution_time = {max(1, int(seconds * 1000))}")

    def quoted(self, table: str) -> str:
        """The name of a table."""
        return quoted(table)

    def newest(self, table: str, column: str) -> str:
        """The newest instant of a column: the stored value, whose type tells whether its zone is known."""
        name = _quote(column)
        return f"SELECT {name} FROM {quoted(table)} WHERE {name} IS NOT NULL ORDER BY {name} DESC LIMIT 1"  # noqa: S608

    def counted(self, table: str) -> str:
        """The rows of a table."""
        return f"SELECT count(*) FROM {quoted(table)}"  # noqa: S608

    def marked(self, table: str, column: str) -> str:
        """The marker row."""
        return f"SELECT sequence, {_quote(column)} FROM {quoted(table)} WHERE id = 0"  # noqa: S608

    def answers(self, connection: Any) -> bool:
        """Whether it answers: one that recovers lets nobody in."""
        return bool(connection.execute("SELECT 1").fetchone() == (1,))

    def follows(self, connection: Any) -> bool:
        """Whether it takes no writes, as RDS has it of replicas until they are promoted, and Aurora of its readers."""
        told = connection.execute("SELECT @@global.read_only, @@global.innodb_read_only").fetchone()
        return bool(told != (0, 0))

    def query(self, connection: Any, text: str, most: int) -> Sequence[tuple[Any, ...]]:
        """Said as one statement: the driver lets no second one through."""
        rows: Sequence[tuple[Any, ...]] = connection.execute(text).fetchmany(most)
        return rows

    def started(self, connection: Any) -> Started:
        """When it started, to a second or two; host and port tell servers apart that did at once."""
        up = float(connection.execute(_UPTIME).fetchone()[1])
        now, place = connection.execute(_NOW).fetchone()
        return Started(float(now) - up, float(now), _WITHIN_S, str(place))

    def probe(self, copy: Login, host: str, port: int, first: First) -> Probed:
        """Try by the server's own client, from inside the copy."""
        return probe.probe(self, copy, host, port, first)


class AuroraMySQL(MySQL):
    """Aurora's MySQL, which says the same, and can be asked for less."""

    engine = engines.AURORA_MYSQL


class MariaDB(MySQL):
    """Where MariaDB has a word of its own."""

    engine = engines.MARIADB

    def bound(self, connection: Any, seconds: float) -> None:
        """Let what is asked take so many real seconds, each."""
        connection.execute(f"SET SESSION max_statement_time = {max(0.001, seconds):.3f}")


def quoted(table: str) -> str:
    """The name of a table, `schema.table`, as a name and nothing else."""
    return ".".join(_quote(part) for part in table.split("."))
