"""Statements by which PostgreSQL is counted and timed, and the bounds of what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from dr_orchestrator.checks.deep.engine import CutShort
from dr_orchestrator.checks.speech.postgres import stored

_TABLES = """
    SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
        AND left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
    ORDER BY 1
"""
_THERE = "SELECT pg_catalog.to_regclass(%s) IS NOT NULL"


_WITHIN = "SELECT pg_catalog.set_config('statement_timeout', %s, true)"
_SLACK_S = 10.0
_PATIENCE = "5s"


def bound(connection: Any, seconds: float) -> None:
    """Let the statements of this transaction take so many real seconds, each, or the most that the way there lets."""
    seconds = min(seconds, getattr(connection, "longest_s", seconds))
    connection.execute(_WITHIN, (f"{max(1, int(seconds * 1000))}ms",))
    connection.answer_s = seconds + _SLACK_S  # a server that is gone ends no statement itself


def tables(connection: Any) -> Sequence[str]:
    """List the tables that rows are written to; the partitions of one are counted in it."""
    return [name for (name,) in connection.execute(_TABLES).fetchall()]


def count(connection: Any, table: str, as_of: str, instant: datetime | None, within_s: float) -> int | None:
    """Count, by what PostgreSQL calls count; a view is refused, for it may be made as it is read."""
    with connection.transaction(force_rollback=True):
        bound(connection, within_s)
        return _counted(connection, table, as_of, instant)


def _counted(connection: Any, table: str, as_of: str, instant: datetime | None) -> int | None:
    name = sql.Identifier(*table.split("."))
    if not connection.execute(_THERE, (name.as_string(),)).fetchone()[0]:
        return None
    ask = sql.SQL("SELECT pg_catalog.count(*) FROM {}").format(name)
    if as_of:
        until = sql.SQL(" WHERE {} <= {}").format(sql.Identifier(as_of), sql.Literal(instant))
        ask = ask + until
    stored.ordinary(connection, name, as_of, ask.as_string())
    (rows,) = connection.execute(ask).fetchone()
    return int(rows)


def careful(connection: Any) -> None:
    """Let production's own work go first: a lock that is not to be had at once is not waited for."""
    if (settings := getattr(connection, "settings", None)) is not None:
        settings["lock_timeout"] = _PATIENCE  # each transaction is a session of its own
        return
    connection.execute(f"SET lock_timeout = '{_PATIENCE}'")
    connection.commit()


def answer(connection: Any, statement: str) -> int:
    """Say it prepared, so that a text of several statements is refused."""
    try:
        return len(connection.execute(statement, prepare=True).fetchall())
    except psycopg.errors.QueryCanceled as error:
        connection.rollback()
        raise CutShort(str(error.diag.message_primary)) from error


def data_read(connection: Any, statement: str) -> None:
    """Refuse (NotMeasured) a statement that scans no table of the copy."""
    stored.data_read(connection, statement)
