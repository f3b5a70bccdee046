"""A copy is whole only where all that was restored was read, and sound only where something of it was looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dr_orchestrator.checks.connection import asking
from dr_orchestrator.checks.deep import integrity, reading
from dr_orchestrator.checks.deep.engine import Engine
from dr_orchestrator.checks.deep.mysql import MySQL
from dr_orchestrator.checks.deep.postgres import PostgreSQL
from dr_orchestrator.domain.proof import CHECKSUMS, Integrity, WholeRead
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.lab.mariadb.server import Server as MariaDB
from tests.support.deep_copies import ask
from tests.support.fakes import FakeClock
from tests.support.logins import login_of
from tests.support.mariadb_server import login_to, said
from tests.support.postgres_server import Server

HOUR = timedelta(hours=1)
ORDERS = ("CREATE TABLE orders (id int PRIMARY KEY)", "INSERT INTO orders VALUES (1)")


def read(login: Any, engine: Engine, whole: bool = False) -> CheckResult:
    check = WholeRead("whole", HOUR, whole=whole)
    return reading.perform(check, engine, lambda: asking(login, "SQL"), FakeClock(), 1, "x")


def sound(login: Any, engine: Engine, *require: str) -> CheckResult:
    def connect() -> Any:
        return asking(login, "SQL")

    return integrity.perform(Integrity("sound", HOUR, require), engine, connect, connect, FakeClock())


def test_what_the_login_may_not_see_is_not_called_whole(mariadb_server: MariaDB, mariadb_url: str) -> None:
    """A schema without a right is in no list: only a login that sees every schema can tell that all was read."""
    hidden, login = f"hidden_{uuid4().hex[:8]}", login_to(mariadb_url)
    said(mariadb_url, *ORDERS)
    with mariadb_server.connect() as connection:
        connection.execute(f"CREATE DATABASE {hidden}")
        connection.execute(f"CREATE TABLE {hidden}.payments (id int PRIMARY KEY)")
        try:
            some = read(login, MySQL())
            connection.execute(f"GRANT SELECT ON *.* TO '{login.user}'@'%'")
            all_of_it = read(login, MySQL(), whole=True)
        finally:
            connection.execute(f"DROP DATABASE {hidden}")
    assert (some.outcome, some.figures["whole"], some.figures["tables"]) == (Outcome.PASSED, False, 1)
    assert "it would need SELECT ON *.*" in some.observed
    assert all_of_it.outcome is Outcome.PASSED
    assert (all_of_it.figures["whole"], all_of_it.figures["tables"]) == (True, 2)


def test_another_database_of_the_instance_is_told_with_its_bytes(plain_copy: Server) -> None:
    """A connection reads one database: what stands in another comes from the backup still."""
    ask(plain_copy.url, "CREATE DATABASE beside")
    try:
        found = read(login_of(plain_copy.url), PostgreSQL())
        demanded = read(login_of(plain_copy.url), PostgreSQL(), whole=True)
    finally:
        ask(plain_copy.url, "DROP DATABASE beside WITH (FORCE)")
    assert demanded.outcome is Outcome.INCONCLUSIVE  # who wants to know of all of the copy is not told that it is read
    assert demanded.expected.endswith("none damaged, and all that the copy holds is")
    assert (found.outcome, found.figures["whole"]) == (Outcome.PASSED, False)
    (told,) = (each for each in found.figures["beside"] if each.startswith("the database beside ("))
    assert told.endswith(" MB)")
    assert told in found.observed


def test_large_objects_are_told(plain_copy: Server) -> None:
    """They stand in a catalogue that no table is made of, and are data all the same."""
    ask(plain_copy.url, "SELECT lo_from_bytea(4711, decode(repeat('ab', 5000), 'hex'))")
    try:
        found = read(login_of(plain_copy.url), PostgreSQL())
    finally:
        ask(plain_copy.url, "SELECT lo_unlink(4711)", "VACUUM FULL pg_largeobject")
    assert not found.figures["whole"]
    assert "large objects (" in found.observed


class Slow(MySQL):
    """An engine whose time is over before its first table."""

    def proofs(self, connection: Any, left_s: Any) -> Any:
        return super().proofs(connection, lambda: 0.0)


@pytest.mark.parametrize(("engine", "statements"), [(Slow(), ORDERS), (MySQL(), ())])
def test_a_setting_is_no_proof(mariadb_url: str, engine: MySQL, statements: tuple[str, ...]) -> None:
    """A server that would check pages, and of which none was read, proves nothing of what was restored."""
    said(mariadb_url, "SELECT 1", *statements)
    found = sound(login_to(mariadb_url), engine, CHECKSUMS)
    assert found.outcome is Outcome.INCONCLUSIVE, found.observed
    assert "nothing that was restored was looked at" in found.observed


def test_nor_is_an_empty_database(postgres_url: str) -> None:
    """It is sound in every way, and nothing was restored."""
    assert sound(login_to(postgres_url), PostgreSQL()).outcome is Outcome.INCONCLUSIVE
