"""Connections to SQL Server: the password is told to who is vouched for alone, and what waits can be given up."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from dr_orchestrator.waiting.driven import CUT, GONE, EngineError
from dr_orchestrator.waiting.mysql import ANY, Tls
from dr_orchestrator.waiting.sqlserver import UNVOUCHED, SqlServerConnection, connect, is_for
from tests.support.slow_servers import silent
from tests.support.tds_server import TdsServer, tds_server
from tests.support.tls_front import Authority

HOST = "copy.abcdef.us-east-1.rds.amazonaws.com"
PASSWORD = "hunter2-of-mine"


def made(server: TdsServer, tls: Tls = ANY, host: str = HOST, password: str = PASSWORD) -> SqlServerConnection:
    url = URL.create("mssql", "reader", password, host, server.port, "shop")
    return connect(url, what="the copy", connect_s=5, answer_s=5, tls=tls, addresses=("127.0.0.1",))


def refused(server: TdsServer, tls: Tls = ANY, host: str = HOST, password: str = PASSWORD) -> EngineError:
    with pytest.raises(EngineError) as told:
        made(server, tls, host, password)
    return told.value


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority, Path]:
    """The authority that vouches for HOST, another one, and the certificate."""
    folder = tmp_path_factory.mktemp("tds")
    ours = Authority.made(folder, "ours")
    return ours, Authority.made(folder, "another"), ours.certify(HOST, folder)


def test_a_server_that_is_vouched_for_is_asked(authorities: tuple[Authority, Authority, Path]) -> None:
    """By its name, at the one address that was compared; encrypted, and rows come back."""
    ours, _, certificate = authorities
    with tds_server(certificate) as server:
        server.answers["SELECT"] = (("1", "ada"), ("2", "bob"))
        with made(server, Tls(True, True, str(ours.file))) as connection:
            assert connection.execute("SELECT id, name FROM people").fetchall() == [("1", "ada"), ("2", "bob")]
    assert server.logins == [("reader", PASSWORD, "shop")]


def test_whoever_is_not_vouched_for_is_told_no_password(authorities: tuple[Authority, Authority, Path]) -> None:
    """Another authority's, another host's, or none that is asked for: nobody reads a login."""
    ours, another, certificate = authorities
    with tds_server(certificate) as server:
        for tls, host in (
            (Tls(True, True, str(another.file)), HOST),
            (Tls(True, True, str(ours.file)), "other.abcdef.us-east-1.rds.amazonaws.com"),
            (Tls(True), HOST),
        ):
            assert refused(server, tls, host).code == UNVOUCHED
    with tds_server() as plain:
        assert "not supported by server" in refused(plain, Tls(True, True, str(ours.file))).words
    assert server.logins == plain.logins == []


def test_a_server_that_sends_us_on_is_not_followed() -> None:
    """The address that it names was compared with nothing."""
    with tds_server() as server:
        server.elsewhere = "production.example.com"
        assert "sends us on to another server" in refused(server).words


def test_the_first_word_of_a_refusal_counts() -> None:
    """A database that is not there is told as a failed login, too: no other password would open it."""
    with tds_server() as server:
        assert refused(server, password="wrong").code == 18456
        server.refuse = ((4060, "Cannot open database"), (18456, "Login failed"))
        found = refused(server)
    assert (found.code, str(found)) == (4060, "Cannot open database")


def test_values_go_beside_the_statement() -> None:
    """Never within it: texts, numbers, instants with their zone, and nothing."""
    with tds_server() as server, made(server) as connection:
        server.answers["SELECT"] = (("1",),)
        given = ("o'rders", 7, datetime(2026, 5, 1, tzinfo=UTC), None)
        assert connection.execute("SELECT 1 WHERE a = %s AND b = %s AND c = %s AND d = %s", given).fetchone() == ("1",)
        assert connection.execute("SELECT '100%'").fetchone() == ("1",)
    said, plain = server.heard[-2:]
    assert "o'rders" not in said.split("WHERE")[0]
    assert plain == "SELECT '100%'"


def test_an_error_is_told_by_its_number_and_the_session_goes_on() -> None:
    """As the server says it."""
    with tds_server() as server, made(server) as connection:
        server.answers.update({"nothing": (208, "Invalid object name 'nothing'."), "SELECT 1": (("1",),)})
        with pytest.raises(EngineError, match="Invalid object") as told:
            connection.execute("SELECT * FROM nothing")
        assert told.value.code == 208
        assert connection.execute("SELECT 1").fetchone() == ("1",)


def test_a_statement_is_cut_short_and_the_session_goes_on() -> None:
    """By an attention, which the server acknowledges; a whole answer comes to the next statement."""
    with tds_server() as server, made(server) as connection:
        server.answers.update({"slow": 1.0, "SELECT 1": (("1",),)})
        connection.bound(0.2)
        with pytest.raises(EngineError) as told:
            connection.execute("SELECT slow")
        assert told.value.code == CUT
        connection.bound(5)
        assert connection.execute("SELECT 1").fetchone() == ("1",)
    assert server.cancelled == 1


def test_an_answer_that_does_not_come_is_given_up() -> None:
    """And the connection with it, within its time."""
    with tds_server() as server, made(server) as connection:
        server.answers["slow"] = 1.0
        connection.answer_s, began = 0.2, time.monotonic()
        with pytest.raises(EngineError, match="no answer within") as told:
            connection.execute("SELECT slow")
        assert (told.value.code, connection.closed) == (GONE, True)
        assert time.monotonic() - began < 5


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    """Nor is one that is not there."""
    with silent() as server, pytest.raises(EngineError) as told:
        url = URL.create("mssql", "reader", PASSWORD, "127.0.0.1", server.port, "shop")
        connect(url, what="the copy", connect_s=0.3, answer_s=5)
    assert told.value.code in (GONE, CUT)


@pytest.mark.parametrize(
    ("host", "names", "held"),
    [
        ("a.rds.amazonaws.com", ["A.rds.amazonaws.com"], True),
        ("a.rds.amazonaws.com.", ["a.rds.amazonaws.com"], True),
        ("a.rds.amazonaws.com", ["*.rds.amazonaws.com"], True),
        ("a.b.rds.amazonaws.com", ["*.rds.amazonaws.com"], False),
        ("localhost", ["*"], False),
        ("a.com", ["*.com"], False),
        ("a.rds.amazonaws.com", [], False),
    ],
)
def test_a_certificate_is_for_the_host_that_it_names(host: str, names: list[str], held: bool) -> None:
    """A star stands for the first part of a name, and for no whole domain."""
    assert is_for(host, names) is held
