"""The heartbeat in the words of SQL Server: its instants are datetimeoffsets, which alone are of a known zone."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import URL

from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.canary.engines import ANSWER_S, CONNECT_S, KEPT_DAYS
from dr_orchestrator.domain.engines import SQL_SERVER
from dr_orchestrator.domain.service import Login
from dr_orchestrator.waiting.driven import EngineError
from dr_orchestrator.waiting.mysql import Tls
from dr_orchestrator.waiting.sqlserver import connect

_SESSION = "SET LOCK_TIMEOUT 5000; SET XACT_ABORT ON"
_CREATE = (
    "CREATE TABLE {table} "
    "([id] bigint NOT NULL PRIMARY KEY, [sequence] bigint NOT NULL, {at} datetimeoffset(6) NOT NULL)"
)
_STANDS = "SELECT [sequence] FROM {table} WITH (UPDLOCK, HOLDLOCK) WHERE [id] = 0"
_LAST = "SELECT COALESCE(MAX([id]), 0) FROM {table}"
_NOW = "TODATETIMEOFFSET(SYSUTCDATETIME(), '+00:00')"
_CHANGE = "UPDATE {table} SET [sequence] = %s, {at} = {now} WHERE [id] = 0"
_MARK = "INSERT INTO {table} ([id], [sequence], {at}) VALUES (0, %s, {now})"
_MADE = "SELECT [sequence], {at} FROM {table} WHERE [id] = 0"
_ADD = "INSERT INTO {table} ([id], [sequence], {at}) VALUES (%s, %s, %s)"
_TRIM = "DELETE FROM {table} WHERE [id] <> 0 AND {at} < DATEADD(day, -{days}, %s)"


class SqlServerHeart:
    """Written by statements of T-SQL."""

    error: type[Exception] = EngineError

    def connect(self, login: Login, what: str) -> Any:
        """Connect."""
        url, tls = URL.create(SQL_SERVER.dialect, **login.parts), Tls.of(login.tls, login.ca)
        made = connect(url, what=what, connect_s=CONNECT_S, answer_s=ANSWER_S, tls=tls, addresses=login.addresses)
        made.execute(_SESSION)
        return made

    def transaction(self, connection: Any) -> AbstractContextManager[Any]:
        """Within: all or nothing."""
        made: AbstractContextManager[Any] = connection.transaction()
        return made

    def columns(self, connection: Any, table: str, column: str) -> list[str]:
        """The columns of the table; to make it takes a right that is not needed where it is there already."""
        name = ".".join(map(connection.quote, table.split(".")))
        if connection.execute("SELECT OBJECT_ID(%s)", (name,)).fetchone() == (None,):
            connection.execute(_said(connection, _CREATE, table, column).replace("%%", "%"))
        ask = _said(connection, "SELECT TOP (0) * FROM {table}", table, column).replace("%%", "%")
        return list(connection.execute(ask).columns)

    def beat(self, connection: Any, table: str, column: str, now: datetime | None) -> Beat | None:
        """Lock the marker, write it, and read what the server made of it."""

        def say(text: str, *given: Any) -> Any:
            said = _said(connection, text, table, column, "%s" if now else _NOW)
            return connection.execute(said if given else said.replace("%%", "%"), given or None).fetchone()

        stands = say(_STANDS)
        number = int((stands or say(_LAST))[0]) + 1
        say(_CHANGE if stands else _MARK, number, *((now,) if now else ()))
        row = say(_MADE)
        if row is None:
            return None
        beat = Beat(int(row[0]), row[1].astimezone(UTC))
        say(_ADD, beat.sequence, beat.sequence, beat.at)
        say(_TRIM, beat.at)
        return beat


def _said(connection: Any, text: str, table: str, column: str, now: str = "") -> str:
    """A statement with the names in it; a percent sign in one is none of a parameter's."""
    name = ".".join(map(connection.quote, table.split("."))).replace("%", "%%")
    return text.format(table=name, at=connection.quote(column).replace("%", "%%"), now=now, days=KEPT_DAYS)
