"""What stands at a copy's address is not believed to be the copy: by names, addresses, ports, and the server itself."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

import psycopg
import pytest

from dr_orchestrator.checks import apart
from dr_orchestrator.checks.apart import Address, Apart
from dr_orchestrator.checks.speech import mysql, postgres
from dr_orchestrator.checks.speech.protocol import Started
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import RowsAtLeast
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured, NotTheCopy, Transient
from tests.support.dblink_servers import closed_port
from tests.support.fakes import FakeClock
from tests.support.logins import login_of
from tests.support.postgres_server import Server, running

__all__ = ["closed_port"]

COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")
THERE = Login("copy.internal", 5432, "shop", "reader", "secret")
NAMES = {
    "copy.internal": {"10.9.0.1", "fd00::1"},
    "db.prod": {"10.0.0.9"},
    "readers.prod": {"10.0.0.10", "10.0.0.11"},
    "alias.internal": {"10.9.0.2", "10.0.0.11"},
    "127.0.0.1": {"127.0.0.1"},
    "localhost": {"127.0.0.1", "::1"},
}
REALLY = apart.resolved
PRODUCTION = [("db.prod", 5432), ("readers.prod", 5432)]


class Forging(FakeClock):
    """A clock at the machine's own pace."""

    pace = 1.0


@pytest.fixture(autouse=True)
def names(request: pytest.FixtureRequest) -> Any:
    """The name server: what it does not know has no address."""
    with mock.patch.object(apart, "resolved", lambda host, _port: NAMES.get(host.rstrip(".").lower(), set())):
        yield


def compare(host: str, port: int = 5432, production: list[Address] = PRODUCTION) -> Login:
    there = replace(THERE, host=host, port=port)
    return Apart(lambda _: there, lambda: production, lambda _: FakeClock().now(), FakeClock()).login(COPY)


@pytest.mark.parametrize("host", ["db.prod", "DB.Prod", "db.prod.", "readers.prod", "alias.internal", "10.0.0.9"])
@pytest.mark.parametrize("port", [5432, 5433])
def test_an_address_of_production_is_refused_before_a_connection(host: str, port: int) -> None:
    """By its name however written, by any address that it shares, whatever the port; the words say so."""
    with mock.patch.dict(NAMES, {"10.0.0.9": {"10.0.0.9"}}), pytest.raises(NotTheCopy) as told:
        compare(host, port)
    assert told.value.message.startswith(f"the copy is said to stand at {host}:{port}, where production is: ")
    assert told.value.message.endswith("nothing else was asked of it")


@pytest.mark.parametrize(("host", "port"), [("db.prod", 5432), ("DB.Prod", 5432), ("db.prod.", 5432), ("db.prod", 1)])
def test_a_name_that_is_productions_is_refused_though_it_has_no_address(host: str, port: int) -> None:
    """Where no name server answers, the name alone says it, however written, and whatever the port."""
    with mock.patch.dict(NAMES, clear=True), pytest.raises(NotTheCopy):
        compare(host, port)


@pytest.mark.parametrize(("told", "follows"), [((0, 0), False), ((1, 0), True), ((0, 1), True), (None, True)])
def test_a_reader_of_aurora_mysql_is_known_by_either_of_its_variables(told: Any, follows: bool) -> None:
    """RDS sets `read_only` of a replica; Aurora tells of a reader by `innodb_read_only`."""
    said: list[str] = []
    connection = SimpleNamespace(execute=lambda text: said.append(text) or SimpleNamespace(fetchone=lambda: told))
    assert mysql.AuroraMySQL().follows(connection) is follows
    assert "innodb_read_only" in said[0]


@pytest.mark.parametrize("follows", [False, True])
def test_what_spans_two_regions_is_asked_only_where_it_writes(follows: bool) -> None:
    """A name may lead for a while to the region that was left: what it says is no proof of the other, and passes."""
    clock = FakeClock()
    started = Started(0.0, 0.0)
    spoken = SimpleNamespace(started=lambda _: started, follows=lambda _: follows)
    found = Apart(lambda _: THERE, lambda: PRODUCTION, lambda _: clock.now(), clock)
    with mock.patch.object(apart, "spoken_on", lambda _: spoken):
        found.prove(COPY, object())
        if not follows:
            found.prove_to_write(COPY, object())
            return
        with pytest.raises(Transient, match="only reads"):
            found.prove_to_write(COPY, object())


def test_what_was_compared_is_connected_to_and_nothing_else() -> None:
    """The name may mean another address a moment later: libpq is given those that were compared."""
    there = compare("copy.internal")
    assert there.addresses == ("10.9.0.1", "fd00::1")
    assert (there.parameters["hostaddr"], there.parameters["host"]) == (
        "10.9.0.1,fd00::1",
        "copy.internal,copy.internal",
    )


def test_on_one_machine_a_server_is_known_by_its_port() -> None:
    """As in a lab: production beside the copy on loopback; its own port is refused by every name."""
    production = [("127.0.0.1", 5432)]
    assert compare("localhost", 5433, production).addresses == ("127.0.0.1", "::1")
    with pytest.raises(NotTheCopy):
        compare("localhost", 5432, production)


