"""Statements by which MySQL and MariaDB are counted and timed, and the bounds of what they are asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pymysql

from dr_orchestrator.checks.deep.engine import CutShort
from dr_orchestrator.errors import NotMeasured

CUT = (1969, 3024)
"""The time of a statement is over, as MariaDB and MySQL say it."""

_GONE = (2006, 2013, 2014, 1053, 1927, 0)
"""The connection has ended, and not a word was said of the data."""

_NO_TABLE = 1146
_SLACK_S = 10.0
_CAREFUL = "SET SESSION lock_wait_timeout = 5, innodb_lock_wait_timeout = 5"
_TYPE = """
    SELECT data_type FROM information_schema.columns
    WHERE table_schema = {schema} AND table_name = %s AND column_name = %s
"""


def code(error: BaseException) -> int:
    """The number of an error; 0 where it has none."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def words(error: BaseException) -> str:
    """The words of an error."""
    return str(error.args[1]) if len(error.args) > 1 else str(error)


def is_gone(error: BaseException) -> bool:
    """Whether the connection ended."""
    return code(error) in _GONE


def bound(connection: Any, seconds: float) -> None:
    """Let statements take so many real seconds, each; a server that is gone ends none itself."""
    connection.speech.bound(connection, seconds)
    connection.answer_s = seconds + _SLACK_S


def careful(connection: Any) -> None:
    """Let production's own work go first: a lock that is not to be had at once is not waited for."""
    connection.execute(_CAREFUL)


def count(connection: Any, table: str, as_of: str, instant: datetime | None, within_s: float) -> int | None:
    """Count; a view is refused, for it may be made as it is read."""
    bound(connection, within_s)
    ask, given = connection.speech.counted(table), tuple[Any, ...]()
    try:
        connection.execute(f"{ask} LIMIT 0")
    except pymysql.ProgrammingError as error:
        if code(error) != _NO_TABLE:
            raise
        return None
    connection.speech.ordinary(connection, table, as_of, ask)
    if as_of:
        named = f"{ask} WHERE {connection.quote(as_of)}".replace(
            "%", "%%"
        )  # a percent sign in a name is no parameter's
        ask = f"{named} <= %s"
        given = (_known(connection, table, as_of, instant),)
    (rows,) = connection.execute(ask, given or None).fetchone()
    return int(rows)


def _known(connection: Any, table: str, column: str, instant: datetime | None) -> datetime | None:
    """The instant as a column holds it; NotMeasured where the column's zone is not known."""
    schema, _, name = table.rpartition(".")
    ask = _TYPE.format(schema="%s" if schema else "database()")
    row = connection.execute(ask, (*((schema,) if schema else ()), name, column)).fetchone()
    if row is not None and str(row[0]).lower() != "timestamp":
        raise NotMeasured(f"{table}.{column} is a {row[0]}, whose time zone is not known: only a timestamp's is")
    return instant.astimezone(UTC).replace(tzinfo=None) if instant else None


def answer(connection: Any, statement: str) -> int:
    """Say it; the driver lets no second statement through."""
    try:
        return len(connection.execute(statement).fetchall())
    except pymysql.Error as error:
        if code(error) not in CUT:
            raise
        raise CutShort(words(error)) from error
