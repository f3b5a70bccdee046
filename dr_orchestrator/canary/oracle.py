"""The heartbeat in the words of Oracle: its instants are timestamps with a time zone."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy.engine import URL

from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.canary.engines import ANSWER_S, CONNECT_S, KEPT_DAYS
from dr_orchestrator.domain.engines import ORACLE
from dr_orchestrator.domain.service import Login
from dr_orchestrator.waiting.driven import EngineError
from dr_orchestrator.waiting.mysql import Tls
from dr_orchestrator.waiting.oracle import connect
from dr_orchestrator.waiting.oracle.names import IN_UTC, SESSION, ZONED, column_name, instant, kept, quoted, split

_WITHIN_S = 15.0
_THERE = """
    SELECT COUNT(*) FROM SYS.ALL_OBJECTS
    WHERE owner = COALESCE(:1, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')) AND object_name = :2
        AND object_type IN ('TABLE', 'VIEW', 'SYNONYM')
"""
_CREATE = (
    'CREATE TABLE {table} ("ID" NUMBER(19) PRIMARY KEY, "SEQUENCE" NUMBER(19) NOT NULL, '
    "{at} TIMESTAMP(6) WITH TIME ZONE NOT NULL)"
)
_STANDS = 'SELECT "SEQUENCE" FROM {table} WHERE "ID" = 0 FOR UPDATE WAIT 5'
_LAST = 'SELECT COALESCE(MAX("ID"), 0) FROM {table}'
_NOW = "SYSTIMESTAMP AT TIME ZONE '+00:00'"
_GIVEN = f"TO_TIMESTAMP_TZ(:2, '{ZONED}')"
_CHANGE = 'UPDATE {table} SET "SEQUENCE" = :1, {at} = {now} WHERE "ID" = 0'
_MARK = 'INSERT INTO {table} ("ID", "SEQUENCE", {at}) VALUES (0, :1, {now})'
_MADE = f'SELECT "SEQUENCE", SYS_EXTRACT_UTC({{at}}) AS {IN_UTC} FROM {{table}} WHERE "ID" = 0'  # noqa: S608
_ADD = f'INSERT INTO {{table}} ("ID", "SEQUENCE", {{at}}) VALUES (:1, :2, TO_TIMESTAMP_TZ(:3, \'{ZONED}\'))'  # noqa: S608
_TRIM = f"""
    DELETE FROM {{table}} WHERE "ID" <> 0 AND {{at}} < TO_TIMESTAMP_TZ(:1, '{ZONED}') - INTERVAL '{KEPT_DAYS}' DAY
"""  # noqa: S608


class OracleHeart:
    """Written by statements of Oracle's SQL; none of them commits but the end of its transaction."""

    error: type[Exception] = EngineError

    def connect(self, login: Login, what: str) -> Any:
        """Connect."""
        url, tls = URL.create(ORACLE.dialect, **login.parts), Tls.of(login.tls, login.ca)
        made = connect(url, what=what, connect_s=CONNECT_S, answer_s=ANSWER_S, tls=tls, addresses=login.addresses)
        made.bound(_WITHIN_S)
        for setting in SESSION:
            made.execute(setting)
        return made

    def transaction(self, connection: Any) -> AbstractContextManager[Any]:
        """Within: all or nothing."""
        made: AbstractContextManager[Any] = connection.transaction()
        return made

    def columns(self, connection: Any, table: str, column: str) -> list[str]:
        """The columns of the table, by the names that they are declared by; it is made where it is missing."""
        schema, name = split(table)
        if connection.execute(_THERE, (schema or None, name)).fetchone() == (0,):
            connection.execute(_said(_CREATE, table, column))
        found = connection.execute(_said("SELECT * FROM {table} WHERE 1 = 0", table, column)).columns
        declared = {kept(each): each for each in ("id", "sequence", column)}
        return [declared.get(each, each) for each in found]

    def beat(self, connection: Any, table: str, column: str, now: datetime | None) -> Beat | None:
        """Lock the marker, write it, and read what the server made of it."""

        def say(text: str, *given: Any) -> Any:
            return connection.execute(_said(text, table, column, _GIVEN if now else _NOW), given or None).fetchone()

        stands = say(_STANDS)
        number = int((stands or say(_LAST))[0]) + 1
        say(_CHANGE if stands else _MARK, number, *((instant(now),) if now else ()))
        row = say(_MADE)
        if row is None:
            return None
        beat = Beat(int(row[0]), row[1])
        say(_ADD, beat.sequence, beat.sequence, instant(beat.at))
        say(_TRIM, instant(beat.at))
        return beat


def _said(text: str, table: str, column: str, now: str = "") -> str:
    return text.format(table=quoted(table), at=column_name(column), now=now)
