"""The negative probe: silence alone is isolation, whatever else production says."""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
import pytest

from dr_orchestrator.checks import probe as probing
from dr_orchestrator.checks.probe import judged, probe
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotRecoverable
from tests.postgres_server import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

SERVER = 'connection to server at "db.prod" (10.0.0.9), port 5432 failed: '


def login(url: str) -> Login:
    where = urlsplit(url)
    return Login(
        where.hostname or "", where.port or 0, where.path.strip("/"), where.username or "", where.password or ""
    )


@pytest.mark.parametrize(
    "answer",
    [
        SERVER + "timeout expired",
        SERVER + "Connection timed out\n\tIs the server running on that host and accepting TCP/IP connections?",
        SERVER + "No route to host",
        'could not translate host name "db.prod" to address: Name or service not known',
    ],
)
def test_silence_is_isolation(answer: str) -> None:
    """No packet came back, or there was no way to send one."""
    assert "does not answer the copy" in judged(answer, "db.prod", 5432)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        SERVER + 'FATAL:  password authentication failed for user "dro_probe"',
        SERVER + 'FATAL:  no pg_hba.conf entry for host "10.99.0.1"',
        SERVER + "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?",
        SERVER + "timeout expired\n" + SERVER + "FATAL:  the database system is starting up",
        "something new",
    ],
)
def test_any_answer_is_a_way_to_production(answer: str | None) -> None:
    """A refused login, a refused connection, one address of several, and what nobody has seen yet: all fail."""
    with pytest.raises(NotRecoverable, match=r"the copy reached production at db\.prod:5432"):
        judged(answer, "db.prod", 5432)


def test_without_the_extension_nothing_is_claimed(postgres_url: str) -> None:
    """A PostgreSQL that has no dblink cannot be asked to connect: told, and no pass."""
    assert probe(login(postgres_url), "127.0.0.1", 1) == ("not probed: the copy's PostgreSQL has no extension dblink")


def test_a_copy_that_cannot_be_asked_is_not_probed(postgres_url: str) -> None:
    """A login that fails on the copy itself says nothing about production."""
    wrong = login(postgres_url.replace("correct-horse", "wrong"))
    assert probe(wrong, "127.0.0.1", 1).startswith("not probed: connection failed")


@pytest.mark.parametrize(
    ("state", "message", "reached"),
    [
        ("08001", "FATAL: no such role", True),
        ("08001", "timeout expired", False),
        ("2F003", "password or GSSAPI delegated credentials required", True),
        ("42501", "permission denied for function", None),
    ],
)
def test_what_dblink_says_is_heard(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, state: str, message: str, reached: bool | None
) -> None:
    """What dblink raises, raised in its place: an answer fails, silence passes, a right that lacks is told.

    A server that asked for no password had let the copy in.
    """
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION dblink_connect(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            f"'could not establish connection' USING ERRCODE = '{state}', DETAIL = '{message}'; END $$"
        )
    monkeypatch.setattr(probing, "_AVAILABLE", "SELECT 1")
    monkeypatch.setattr(probing, "_INSTALL", "SELECT 1")
    if reached:
        with pytest.raises(NotRecoverable, match="reached production"):
            probe(login(postgres_url), "db.prod", 5432)
    else:
        told = probe(login(postgres_url), "db.prod", 5432)
        assert told.startswith("not probed" if reached is None else "db.prod:5432 does not answer")
