"""Checks that ask a restored PostgreSQL, read-only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from dr_orchestrator.checks.restored import Marker
from dr_orchestrator.checks.result import instant, judged
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import NewestRow, Query, RestoredRow, RowsAtLeast
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.postgres import connect

CONNECT_S = 10
PROBE_S = 3
STATEMENT_MS = 300_000
ANSWER_S = STATEMENT_MS / 1000 + 10
"""Real seconds within which an answer must come: a server that is gone ends no statement itself."""

MOST_SHOWN = 200
"""Characters of a query's answer that are kept: it is evidence, not a place to copy data to."""

_OPTIONS = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_MS} -c timezone=UTC"


def _no_source() -> Login:
    raise NotMeasured("nothing says how to reach the source")


class SqlChecks:
    """Performs SQL checks on a copy; `login` finds out how to reach it, `source` how to reach what it is a copy of."""

    def __init__(self, login: Callable[[Copy], Login], source: Callable[[], Login] = _no_source) -> None:
        self._login, self._source = login, source

    def perform(self, check: RowsAtLeast | NewestRow | Query, copy: Copy, reference: datetime) -> CheckResult:
        """Perform one check; `reference` is the instant that the age of rows is counted from."""
        with _asking(self._login(copy), f"SQL on {copy.id}") as connection:
            return _perform(check, connection, reference)

    def marker(self, check: RestoredRow, copy: Copy | None = None) -> Marker | None:
        """The heartbeat's marker row in a copy, else in the source, read-only; None where the row is not there."""
        login, where = (self._login(copy), copy.id) if copy else (self._source(), "the source")
        ask = sql.SQL("SELECT sequence, {} FROM {} WHERE id = 0").format(
            sql.Identifier(check.column), _name(check.table)
        )
        with _asking(login, f"SQL on {where}") as connection:
            row = connection.execute(ask).fetchone()
        if row is None:
            return None
        if not isinstance(row[1], datetime) or row[1].tzinfo is None:
            raise NotMeasured(f"{check.table}.{check.column} is no timestamp with a time zone")
        return Marker(int(row[0]), row[1].astimezone(UTC))

    def answers(self, copy: Copy) -> bool:
        """Whether the copy's database answers a query, and recovers no more; what keeps it from that is not told."""
        try:
            with _asking(self._login(copy), "the probe", PROBE_S) as connection:
                return _row(connection, sql.SQL("SELECT NOT pg_is_in_recovery()")) == (True,)
        except (NotMeasured, NotRecoverable):
            return False


def nothing_to_ask() -> SqlChecks:
    """Checks by SQL where there is no database: none could be measured."""

    def no_login(copy: Copy) -> Login:
        raise NotMeasured(f"{copy.id} is no database that SQL checks can ask")

    return SqlChecks(no_login)


@contextmanager
def _asking(login: Login, call: str, seconds: int = CONNECT_S) -> Iterator[Any]:
    """Within: a connection that can only read; what the database refuses could not be measured."""
    try:
        with connect(
            what=call,
            answer_s=ANSWER_S,
            **login.parameters,
            connect_timeout=seconds,
            options=_OPTIONS,
            application_name="dr-orchestrator",
        ) as connection:
            yield connection
    except psycopg.Error as error:
        stops.look()
        told = str(error).strip().splitlines()
        raise NotMeasured(told[0] if told else type(error).__name__, call=call) from error


def _perform(check: RowsAtLeast | NewestRow | Query, connection: Any, reference: datetime) -> CheckResult:
    if isinstance(check, RowsAtLeast):
        (count,) = _row(connection, sql.SQL("SELECT count(*) FROM {}").format(_name(check.table)))
        return judged(check, expectation(check), f"{count} rows", count >= check.minimum)
    if isinstance(check, NewestRow):
        ask = sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(check.column), _name(check.table))
        return newest(check, _row(connection, ask)[0], reference)
    # Prepared, so that a text of several statements is refused: a second one could undo that the first may only read.
    rows = connection.execute(check.sql, prepare=True).fetchmany(2)
    if len(rows) != 1 or len(rows[0]) != 1:
        return judged(check, expectation(check), f"{len(rows) or 'no'} rows, not one value", False)
    value = str(rows[0][0])
    shown = value if len(value) <= MOST_SHOWN else value[: MOST_SHOWN - 1] + "…"
    return judged(check, expectation(check), shown, value == check.equals)


def newest(check: NewestRow, value: object, reference: datetime) -> CheckResult:
    """The result of reading a newest row; no row at all is a failed heartbeat, not an unknown."""
    if value is None:
        return replace(judged(check, expectation(check), "no rows", False), canary=check.canary)
    found = instant(_with_zone(check, value))
    age = reference - found
    held = check.within is None or age <= check.within
    observed = f"{found:%Y-%m-%d %H:%M:%S} UTC, {format_duration(age)} before {reference:%Y-%m-%d %H:%M:%S} UTC"
    return replace(judged(check, expectation(check), observed, held), newest=found, canary=check.canary)


def _with_zone(check: NewestRow, value: object) -> object:
    """The value with the zone that the check says, where it has none: a guessed one could be hours off, unseen."""
    local = _local(value)
    if local is None:
        return value
    if not check.timezone:
        told = f"{check.table}.{check.column} has no time zone, so its instants are not known"
        raise NotMeasured(f"{told}; say in the check which it is written in, such as `timezone: UTC`")
    return local.replace(tzinfo=ZoneInfo(check.timezone))


def _local(value: object) -> datetime | None:
    """A date and time without a zone, as such or as text; None for what is none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is None else None


def expectation(check: RowsAtLeast | NewestRow | Query) -> str:
    """The claim of the check, in words."""
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
