"""The heartbeat in the words of MySQL and MariaDB: its instants are TIMESTAMPs, which alone are of a known zone."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pymysql
from sqlalchemy.engine import URL

from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.canary.engines import ANSWER_S, CONNECT_S, KEPT_DAYS
from dr_orchestrator.domain.engines import MYSQL, Engine
from dr_orchestrator.domain.service import Login
from dr_orchestrator.waiting.mysql import Tls, connect

_SESSION = (
    "SET SESSION time_zone = '+00:00', lock_wait_timeout = 5, innodb_lock_wait_timeout = 5",
    "SET SESSION sql_mode = concat(@@sql_mode, ',STRICT_TRANS_TABLES')",
)
_THERE = "SELECT count(*) FROM information_schema.tables WHERE table_schema = {schema} AND table_name = %s"
# With a default of its own the server gives the column none, by which each change would set it anew.
_CREATE = (
    "CREATE TABLE IF NOT EXISTS {table} (id bigint PRIMARY KEY, sequence bigint NOT NULL, "
    "{at} timestamp(6) NOT NULL DEFAULT current_timestamp(6)) ENGINE = InnoDB"
)
_STANDS = "SELECT sequence FROM {table} WHERE id = 0 FOR UPDATE"
_LAST = "SELECT coalesce(max(id), 0) FROM {table}"
_MARK = (
    "INSERT INTO {table} (id, sequence, {at}) VALUES (0, %s, coalesce(%s, current_timestamp(6))) "
    "ON DUPLICATE KEY UPDATE sequence = VALUES(sequence), {at} = VALUES({at})"
)
_MADE = "SELECT sequence, {at} FROM {table} WHERE id = 0"
_ADD = "INSERT INTO {table} (id, sequence, {at}) VALUES (%s, %s, %s)"
_TRIM = "DELETE FROM {table} WHERE id <> 0 AND {at} < %s - interval {days} day"


class MySQLHeart:
    """Written by statements of both engines."""

    error: type[Exception] = pymysql.Error

    def __init__(self, engine: Engine = MYSQL) -> None:
        self._engine = engine

    def connect(self, login: Login, what: str) -> Any:
        """Connect."""
        url, tls = URL.create(self._engine.dialect, **login.parts), Tls.of(login.tls, login.ca)
        made = connect(url, what=what, connect_s=CONNECT_S, answer_s=ANSWER_S, tls=tls, addresses=login.addresses)
        for setting in _SESSION:
            made.execute(setting)
        return made

    def transaction(self, connection: Any) -> AbstractContextManager[Any]:
        """Within: all or nothing."""
        made: AbstractContextManager[Any] = connection.transaction()
        return made

    def columns(self, connection: Any, table: str, column: str) -> list[str]:
        """The columns of the table; to make it takes a right that is not needed where it is there already."""
        schema, _, name = table.rpartition(".")
        there = _THERE.format(schema="%s" if schema else "database()")
        if connection.execute(there, (schema, name) if schema else (name,)).fetchone() == (0,):
            connection.execute(_said(connection, _CREATE, table, column))
        return list(connection.execute(_said(connection, "SELECT * FROM {table} LIMIT 0", table, column)).columns)

    def beat(self, connection: Any, table: str, column: str, now: datetime | None) -> Beat | None:
        """Lock the marker, write it, and read what the server made of it."""

        def say(text: str, *given: Any) -> Any:
            return connection.execute(_said(connection, text, table, column), given or None).fetchone()

        stands = say(_STANDS)
        say(_MARK, (stands or say(_LAST))[0] + 1, now and now.replace(tzinfo=None))
        row = say(_MADE)
        if row is None:
            return None
        beat = Beat(int(row[0]), row[1])
        at = beat.at.replace(tzinfo=None)
        say(_ADD, beat.sequence, beat.sequence, at)
        say(_TRIM, at)
        return beat


def _said(connection: Any, text: str, table: str, column: str) -> str:
    """A statement with the names in it; a percent sign in one is none of a parameter's."""
    quote = connection.quote
    name = ".".join(quote(part) for part in table.split("."))
    return text.format(table=name.replace("%", "%%"), at=quote(column).replace("%", "%%"), days=KEPT_DAYS)
