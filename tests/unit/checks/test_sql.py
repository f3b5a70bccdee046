"""SQL checks: what the database said is what is judged, against the copy and no other server, and secrets stay so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest

from dr_orchestrator.checks.speech import postgres as connections
from dr_orchestrator.checks.speech.postgres import stored
from dr_orchestrator.checks.sql import SqlChecks, _perform, newest
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import NewestRow, Query, RowsAtLeast
from dr_orchestrator.domain.service import Login
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")
SECRET = "hunter2 'quoted\\ pass=word"


class Connection:
    """A connection that answers every statement with the same rows, and remembers the statements.

    What was read was restored: what a real PostgreSQL says of that is in test_stored.py.
    """

    def __init__(self, *rows: tuple[Any, ...]) -> None:
        self.rows, self.asked = list(rows), [""][:0]

    def execute(self, statement: Any, prepare: bool = False) -> Connection:
        self.asked.append(statement if isinstance(statement, str) else statement.as_string(None))
        return self

    def fetchone(self) -> tuple[Any, ...]:
        return self.rows[0]

    def fetchmany(self, most: int) -> list[tuple[Any, ...]]:
        return self.rows[:most]


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "data_read", lambda _connection, _statement: None)
    monkeypatch.setattr(stored, "ordinary", lambda _connection, _table, _column, _statement: None)


@pytest.mark.parametrize(("count", "outcome"), [(10, Outcome.PASSED), (9, Outcome.FAILED), (0, Outcome.FAILED)])
def test_rows_are_counted(count: int, outcome: Outcome) -> None:
    """At least so many, counted; an empty table fails."""
    result = _perform(RowsAtLeast("rows", "shop.orders", 10), Connection((count,)), NOW)
    assert (result.outcome, result.observed) == (outcome, f"{count} rows")


def test_names_are_quoted() -> None:
    """A table or column name is a name, never a piece of SQL."""
    connection = Connection((NOW,))
    check = NewestRow("newest", 'shop.orders"; DROP TABLE orders; --', 'at"')
    _perform(check, connection, NOW)
    assert connection.asked == ['SELECT pg_catalog.max("at""") FROM "shop"."orders""; DROP TABLE orders; --"']


@pytest.mark.parametrize(
    ("rows", "outcome", "observed"),
    [
        ([("42",)], Outcome.PASSED, "42"),
        ([(42,)], Outcome.PASSED, "42"),
        ([(43,)], Outcome.FAILED, "43"),
        ([(None,)], Outcome.FAILED, "NULL, which equals nothing"),
        ([], Outcome.FAILED, "no rows, not one value"),
        ([(42,), (42,)], Outcome.FAILED, "2 rows, not one value"),
        ([(42, 42)], Outcome.FAILED, "1 row, not one value"),
    ],
)
def test_a_query_gives_one_value(rows: list[tuple[Any, ...]], outcome: Outcome, observed: str) -> None:
    """No row, several rows or several columns are not the value that was expected."""
    result = _perform(Query("q", "SELECT 42", "42"), Connection(*rows), NOW)
    assert (result.outcome, result.observed) == (outcome, observed)


def test_null_equals_nothing() -> None:
    """Not the word for it either; a text that reads so is a value like any other."""
    for expected in ("None", "NULL", "null", ""):
        assert _perform(Query("q", "SELECT x FROM t", expected), Connection((None,)), NOW).outcome is Outcome.FAILED
    assert _perform(Query("q", "SELECT x FROM t", "None"), Connection(("None",)), NOW).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (NOW - timedelta(minutes=5), NOW - timedelta(minutes=5)),
        (datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("2026-11-20 08:00:00Z", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (int(NOW.timestamp()), NOW),
    ],
)
def test_the_newest_row_is_read_in_utc(value: object, found: datetime) -> None:
    """With a zone, as text or as Unix seconds: the instant is the same."""
    result = newest(NewestRow("heartbeat", "beat", "at", canary=True), value, NOW)
    assert (result.outcome, result.newest, result.canary) == (Outcome.PASSED, found, True)


@pytest.mark.parametrize("value", [datetime(2026, 11, 20, 8), date(2026, 11, 20), "2026-11-20 08:00:00"])  # noqa: DTZ001
def test_an_instant_without_a_zone_is_not_known(value: object) -> None:
    """A zone that nobody told is not guessed: inconclusive, with what to write; told, it is read in it."""
    with pytest.raises(NotMeasured, match=r"beat.at has no time zone.*`timezone: UTC`"):
        newest(NewestRow("heartbeat", "beat", "at", canary=True), value, NOW)
    found = newest(NewestRow("heartbeat", "beat", "at", canary=True, timezone="Asia/Tokyo"), value, NOW).newest
    assert found == (datetime(2026, 11, 19, 23 if isinstance(value, str | datetime) else 15, tzinfo=UTC))


