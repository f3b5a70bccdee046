"""The words of PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from psycopg import sql

from dr_orchestrator.checks.speech.postgres import probe, stateless, stored
from dr_orchestrator.checks.speech.protocol import ANSWER_S, STATEMENT_MS, First, Started
from dr_orchestrator.domain.run import Probed
from dr_orchestrator.domain.service import Login
from dr_orchestrator.waiting.postgres import connect

_OPTIONS = (
    f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_MS} -c timezone=UTC -c row_security=off"
)
"""A policy that would hide rows is an error: what was not seen was not checked."""

_REFUSED = re.compile(
    r"(password|PAM|peer|ident|GSSAPI|LDAP|RADIUS) authentication failed"
    r'|role "[^"]*" (does not exist|is not permitted to log in)'
)
"""How PostgreSQL says that it let a login not in; libpq passes no code on of what ends a connection as it is made."""

_STARTED = (
    "SELECT pg_catalog.date_part('epoch'::pg_catalog.text, pg_catalog.pg_postmaster_start_time()), "
    "pg_catalog.date_part('epoch'::pg_catalog.text, pg_catalog.clock_timestamp())"
)
"""By the server's own clock, in seconds of no time zone or style that the restored data could set."""


class PostgreSQL:
    """The functions of PostgreSQL itself are asked, not those that the restored data has in their place."""

    error: type[Exception] = psycopg.Error

    def connect(self, login: Login, what: str, seconds: int) -> AbstractContextManager[Any]:
        """Connect, read-only; where it is asked by statements there is nothing to connect to."""
        if login.statements is not None:
            return stateless.connected(login.statements)
        return connect(
            what=what,
            answer_s=ANSWER_S,
            **login.parameters,
            connect_timeout=seconds,
            options=_OPTIONS,
            application_name="dr-orchestrator",
        )

    def is_refusal(self, error: Exception) -> bool:
        """Whether a login was not let in; no answer to a query passes for one."""
        if isinstance(error, stateless.NotLetIn):
            return True
        return isinstance(error, psycopg.Error) and error.sqlstate is None and bool(_REFUSED.search(str(error)))

    def quoted(self, table: str) -> str:
        """The name of a table."""
        return _name(table).as_string()

    def newest(self, table: str, column: str) -> str:
        """The newest instant of a column."""
        ask = sql.SQL("SELECT pg_catalog.max({}) FROM {}")
        return ask.format(sql.Identifier(column), _name(table)).as_string()

    def counted(self, table: str) -> str:
        """The rows of a table."""
        return sql.SQL("SELECT pg_catalog.count(*) FROM {}").format(_name(table)).as_string()

    def marked(self, table: str, column: str) -> str:
        """The marker row."""
        ask = sql.SQL("SELECT sequence, {} FROM {} WHERE id = 0")
        return ask.format(sql.Identifier(column), _name(table)).as_string()

    def answers(self, connection: Any) -> bool:
        """Whether it is out of recovery."""
        return bool(connection.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,))

    def follows(self, connection: Any) -> bool:
        """Whether it is in recovery."""
        told = connection.execute("SELECT pg_is_in_recovery()").fetchone()
        return bool(told != (False,))

    def query(self, connection: Any, text: str, most: int) -> Sequence[tuple[Any, ...]]:
        """Said prepared, so that a text of several is refused: a second could undo that the first may only read."""
        rows: Sequence[tuple[Any, ...]] = connection.execute(text, prepare=True).fetchmany(most)
        return rows

    def started(self, connection: Any) -> Started:
        """When it started, to the microsecond: no two servers share that."""
        at, now = connection.execute(_STARTED).fetchone()
        return Started(float(at), float(now))

    def data_read(self, connection: Any, statement: str) -> None:
        """Refuse a statement that scans no table of the copy."""
        stored.data_read(connection, statement)

    def ordinary(self, connection: Any, table: str, column: str, statement: str) -> None:
        """Refuse a heartbeat that may be made as it is read."""
        stored.ordinary(connection, _name(table), column, statement)

    def probe(self, copy: Login, host: str, port: int, first: First) -> Probed:
        """Try by PostgreSQL's own client, from inside the copy."""
        return probe.probe(copy, host, port, first)


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))
