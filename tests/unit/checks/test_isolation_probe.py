"""The negative probe: silence alone is isolation, whatever else production says.

What a real dblink says is in test_isolation_by_dblink.py; the PostgreSQL here has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import psycopg
import pytest

from dr_orchestrator.checks.speech.postgres import probe as probing
from dr_orchestrator.checks.speech.postgres.probe import judged, probe
from dr_orchestrator.domain.run import Probed
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotRecoverable, NotTheCopy
from tests.support.catalogues import catalogue
from tests.support.dblink_servers import closed_port, silent_port

__all__ = ["closed_port", "silent_port"]

SERVER = 'connection to server at "db.prod" (10.0.0.9), port 5432 failed: '
OLD = (
    'could not connect to server: Connection timed out\n\tIs the server running on host "{}" (10.0.0.9) and accepting\n'
    "\tTCP/IP connections on port 5432?"
)
"""In PostgreSQL 12 and 13."""


def untried(seen: Probed) -> str:
    """The words of a probe that did not try production."""
    assert not seen.tried
    return seen.words


def login(url: str) -> Login:
    where = urlsplit(url)
    return Login(
        where.hostname or "", where.port or 0, where.path.strip("/"), where.username or "", where.password or ""
    )


@pytest.mark.parametrize(
    "answer",
    [
        SERVER + "Connection timed out\n\tIs the server running on that host and accepting TCP/IP connections?",
        SERVER + "No route to host",
        SERVER + "Network is unreachable\n" + SERVER + "Connection timed out",
        OLD.format("db.prod"),
        f"{OLD.format('db.prod')}\n{OLD.format('db.prod')}",
    ],
)
def test_silence_is_isolation(answer: str) -> None:
    """No packet came back, or there was no way to send one."""
    seen = judged(answer, "db.prod", 5432)
    assert seen.tried
    assert "does not answer the copy" in seen.words


@pytest.mark.parametrize(
    "answer",
    [
        None,
        SERVER + 'FATAL:  password authentication failed for user "dro_probe"',
        SERVER + 'FATAL:  no pg_hba.conf entry for host "10.99.0.1"',
        SERVER + "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?",
        SERVER + "Connection timed out\n" + SERVER + "FATAL:  the database system is starting up",
        SERVER + "timeout expired",
        SERVER + "could not receive data from server: Connection timed out",
        SERVER + "FATAL:  a proxy's connection failed: No route to host",
        "could not translate host name\n" + SERVER + "Connection refused",
        "something new",
    ],
)
def test_any_answer_is_a_way_to_production(answer: str | None) -> None:
    """A refused login or connection, a fallen silence, one address of several, what nobody has seen yet: all fail."""
    with pytest.raises(NotRecoverable, match=r"the copy reached production at db\.prod:5432"):
        judged(answer, "db.prod", 5432)


@pytest.mark.parametrize(
    "answer",
    [
        SERVER.replace("db.prod", "db.other") + "Connection timed out",
        SERVER.replace("5432", "5433") + "Connection timed out",
        SERVER + "Connection timed out\n" + SERVER.replace("db.prod", "db.other") + "Connection timed out",
        OLD.format("db.other"),
        OLD.format("db.prod").replace("5432", "5433"),
        "could not connect to server: Connection timed out",
    ],
)
def test_the_silence_of_another_place_proves_nothing(answer: str) -> None:
    """Words of silence are believed of the host and port that were asked for, and of no others."""
    assert untried(judged(answer, "db.prod", 5432)).startswith("not probed, for another place was silent: ")


def test_no_foreign_server_can_stand_for_the_target() -> None:
    """dblink takes a text for a foreign server's name first, cut to 63 bytes: these nobody can have foreseen."""
    first, second = (probing._target("db.prod", 5432)[:63] for _ in range(2))
    assert first != second


def test_without_dblink_the_copy_tries_as_a_subscriber(postgres_url: str, closed_port: int) -> None:
    """Its own server connects to a publisher that it asks for: a refused connection is an answer there, too."""
    with pytest.raises(NotRecoverable, match=f"production at 127.0.0.1:{closed_port}: .* failed: Connection refused"):
        probe(login(postgres_url), "127.0.0.1", closed_port)