def test_a_long_answer_is_cut_in_the_evidence_only() -> None:
    """An answer is judged whole and kept in 200 characters: a report is no place to copy data to."""
    long = "x" * 500
    result = _perform(Query("q", "SELECT 1", long), Connection((long,)), NOW)
    assert result.outcome is Outcome.PASSED
    assert result.observed == "x" * 199 + "…"
    assert _perform(Query("q", "SELECT 1", "x"), Connection(("x" * 200,)), NOW).observed == "x" * 200


@pytest.mark.parametrize(("age", "outcome"), [(10, Outcome.PASSED), (10.0001, Outcome.FAILED)])
def test_a_bound_on_the_age_holds(age: float, outcome: Outcome) -> None:
    """`within` is a bound on the age at the reference instant; what was found is kept either way."""
    check = NewestRow("newest", "t", "at", within=timedelta(minutes=10))
    result = newest(check, NOW - timedelta(minutes=age), NOW)
    assert result.outcome is outcome
    assert result.newest is not None


def test_no_row_at_all_is_a_failed_heartbeat() -> None:
    """An empty heartbeat table was restored, and the heartbeat is not in it: that is known, and it is a failure."""
    result = newest(NewestRow("heartbeat", "beat", "at", canary=True), None, NOW)
    assert (result.outcome, result.newest, result.canary) == (Outcome.FAILED, None, True)


@contextmanager
def database(answer: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """Something that listens like a PostgreSQL and answers a start-up as told; yields its port and what it heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    peer.settimeout(5)
                    heard.append(peer.recv(4096))
                    answer(peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def refuse(peer: socket.socket) -> None:
    """Refuse TLS, then the log-in, quoting what a careless server might quote."""
    peer.sendall(b"N")
    peer.recv(4096)
    fields = b"SFATAL\0C28P01\0Mpassword authentication failed\0\0"
    peer.sendall(b"E" + (4 + len(fields)).to_bytes(4, "big") + fields)


@pytest.mark.parametrize("password", [SECRET, "a=b host=evil", "pä\nss", "x\0y", "\udc80bad"])
def test_a_password_is_in_no_error(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the password is made of, a failed log-in tells nothing of it."""
    monkeypatch.delenv("PGHOSTADDR", raising=False)
    check = RowsAtLeast("rows", "orders", 1)
    with database(refuse) as (port, _):
        login = Login("127.0.0.1", port, "orders", "orders", password)
        with pytest.raises((NotMeasured, ValueError)) as told:
            SqlChecks(lambda _: login).perform(check, COPY, NOW)
    assert password not in str(told.value)
    assert password not in repr(login)
    assert "evil" not in str(told.value)


def test_the_environment_cannot_send_a_check_to_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """PGHOSTADDR would make libpq ask another server, production say, and prove the wrong database."""
    with database(refuse) as (port, heard):
        monkeypatch.setenv("PGHOSTADDR", "127.0.0.9")
        login = Login("127.0.0.1", port, "orders", "orders", SECRET)
        with pytest.raises(NotMeasured, match=r"^SQL on dro-x: .*password authentication failed"):
            SqlChecks(lambda _: login).perform(RowsAtLeast("rows", "orders", 1), COPY, NOW)
    assert heard


def test_a_copy_that_does_not_answer_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not being able to ask is no failure of the data: NotMeasured, in one line."""
    monkeypatch.delenv("PGHOSTADDR", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    login = Login("127.0.0.1", port, "orders", "orders", SECRET)
    with pytest.raises(NotMeasured, match=r"^SQL on dro-x: ") as told:
        SqlChecks(lambda _: login).perform(RowsAtLeast("rows", "orders", 1), COPY, NOW)
    assert "\n" not in told.value.message


def test_an_error_of_the_query_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement that the database refuses (no such table) could not tell: it is no proof of loss."""

    class Refusing(Connection):
        def __enter__(self) -> Refusing:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def execute(self, statement: Any, prepare: bool = False) -> Connection:
            raise psycopg.errors.UndefinedTable('relation "orders" does not exist\nLINE 1: ...')

    monkeypatch.setattr(connections, "connect", lambda **_: Refusing())
    login = Login("h", 1, "d", "u", SECRET)
    with pytest.raises(NotMeasured, match=r'^SQL on dro-x: relation "orders" does not exist$'):
        SqlChecks(lambda _: login).perform(RowsAtLeast("rows", "orders", 1), COPY, NOW)
