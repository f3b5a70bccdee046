"""A database that is asked by statements alone, each an exchange of its own: it has no address that is connected to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Value = str | int | float | bool | None
"""A value that a statement is given."""


READ_ONLY = (
    "SELECT pg_catalog.set_config('transaction_read_only', 'on', true),"
    " pg_catalog.set_config('row_security', 'off', true), pg_catalog.set_config('TimeZone', 'UTC', true)"
)
"""The first statement of a transaction that only reads: once it was said, PostgreSQL lets nobody write in that one."""


@dataclass(frozen=True)
class Rows:
    """The whole answer to a statement."""

    rows: Sequence[tuple[Any, ...]] = ()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All of it."""
        return list(self.rows)

    def fetchmany(self, most: int) -> list[tuple[Any, ...]]:
        """The first rows."""
        return list(self.rows[:most])

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row; None where there is none."""
        return self.rows[0] if self.rows else None


class StatementRefused(Exception):
    """The database refused a statement, in its own words; `sqlstate` is its code, empty where it told none.

    `login` is whether it was the login that it refused, `cut` whether the time that a statement may take was over.
    """

    def __init__(self, message: str, sqlstate: str = "", *, login: bool = False, cut: bool = False) -> None:
        super().__init__(message)
        self.message, self.sqlstate, self.login, self.cut = message, sqlstate, login, cut


class Statements(Protocol):
    """Says statements to one database; StatementRefused where that, and not the way to it, refuses."""

    def begin(self) -> str:
        """Begin a transaction, and log in by that; its id."""

    def say(self, statement: str, values: Sequence[Value], transaction: str) -> Rows:
        """Say one statement within a transaction; its values have the names `:p1`, `:p2` and so on."""

    def undo(self, transaction: str) -> None:
        """Undo a transaction; one that has ended already is none."""