@pytest.mark.parametrize(("host", "production"), [("nowhere.internal", PRODUCTION), ("copy.internal", [])])
def test_what_cannot_be_compared_is_not_asked(host: str, production: list[Address]) -> None:
    """A copy without an address, a production without one: not known, so not connected to."""
    with pytest.raises(NotMeasured, match="compared"):
        compare(host, production=production)


def test_addresses_are_looked_up_in_every_version_and_as_one() -> None:
    """IPv4 that is written as IPv6 is the same place; a name that is none has no address."""
    found = [(0, 0, 0, "", ("::ffff:10.0.0.9", 1, 0, 0)), (0, 0, 0, "", ("fd00::1", 1, 0, 0))]
    with mock.patch.object(socket, "getaddrinfo", return_value=found):
        assert REALLY("db.prod", 5432) == {"10.0.0.9", "fd00::1"}
    assert REALLY("x" * 64, 5432) == set()
    assert REALLY("/run/postgresql", 5432) == set()


def proving(url: str, asked_ago: float, source: str = "", pace: float = 1.0) -> tuple[Apart, Login]:
    """What proves of a server that it is a copy which was asked for so many seconds ago."""
    clock = Forging()
    clock.pace = pace
    there, asked = login_of(url), clock.now() - timedelta(seconds=asked_ago)
    reading = (lambda: login_of(source)) if source else None
    return Apart(lambda _: there, lambda: PRODUCTION, lambda _: asked, clock, reading), there


def seconds_up(url: str) -> float:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())").fetchone()
    assert row is not None
    return float(row[0])


@pytest.fixture(scope="module")
def old_server() -> Any:
    """A server of this module's own, whose log tells every statement that it is given."""
    with running() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET log_statement = 'all'")
            connection.execute("CREATE TABLE kept AS SELECT 1 AS row")
            connection.execute("SELECT pg_reload_conf()")
        yield server


def performed(apart: Apart) -> Any:
    suite = Suite((RowsAtLeast("rows", "kept", 1),), FakeClock(), SqlChecks(apart.login, prove=apart.prove))
    return suite.all(COPY, (), FakeClock().now())


def test_a_server_that_was_there_before_the_copy_was_asked_for_is_not_the_copy(old_server: Server) -> None:
    """As where both endpoints were swapped: it is asked when it started, and no check after that."""
    noted, up = old_server.data / "server.log", seconds_up(old_server.url)
    before = len(noted.read_text())
    proof, _ = proving(old_server.url, asked_ago=0.0, pace=2 * apart.SKEW.total_seconds() / up)
    told = r"has run for .*, and the copy was asked for 0 s ago; nothing else was asked of it"
    with pytest.raises(NotTheCopy, match=told):
        performed(proof)
    with pytest.raises(NotTheCopy, match=told):
        SqlChecks(proof.login, prove=proof.prove).answers(COPY)
    said = re.findall("statement: (.*)", noted.read_text()[before:])
    assert [each for each in said if each not in ("BEGIN", "ROLLBACK")] == [postgres._STARTED] * 2


def test_a_server_that_started_since_is_the_copy(old_server: Server) -> None:
    """Its checks are performed, however long ago production was started."""
    proof, _ = proving(old_server.url, asked_ago=seconds_up(old_server.url) + 1)
    (result,) = performed(proof)
    assert result.outcome == "passed"


def test_clocks_may_differ_by_their_tolerance(old_server: Server) -> None:
    """A ledger's clock that is behind the server's does not make the copy a stranger."""
    proof, there = proving(old_server.url, asked_ago=seconds_up(old_server.url) - 290)
    with psycopg.connect(**there.parameters) as connection:
        proof.prove(COPY, connection)


def test_a_server_that_is_productions_own_is_not_the_copy(old_server: Server, postgres_server: str) -> None:
    """Behind a proxy of another name and address: the same start, to the microsecond, is the same server."""
    proof, there = proving(old_server.url, asked_ago=9e9, source=old_server.url)
    with psycopg.connect(**there.parameters) as connection, pytest.raises(NotTheCopy, match="production's own server"):
        proof.prove(COPY, connection)
    other, _ = proving(old_server.url, asked_ago=9e9, source=postgres_server)
    with psycopg.connect(**there.parameters) as connection:
        other.prove(COPY, connection)


def test_a_source_that_cannot_be_read_is_tried_once(old_server: Server, closed_port: int) -> None:
    """What it costs lies on the recovery's clock; the other proofs hold all the same."""
    tried: list[int] = []

    def source() -> Login:
        tried.append(1)
        return Login("127.0.0.1", closed_port, "shop", "u", "p")

    clock, there = Forging(), login_of(old_server.url)
    proof = Apart(lambda _: there, lambda: PRODUCTION, lambda _: clock.now() - timedelta(days=1), clock, source)
    with psycopg.connect(**there.parameters) as connection:
        proof.prove(COPY, connection)
        proof._ours.clear()
        proof.prove(COPY, connection)
    assert tried == [1]
