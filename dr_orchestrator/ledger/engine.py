"""Opens the database that `DRO_DATABASE_URL` names, and makes every failure of it readable and free of passwords."""

from __future__ import annotations

import math
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, StatementError

from dr_orchestrator.errors import UsageError
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.postgres import Stoppable, connect
from dr_orchestrator.waiting.told import waiting_for

WAIT_SECONDS = 30
"""Real seconds that a SQLite ledger is waited for while another program writes to it."""

ANSWER_S = 30.0
"""Real seconds within which PostgreSQL must answer: one that is gone in mid-answer never does."""

_BUSY_SECONDS = 0.2
"""SQLite's own wait, which nothing gets through to: it is short, and made again."""

_CONNECT_SECONDS = 10
Waiting = Callable[[], AbstractContextManager[object]]
_waiting: ContextVar[Waiting] = ContextVar("waiting for the ledger", default=nullcontext)
_at_most: ContextVar[float | None] = ContextVar("seconds for the ledger", default=None)
_POSTGRESQL = {"postgresql", "postgres", "postgresql+psycopg"}
_SQLITE = {"sqlite", "sqlite+pysqlite"}
_DAMAGES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class LedgerDefect(Exception):
    """A fact that contradicts the record (written twice, without its run, without a zone): the program's own fault."""


class Damaged(UsageError):
    """The ledger's file is no whole SQLite database any more: it answers nothing, however often it is asked."""


class Unanswered(UsageError):
    """The database is locked, restarted or gone; asking again may help. `reason` is what it, or its driver, said."""

    reason = ""


def create(url: str, *, own: bool = False) -> Engine:
    """Open the database; UsageError, naming the setting, where it cannot be reached or is no database of ours.

    `own` marks the ledger that nobody named: its folder is made, and a failure blames no setting.
    """
    parsed = _parse(url)
    sqlite = parsed.drivername in _SQLITE
    try:
        engine = _sqlite(parsed, own) if sqlite else _postgresql(parsed)
        with telling_damage(parsed):
            engine.connect().close()
    except (DBAPIError, OSError) as wrong:
        raise _unopened(parsed, wrong) if own else _unreachable(parsed, wrong) from None
    return engine


def shown(url: URL) -> str:
    """The URL as it may be printed: without password and without options, which can hold one."""
    return url.set(query={}).render_as_string(hide_password=True)


def reading(engine: Engine) -> Engine:
    """The same database for transactions that only read: each sees one instant of it, and none holds up a writer."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reading=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def heard_by(waiting: Waiting) -> Iterator[None]:
    """While inside, this thread is within `waiting()` whenever it waits for the ledger; it may be so several deep."""
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)


def waiting() -> AbstractContextManager[object]:
    """While inside, the ledger is waited for."""
    return _waiting.get()()


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at its end; a database that does not answer is a UsageError, a refusal our defect."""
    try:
        with waiting(), telling_damage(engine.url), engine.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError) as lost:
        stops.look()  # what was given up for a stop says nothing of the database
        raise _unanswered(engine.url, lost) from None
    except StatementError as refused:
        raise LedgerDefect(f"the ledger refused a fact: {refused.orig}") from refused


@contextmanager
def briefly(seconds: float) -> Iterator[None]:
    """While inside, what another program keeps to itself is waited for no longer than this."""
    token = _at_most.set(seconds)
    try:
        yield
    finally:
        _at_most.reset(token)


def alone(connection: Connection, table: Table) -> None:
    """Let no other transaction write to a table until this one ends; in SQLite it is alone from its beginning."""
    if connection.dialect.name == "postgresql":
        _wait_at_most(connection)
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def beside(connection: Connection, table: Table) -> None:
    """Let nobody be `alone` with a table until this transaction ends; others beside it go on.

    Whoever locks a row and then changes it asks for this first: else it would hold the row and wait for the table, of
    one that holds the table and waits for the row.
    """
    if connection.dialect.name == "postgresql":
        _wait_at_most(connection)
        connection.execute(text(f"LOCK TABLE {table.name} IN ROW EXCLUSIVE MODE"))


def _wait_at_most(connection: Connection) -> None:
    if (most := _at_most.get()) is not None:
        connection.execute(text(f"SET LOCAL lock_timeout = {int(most * 1000)}"))


@contextmanager
def telling_damage(url: URL) -> Iterator[None]:
    """Within: a SQLite file that is damaged, or none of SQLite's at all, is told as Damaged."""
    try:
        yield
    except (DBAPIError, sqlite3.DatabaseError) as wrong:
        original = wrong.orig if isinstance(wrong, DBAPIError) else wrong
        if getattr(original, "sqlite_errorcode", 0) & 0xFF not in _DAMAGES:
            raise
        raise Damaged(
            f"the ledger {url.database} is damaged, or no ledger at all: {_reason(wrong)}",
            "restore it from its backup, or name the right file. Copies of drills may live meanwhile: `dro sweep`, "
            "with the restored ledger or a new one (DRO_DATABASE_URL), lists what wears the tag dr-drill:run, and "
            "deletes nothing that its ledger does not hold; one that was still being restored may wear no tag yet, "
            "but is named dro-*",
        ) from None


