"""A connection to PostgreSQL that is none: statements, each said by itself within a transaction, as psycopg says them.

No session outlives a transaction, so that what a session is set to is set at the begin of each. Of psycopg it has what
the checks use: `execute`, `transaction`, `rollback`, `commit`, and its errors with their codes.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.pq import DiagnosticField

from dr_orchestrator.domain.statements import READ_ONLY, Rows, StatementRefused, Statements, Value
from dr_orchestrator.errors import NotMeasured

_KNOWN = "SELECT pg_catalog.set_config('row_security', 'off', true), pg_catalog.set_config('TimeZone', 'UTC', true)"
_SET = "SELECT pg_catalog.set_config(:p1, :p2, true)"
_VERSION = "SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4"
_WRITES = "SET TRANSACTION READ WRITE"
_PLACEHOLDER = re.compile(r"%[s%]")
LONGEST_S = 40.0
"""Seconds after which the server is to end a statement itself: sooner than what is between would."""


class NotLetIn(psycopg.OperationalError):
    """The login was refused: there was no transaction yet in which anything could have been."""


class Stateless:
    """Statements to one database, as a connection; it can read and no more, but where a transaction begins otherwise.

    `settings` are further ones that each transaction begins with.
    """

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._id, self._told, self._depth = "", False, 0
        self._version = 0
        self.settings: dict[str, str] = {"statement_timeout": f"{LONGEST_S:.0f}s"}
        self.longest_s, self.answer_s = LONGEST_S, LONGEST_S
        self.info = self

    @property
    def server_version(self) -> int:
        """The server's version, as psycopg tells it."""
        if not self._version:
            (self._version,) = self.execute(_VERSION).fetchone() or (0,)
        return self._version

    def execute(self, query: Any, params: Sequence[Any] | None = None, *, prepare: bool | None = None) -> Rows:
        """Say one statement; several in one text the API itself refuses, prepared or not."""
        del prepare
        text = query if isinstance(query, str) else query.as_string(None)
        text, values = _named(text, params) if params else (text, [])
        self.begin()
        if not self._told:
            writes = self._opened(writes=text == _WRITES)
            if writes is not None:
                return writes
        return self._say(text, values)

    def _opened(self, *, writes: bool) -> Rows | None:
        """Say what a transaction begins with; one that was not told all of it is never spoken in: it might write."""
        try:
            said = self._say(_WRITES) if writes else None
            self._say(_KNOWN if writes else READ_ONLY)
            for name, value in self.settings.items():
                self._say(_SET, (name, value))
        except BaseException:
            with contextlib.suppress(psycopg.Error, NotMeasured):
                self.rollback()
            raise
        self._told = True
        return said

    def begin(self) -> None:
        """Begin a transaction where none is under way; NotLetIn where the login is refused."""
        if self._id:
            return
        try:
            self._id, self._told = self._statements.begin(), False
        except StatementRefused as refused:
            raise (NotLetIn(refused.message) if refused.login else _error(refused)) from refused

    @contextmanager
    def transaction(self, *, force_rollback: bool = False) -> Iterator[None]:
        """Within: a transaction, or a part of one that can be undone by itself."""
        if self._told:
            with self._part(force_rollback):
                yield
            return
        self.begin()
        try:
            yield
        except BaseException:
            with contextlib.suppress(psycopg.Error):
                self.rollback()
            raise
        self.rollback()  # nothing is ever to stay of what the checks say

    @contextmanager
    def _part(self, force_rollback: bool) -> Iterator[None]:
        self._depth += 1
        name, within = f"dro_{self._depth}", self._id
        self.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self._take_back(name, within)
            raise
        else:
            if force_rollback:
                self._take_back(name, within)
            elif self._id == within:
                self.execute(f"RELEASE SAVEPOINT {name}")
        finally:
            self._depth -= 1

    def _take_back(self, name: str, within: str) -> None:
        if self._id == within:  # else it was ended meanwhile, with all its parts
            self.execute(f"ROLLBACK TO SAVEPOINT {name}")

    def rollback(self) -> None:
        """Undo the transaction that is under way."""
        ended, self._id, self._told = self._id, "", False
        if ended:
            self._statements.undo(ended)

    def commit(self) -> None:
        """End the transaction; there is nothing to keep of one that only reads."""
        self.rollback()

    def _say(self, text: str, values: Sequence[Value] = ()) -> Rows:
        try:
            return self._statements.say(text, values, self._id)
        except StatementRefused as refused:
            if refused.cut or refused.sqlstate == "25P01":
                self._id, self._told = "", False  # it is over there
            raise _error(refused) from refused


@contextmanager
def connected(statements: Statements) -> Iterator[Stateless]:
    """Within: a connection that has logged in; all that was said on it is undone."""
    made = Stateless(statements)
    made.begin()
    try:
        yield made
    finally:
        with contextlib.suppress(psycopg.Error, NotMeasured):  # what was asked is answered; what is left times out
            made.rollback()


def _named(text: str, params: Sequence[Any]) -> tuple[str, list[Value]]:
    """A statement with named values in place of psycopg's; a list, of which the API knows none, is written out."""
    left, values = iter(params), list[Value]()

    def replaced(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = next(left)
        if not isinstance(value, str | int | float | None):
            return sql.Literal(value).as_string(None)
        values.append(value)
        return f":p{len(values)}"

    return _PLACEHOLDER.sub(replaced, text), values


def _error(refused: StatementRefused) -> psycopg.Error:
    """The error that psycopg has for a code; without one nobody knows what the database did."""
    if not refused.sqlstate:
        return psycopg.OperationalError(refused.message)
    try:
        kind = errors.lookup(refused.sqlstate)
    except KeyError:
        kind = psycopg.DatabaseError
    told = {DiagnosticField.SQLSTATE: refused.sqlstate, DiagnosticField.MESSAGE_PRIMARY: refused.message}
    made = kind(refused.message, info={int(key): text.encode() for key, text in told.items()})
    made.sqlstate = refused.sqlstate
    return made
