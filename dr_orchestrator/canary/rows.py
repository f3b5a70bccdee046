"""Writes the heartbeat of a database: a table of its own, with a history of beats and one marker row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.canary.engines import Heart
from dr_orchestrator.canary.mysql import MySQLHeart
from dr_orchestrator.canary.oracle import OracleHeart
from dr_orchestrator.canary.postgres import PostgresHeart
from dr_orchestrator.canary.sqlserver import SqlServerHeart
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured, UsageError

_HEARTS: dict[str, Heart] = {
    engines.POSTGRES.word: PostgresHeart(),
    engines.MYSQL.word: MySQLHeart(),
    engines.AURORA_MYSQL.word: MySQLHeart(engines.AURORA_MYSQL),
    engines.MARIADB.word: MySQLHeart(engines.MARIADB),
    engines.SQL_SERVER.word: SqlServerHeart(),
    engines.ORACLE.word: OracleHeart(),
}


class RowWriter:
    """Writes one row a beat, and the marker row (id 0) that each beat changes.

    The instant is the database's own, unless `now` tells it: the lab's time is not the machine's.
    """

    def __init__(
        self,
        login: Callable[[], Login],
        table: str,
        column: str,
        now: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._login, self._table, self._column, self._now = login, table, column, now
        self._heart: Heart = _HEARTS[engines.POSTGRES.word]
        self._connection: Any = None

    def beat(self) -> Beat:
        """Write one beat in one transaction; a connection that broke is made anew at the next."""
        login = self._login() if self._connection is None or self._connection.closed else None
        self._heart = _heart(login.engine) if login else self._heart
        try:
            connection = self._connected(login)
            with self._heart.transaction(connection):
                return self._write(connection)
        except self._heart.error as error:
            self.close()
            raise NotMeasured(_told(error), call=f"SQL on {self._table}") from error
        except UsageError:
            self.close()
            raise

    def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _write(self, connection: Any) -> Beat:
        beat = self._heart.beat(connection, self._table, self._column, self._now())
        if beat is None:
            raise NotMeasured(f"{self._table} did not take the marker")
        return beat

    def _connected(self, login: Login | None) -> Any:
        if login is not None:
            self._connection = self._heart.connect(login, f"SQL on {self._table}")
            self._prepare(self._connection)
        return self._connection

    def _prepare(self, connection: Any) -> None:
        """Make the table if it is missing; one that is there must be a heartbeat's: its old rows are deleted."""
        with self._heart.transaction(connection):
            found = self._heart.columns(connection, self._table, self._column)
        if found != ["id", "sequence", self._column]:
            message = f"table {self._table} is no heartbeat: it has the columns {', '.join(found)}"
            raise UsageError(message, "declare a table of its own under `canary`; nothing was written")


def _heart(engine: str) -> Heart:
    """The words of an engine, by RDS's word for it; UsageError where nothing here speaks to it."""
    if told := engines.silent(engine):
        raise UsageError(*told)
    return _HEARTS[engines.spoken(engine).word]


def _told(error: Exception) -> str:
    """The first line of an error, without the number that some drivers put before it."""
    text = str(error.args[1]) if len(error.args) > 1 and isinstance(error.args[0], int) else str(error)
    told = text.strip().splitlines()
    return told[0] if told else type(error).__name__