@contextmanager
def unhurried(connection: Connection) -> Iterator[None]:
    """Within: PostgreSQL may take any time for an answer, as it does to change the schema of a large ledger."""
    made: Any = connection.connection.dbapi_connection
    if not isinstance(made, Stoppable):
        yield
        return
    made.answer_s = math.inf
    yield
    made.answer_s = ANSWER_S


def _unanswered(url: URL, lost: DBAPIError) -> Unanswered:
    silent = Unanswered(
        f"the ledger {shown(url)} does not answer: {_reason(lost)}",
        "see that the database runs and its disk has room; then look at `dro runs` for what is still open",
    )
    silent.reason = _reason(lost)
    return silent


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _wrong(_masked(url), "not a database URL") from None
    if "@" in f"{parsed.host}{parsed.database if parsed.drivername not in _SQLITE else ''}":
        raise _wrong(_masked(url), "an @, : or / inside the password must be percent-encoded")
    if parsed.drivername in _POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in _SQLITE:
        raise _wrong(shown(parsed), f"{parsed.drivername} is not supported")
    if parsed.database in (None, "", ":memory:") or str(parsed.database).startswith("file:"):
        raise _wrong(shown(parsed), "a ledger needs a file of its own")
    return parsed


def _wrong(url: str, reason: str) -> UsageError:
    return UsageError(
        f"DRO_DATABASE_URL={url}: {reason}",
        "write sqlite:////absolute/path/ledger.db or postgresql://USER:PASSWORD@HOST:5432/DATABASE",
    )


def _unopened(url: URL, wrong: Exception) -> UsageError:
    path = Path(str(url.database))
    return UsageError(
        f"the ledger {path} cannot be opened: {_reason(wrong)}",
        f"make {path.parent} writable for this user, or name a workspace that is: DRO_HOME",
    )


def _unreachable(url: URL, wrong: Exception) -> UsageError:
    hint = (
        "choose a file that this user may create and write"
        if url.drivername in _SQLITE
        else "see that the server runs, and that host, port, database, user and password are right"
    )
    return UsageError(f"DRO_DATABASE_URL={shown(url)}: cannot be opened: {_reason(wrong)}", hint)


def _reason(wrong: Exception) -> str:
    # A password is masked where it stands in a URL, never as a text: one that is `p` would mask every p.
    original = wrong.orig if isinstance(wrong, DBAPIError) else wrong
    text = " ".join(str(original).split())
    return re.sub(r"(\w://)\S*@", r"\1***@", text)


def _masked(url: str) -> str:
    # A URL that cannot be parsed: everything but a scheme in front and a host behind may be the password.
    scheme, found, rest = url.partition("?")[0].partition("://")
    if not found:
        return "***"
    return f"{scheme}://***@{rest.rpartition('@')[2]}" if "@" in rest else f"{scheme}://***"


def _postgresql(url: URL) -> Engine:
    timeout = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    name = {} if "application_name" in url.query else {"application_name": "dro"}
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args={**timeout, **name})
    event.listen(engine, "do_connect", _connect)
    return engine


def _connect(_dialect: object, _record: object, given: Sequence[Any], named: Mapping[str, Any]) -> Stoppable:
    return connect(*given, what="the ledger", answer_s=ANSWER_S, **named)


def _sqlite(url: URL, own: bool) -> Engine:
    _make_private_file(Path(str(url.database)), own)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private_file(path: Path, own: bool) -> None:
    # SQLite gives its -wal and -shm files the mode of the database, so that one mode protects all three.
    if own:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}; only the default ledger's is made")  # a typo
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Python's sqlite3 would begin transactions itself, late and only for some statements.
    connection.isolation_level = None
    _turn_wal_on(connection)
    # WAL alone may lose the newest facts when the power fails.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _turn_wal_on(connection: sqlite3.Connection) -> None:
    # The busy timeout does not hold here: two programs that open a new ledger at once would fail without this wait.
    _once_free(lambda: connection.execute("PRAGMA journal_mode=WAL"))


def _begin(connection: Connection) -> None:
    # A transaction that turns from reading to writing fails at once when another writes; IMMEDIATE waits its turn.
    if not connection.get_execution_options().get("reading", False):
        _once_free(partial(connection.exec_driver_sql, "BEGIN IMMEDIATE"))
        return
    connection.exec_driver_sql("BEGIN")
    _once_free(partial(connection.exec_driver_sql, "SELECT 1 FROM sqlite_master LIMIT 1"))


def _once_free(act: Callable[[], object]) -> None:
    """Do what fails while another program keeps the database, again and again; a stop ends that as time does."""
    ends, waits = time.monotonic() + min(WAIT_SECONDS, _at_most.get() or WAIT_SECONDS), False
    with ExitStack() as told:
        while True:
            try:
                act()
            except (sqlite3.OperationalError, OperationalError) as wrong:
                if not _is_busy(wrong) or stops.asked() or time.monotonic() > ends or not stops.leaving.at_most():
                    raise
                if not waits:
                    told.enter_context(waiting_for("the ledger (another program writes to it)"))
                waits = True
                time.sleep(0.01)
            else:
                return


def _is_busy(wrong: sqlite3.OperationalError | OperationalError) -> bool:
    code = getattr(wrong.orig if isinstance(wrong, OperationalError) else wrong, "sqlite_errorcode", 0)
    return int(code) & 0xFF == sqlite3.SQLITE_BUSY
