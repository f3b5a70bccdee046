"""Checks that ask a restored PostgreSQL, read-only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import psycopg
from psycopg import sql

from dr_orchestrator.checks.result import instant, judged
from dr_orchestrator.domain.drill import NewestRow, Query, RowsAtLeast
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import CheckResult, Copy
from dr_orchestrator.errors import NotMeasured

CONNECT_S = 10
STATEMENT_MS = 300_000
_OPTIONS = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_MS} -c timezone=UTC"


class Login(Protocol):
    """How to reach a database."""

    @property
    def host(self) -> str:
        """Name or address."""

    @property
    def port(self) -> int:
        """TCP port."""

    @property
    def database(self) -> str:
        """Database name."""

    @property
    def user(self) -> str:
        """Role."""

    @property
    def password(self) -> str:
        """Never printed."""


class SqlChecks:
    """Performs SQL checks on a copy; `login` finds out how to reach it."""

    def __init__(self, login: Callable[[Copy], Login]) -> None:
        self._login = login

    def perform(self, check: RowsAtLeast | NewestRow | Query, copy: Copy, reference: datetime) -> CheckResult:
        """Perform one check; `reference` is the instant that the age of rows is counted from."""
        login = self._login(copy)
        try:
            with psycopg.connect(
                host=login.host,
                hostaddr="",  # else PGHOSTADDR, or a service file, could send the checks to another server
                port=login.port,
                dbname=login.database,
                user=login.user,
                password=login.password,
                connect_timeout=CONNECT_S,
                options=_OPTIONS,
                application_name="dr-orchestrator",
            ) as connection:
                return _perform(check, connection, reference)
        except psycopg.Error as error:
            told = str(error).strip().splitlines()
            raise NotMeasured(told[0] if told else type(error).__name__, call=f"SQL on {copy.id}") from error


def _perform(check: RowsAtLeast | NewestRow | Query, connection: Any, reference: datetime) -> CheckResult:
    if isinstance(check, RowsAtLeast):
        (count,) = _row(connection, sql.SQL("SELECT count(*) FROM {}").format(_name(check.table)))
        return judged(check, expectation(check), f"{count} rows", count >= check.minimum)
    if isinstance(check, NewestRow):
        ask = sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(check.column), _name(check.table))
        return newest(check, _row(connection, ask)[0], reference)
    rows = connection.execute(check.sql).fetchmany(2)
    if len(rows) != 1 or len(rows[0]) != 1:
        return judged(check, expectation(check), f"{len(rows) or 'no'} rows, not one value", False)
    return judged(check, expectation(check), str(rows[0][0]), str(rows[0][0]) == check.equals)


def newest(check: NewestRow, value: object, reference: datetime) -> CheckResult:
    """The result of reading a newest row; no row at all is a failed heartbeat, not an unknown."""
    if value is None:
        return replace(judged(check, expectation(check), "no rows", False), canary=check.canary)
    found = instant(value)
    age = reference - found
    held = check.within is None or age <= check.within
    observed = f"{found:%Y-%m-%d %H:%M:%S} UTC, {format_duration(age)} before the disruption"
    return replace(judged(check, expectation(check), observed, held), newest=found, canary=check.canary)


def expectation(check: RowsAtLeast | NewestRow | Query) -> str:
    """What the check claims, in words."""
    if isinstance(check, RowsAtLeast):
        return f"at least {check.minimum} rows in {check.table}"
    if isinstance(check, NewestRow):
        within = f", at most {format_duration(check.within)} old" if check.within else ""
        return f"a newest {check.table}.{check.column}{within}"
    return f"{check.equals}, from: {check.sql}"


def _row(connection: Any, ask: sql.Composable) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(ask).fetchone()
    return row


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))
