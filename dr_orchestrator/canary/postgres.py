"""The heartbeat in the words of PostgreSQL."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.canary.engines import ANSWER_S, CONNECT_S
from dr_orchestrator.domain.service import Login
from dr_orchestrator.waiting.postgres import connect

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


class PostgresHeart:
    """Written by statements that bind the table's name as a name."""

    error: type[Exception] = psycopg.Error

    def connect(self, login: Login, what: str) -> Any:
        """Connect."""
        return connect(
            what=what,
            answer_s=ANSWER_S,
            **login.parameters,
            connect_timeout=CONNECT_S,
            options=_OPTIONS,
            application_name="dro canary",
            autocommit=True,
        )

    def transaction(self, connection: Any) -> AbstractContextManager[Any]:
        """Within: all or nothing."""
        made: AbstractContextManager[Any] = connection.transaction()
        return made

    def columns(self, connection: Any, table: str, column: str) -> list[str]:
        """The columns of the table; IF NOT EXISTS asks for the right to create even where it is there already."""
        name = _name(table)
        if connection.execute("SELECT to_regclass(%s)", (name.as_string(connection),)).fetchone() == (None,):
            connection.execute(_said(_CREATE, table, column))
        told = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(name)).description or []
        return [each.name for each in told]

    def beat(self, connection: Any, table: str, column: str, now: datetime | None) -> Beat | None:
        """Change the marker by one statement, which tells what it made."""
        row = connection.execute(_said(_MARK, table, column), {"now": now}).fetchone()
        if row is None:
            return None
        beat = Beat(int(row[0]), row[1].astimezone(UTC))
        connection.execute(_said(_ADD, table, column), vars(beat))
        connection.execute(_said(_TRIM, table, column), vars(beat))
        return beat


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))


def _said(text: str, table: str, column: str) -> sql.Composed:
    return sql.SQL(text).format(table=_name(table), at=sql.Identifier(column))
