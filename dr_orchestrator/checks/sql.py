"""Checks that ask a restored database, read-only."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from dr_orchestrator.checks.connection import asking
from dr_orchestrator.checks.restored import Marker
from dr_orchestrator.checks.result import instant, judged
from dr_orchestrator.checks.speech import spoken_on
from dr_orchestrator.checks.speech.protocol import CONNECT_S, PROBE_S
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import NewestRow, Query, RestoredRow, RowsAtLeast
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.service import Login
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import LoginRefused, NotMeasured, NotRecoverable, NotTheCopy

MOST_SHOWN = 200
"""Characters of a query's answer that are kept: it is evidence, not a place to copy data to."""


def _no_source() -> Login:
    raise NotMeasured("nothing says how to reach the source")


class SqlChecks:
    """Performs SQL checks on a copy; `login` finds out how to reach it, `source` how to reach what it is a copy of.

    `prove` is done first with every connection to a copy: what is not the copy is asked nothing.
    """

    def __init__(
        self,
        login: Callable[[Copy], Login],
        source: Callable[[], Login] = _no_source,
        prove: Callable[[Copy, Any], None] = lambda *_: None,
    ) -> None:
        self._login, self._source, self._prove = login, source, prove

    def perform(self, check: RowsAtLeast | NewestRow | Query, copy: Copy, reference: datetime) -> CheckResult:
        """Perform one check; `reference` is the instant that the age of rows is counted from."""
        with self._asking(copy, f"SQL on {copy.id}") as connection:
            return _perform(check, connection, reference)

    def marker(self, check: RestoredRow, copy: Copy | None = None) -> Marker | None:
        """The heartbeat's marker row in a copy, else in the source, read-only; None where the row is not there."""
        there = self._asking(copy, f"SQL on {copy.id}") if copy else asking(self._source(), "SQL on the source")
        with there as connection:
            speech = spoken_on(connection)
            ask = speech.marked(check.table, check.column)
            row = connection.execute(ask).fetchone()
            speech.ordinary(connection, check.table, check.column, ask)
        if row is None:
            return None
        if not isinstance(row[1], datetime) or row[1].tzinfo is None:
            raise NotMeasured(f"{check.table}.{check.column} is no timestamp with a time zone")
        return Marker(int(row[0]), row[1].astimezone(UTC))

    def answers(self, copy: Copy) -> bool:
        """Whether the copy's database answers a query, and recovers no more; what keeps it from that is not told.

        NotTheCopy where something else stands there, which is waited for no more; LoginRefused where it lets us not in.
        """
        try:
            with self._asking(copy, "the probe", PROBE_S) as connection:
                return spoken_on(connection).answers(connection)
        except (NotTheCopy, LoginRefused):
            raise
        except (NotMeasured, NotRecoverable):
            return False

    def serves(self, copy: Copy) -> bool:
        """Whether the copy's database answers, and follows no other: as `answers`, of what is promoted."""
        try:
            with self._asking(copy, "the probe", PROBE_S) as connection:
                speech = spoken_on(connection)
                return speech.answers(connection) and not speech.follows(connection)
        except (NotTheCopy, LoginRefused):
            raise
        except (NotMeasured, NotRecoverable):
            return False

    def follows(self, copy: Copy) -> bool:
        """Whether the copy's server follows another, and takes no writes; NotMeasured where it cannot be asked."""
        with self._asking(copy, f"SQL on {copy.id}") as connection:
            return bool(spoken_on(connection).follows(connection))

    def enter(self, copy: Copy) -> None:
        """Log in to the copy, and ask nothing but whether it is one; LoginRefused where it lets us not in."""
        with self._asking(copy, f"login to {copy.id}"):
            return

    def _asking(self, copy: Copy, call: str, seconds: int = CONNECT_S) -> AbstractContextManager[Any]:
        return asking(self._login(copy), call, seconds, partial(self._prove, copy))


def nothing_to_ask() -> SqlChecks:
    """Checks by SQL where there is no database: none could be measured."""

    def no_login(copy: Copy) -> Login:
        raise NotMeasured(f"{copy.id} is no database that SQL checks can ask")

    return SqlChecks(no_login)


def _perform(check: RowsAtLeast | NewestRow | Query, connection: Any, reference: datetime) -> CheckResult:
    """A claim that held is believed only where it was read from restored tables; what did not hold has failed."""
    speech = spoken_on(connection)
    if isinstance(check, NewestRow):
        ask = speech.newest(check.table, check.column)
        row = connection.execute(ask).fetchone()
        speech.ordinary(connection, check.table, check.column, ask)
        return newest(check, row[0] if row else None, reference)
    if isinstance(check, RowsAtLeast):
        statement = speech.counted(check.table)
        (count,) = connection.execute(statement).fetchone()
        result = judged(check, expectation(check), counted(count, "row"), count >= check.minimum)
    else:
        statement, result = check.sql, _answered(check, connection)
    if result.outcome is Outcome.PASSED:
        speech.data_read(connection, statement)
    return result


def _answered(check: Query, connection: Any) -> CheckResult:
    rows = spoken_on(connection).query(connection, check.sql, 2)
    if len(rows) != 1 or len(rows[0]) != 1:
        return judged(
            check, expectation(check), f"{counted(len(rows), 'row') if rows else 'no rows'}, not one value", False
        )
    value = rows[0][0]
    if value is None:
        return judged(check, expectation(check), "NULL, which equals nothing", False)
    shown = str(value) if len(str(value)) <= MOST_SHOWN else str(value)[: MOST_SHOWN - 1] + "…"
    return judged(check, expectation(check), shown, str(value) == check.equals)


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
        return f"at least {counted(check.minimum, 'row')} in {check.table}"
    if isinstance(check, NewestRow):
        within = f", at most {format_duration(check.within)} old" if check.within else ""
        return f"a newest {check.table}.{check.column}{within}"
    return f"{check.equals}, from: {check.sql}"