def test_a_subscriber_hears_silence(postgres_url: str, silent_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network's own word, of the place that was asked for."""
    monkeypatch.setattr(probing, "SILENCE_S", 1)
    told = probe(login(postgres_url), "127.0.0.1", silent_port)
    assert told.tried
    assert told.words.startswith(f"127.0.0.1:{silent_port} does not answer the copy: ")


def test_a_subscriber_that_is_let_in_has_reached_production(postgres_server: str, postgres_url: str) -> None:
    """A publisher of the same login, which has nothing to publish: the connection is what counts."""
    where = login(postgres_server)
    let_in = f"user={where.user} password={where.password} dbname=postgres"
    with mock.patch.object(probing, "_NOBODY", let_in), pytest.raises(NotRecoverable, match="it let the copy in"):
        probe(login(postgres_url), where.host, where.port)
    assert catalogue(postgres_url) == catalogue(postgres_server)


@pytest.mark.parametrize("version", ["", 'subscription "dro_probe_1" '])
def test_what_a_subscriber_says_is_read_in_every_version(version: str) -> None:
    """From PostgreSQL 17 on it names itself."""
    assert probing._SUBSCRIBER.sub("", f"{version}could not connect to the publisher: {SERVER}") == SERVER


def test_a_subscriber_fires_no_event_trigger(postgres_url: str, closed_port: int) -> None:
    """One that cannot be kept from firing ends the probe, with production not tried."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'")
        connection.execute("CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION f()")
        connection.execute("ALTER EVENT TRIGGER watch ENABLE ALWAYS")
    told = untried(probe(login(postgres_url), "127.0.0.1", closed_port))
    assert told.endswith("making a subscription would run event triggers of the restored data: watch")


def test_nothing_is_asked_before_what_comes_first(postgres_url: str, closed_port: int) -> None:
    """What is not the copy is refused with the connection alone: neither a setting nor an extension reached it."""
    seen: list[psycopg.Connection[Any]] = []

    def first(connection: psycopg.Connection[Any]) -> None:
        path = connection.execute("SHOW search_path").fetchone()
        seen.append(connection)
        raise NotTheCopy.told(f"production, whose path is {path}")

    with pytest.raises(NotTheCopy, match=r"production, whose path is \('\"\$user\", public',\)"):
        probe(login(postgres_url), "127.0.0.1", closed_port, first)
    assert seen[0].closed


def test_a_copy_that_cannot_be_asked_is_not_probed(postgres_url: str) -> None:
    """A login that fails on the copy itself says nothing about production."""
    wrong = login(postgres_url.replace("correct-horse", "wrong"))
    assert untried(probe(wrong, "127.0.0.1", 1)).startswith("not probed: connection failed")


def test_a_name_without_an_address_proves_nothing() -> None:
    """Production was not tried: neither a pass nor a failure."""
    answer = 'could not translate host name "db.prod" to address: Name or service not known'
    assert untried(judged(answer, "db.prod", 5432)) == f"not probed, for no address was tried: {answer}"


def test_a_postgresql_that_cannot_tell_silence_is_not_asked(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before version 12 libpq's patience ends alike after silence and after a connection: told, and no pass."""
    monkeypatch.setattr(probing, "_OLDEST", 990_000)
    monkeypatch.setattr(probing, "_AVAILABLE", "SELECT 1")
    assert untried(probe(login(postgres_url), "127.0.0.1", 1)).startswith(
        "not probed: the copy's PostgreSQL is older than 12"
    )


@pytest.fixture
def dblink_raises(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a function in the place of dblink's, which raises an error of this state with these details (SQL)."""

    def raises(state: str, detail: str) -> None:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(
                "CREATE FUNCTION public.dblink_connect(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE "
                f"EXCEPTION 'could not establish connection' USING ERRCODE = '{state}', DETAIL = {detail}; END $$"
            )

    monkeypatch.setattr(probing, "_AVAILABLE", "SELECT 1")
    monkeypatch.setattr(probing, "_INSTALL", "SELECT 1")
    monkeypatch.setattr(probing, "_OWN", "SELECT 'public'")
    return raises


@pytest.mark.parametrize(
    ("state", "message", "reached"),
    [
        ("08001", "FATAL: no such role", True),
        ("08001", SERVER + "Connection timed out", False),
        ("2F003", "password or GSSAPI delegated credentials required", True),
        ("57014", "canceling statement due to statement timeout", True),
        ("42501", "permission denied for function", None),
    ],
)
def test_what_dblink_says_is_heard(
    postgres_url: str, dblink_raises: Callable[[str, str], None], state: str, message: str, reached: bool | None
) -> None:
    """What dblink raises, raised in its place: an answer fails, silence passes, a right that lacks is told.

    A server that asked for no password had let the copy in; one that was waited for until the end is not silence, which
    the network would have told before.
    """
    dblink_raises(state, f"'{message}'")
    if reached:
        with pytest.raises(NotRecoverable, match="reached production"):
            probe(login(postgres_url), "db.prod", 5432)
    else:
        told = probe(login(postgres_url), "db.prod", 5432)
        assert told.tried is (reached is not None)
        assert told.words.startswith("db.prod:5432 does not answer" if told.tried else "not probed")


def test_a_copy_of_another_language_answers_in_english(
    postgres_url: str, dblink_raises: Callable[[str, str], None]
) -> None:
    """What is silence is told by words, so they are asked for in one language, whatever the copy's own is."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET lc_messages TO 'POSIX'")
    dblink_raises("08001", "'said in ' || current_setting('lc_messages')")
    with pytest.raises(NotRecoverable, match=r"said in C$"):
        probe(login(postgres_url), "db.prod", 5432)


def test_a_wait_without_end_is_ended(postgres_url: str, dblink_raises: Callable[[str, str], None]) -> None:
    """From PostgreSQL 16 on dblink waits for ever where a connection says nothing: the copy's server ends it."""
    dblink_raises("08001", "'waits ' || current_setting('statement_timeout')")
    with pytest.raises(NotRecoverable, match=r"waits 5min$"):
        probe(login(postgres_url), "db.prod", 5432)
