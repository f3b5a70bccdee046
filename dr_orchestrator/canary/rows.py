"""Writes the heartbeat of a PostgreSQL: a table of its own, with a history of beats and one marker row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.waiting.postgres import connect

CONNECT_S = 10
ANSWER_S = 20
"""Real seconds within which an answer must come: a server that is gone ends no statement itself."""

_OPTIONS = "-c statement_timeout=15000 -c lock_timeout=5000 -c timezone=UTC"
_CREATE = (
    "CREATE TABLE IF NOT EXISTS {table} (id bigint PRIMARY KEY, sequence bigint NOT NULL, {at} timestamptz NOT NULL)"
)
_MARK = (
    "INSERT INTO {table} AS marker (id, sequence, {at}) "
    "VALUES (0, 1 + coalesce((SELECT max(id) FROM {table}), 0), coalesce(%(now)s::timestamptz, clock_timestamp())) "
    "ON CONFLICT (id) DO UPDATE "
    "SET sequence = marker.sequence + 1, {at} = coalesce(%(now)s::timestamptz, clock_timestamp()) "
    "RETURNING sequence, {at}"
)
_ADD = "INSERT INTO {table} (id, sequence, {at}) VALUES (%(sequence)s, %(sequence)s, %(at)s)"
_TRIM = "DELETE FROM {table} WHERE id <> 0 AND {at} < %(at)s - interval '2 days'"


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
        self._connection: psycopg.Connection[Any] | None = None

    def beat(self) -> Beat:
        """Write one beat in one transaction; a connection that broke is made anew at the next."""
        try:
            connection = self._connected()
            with connection.transaction():
                return self._write(connection)
        except psycopg.Error as error:
            self.close()
            told = str(error).strip().splitlines()
            raise NotMeasured(told[0] if told else type(error).__name__, call=f"SQL on {self._table}") from error
        except UsageError:
            self.close()
            raise

    def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _write(self, connection: psycopg.Connection[Any]) -> Beat:
        row = connection.execute(self._sql(_MARK), {"now": self._now()}).fetchone()
        if row is None:
            raise NotMeasured(f"{self._table} did not take the marker")
        beat = Beat(int(row[0]), row[1].astimezone(UTC))
        connection.execute(self._sql(_ADD), vars(beat))
        connection.execute(self._sql(_TRIM), vars(beat))
        return beat

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            login = self._login()
            self._connection = connect(
                what=f"SQL on {self._table}",
                answer_s=ANSWER_S,
                **login.parameters,
                connect_timeout=CONNECT_S,
                options=_OPTIONS,
                application_name="dro canary",
                autocommit=True,
            )
            self._prepare(self._connection)
        return self._connection

    def _prepare(self, connection: psycopg.Connection[Any]) -> None:
        """Make the table if it is missing; one that is there must be a heartbeat's: its old rows are deleted."""
        with connection.transaction():
            # Looked for first: IF NOT EXISTS asks for the right to create even where there is nothing to create.
            if connection.execute("SELECT to_regclass(%s)", (self._name.as_string(connection),)).fetchone() == (None,):
                connection.execute(self._sql(_CREATE))
            columns = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(self._name)).description or []
        found = [column.name for column in columns]
        if found != ["id", "sequence", self._column]:
            message = f"table {self._table} is no heartbeat: it has the columns {', '.join(found)}"
            raise UsageError(message, "declare a table of its own under `canary`; nothing was written")

    @property
    def _name(self) -> sql.Identifier:
        return sql.Identifier(*self._table.split("."))

    def _sql(self, text: str) -> sql.Composed:
        return sql.SQL(text).format(table=self._name, at=sql.Identifier(self._column))
