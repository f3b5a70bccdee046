"""Connections to Oracle: what the driver is told and tells; the server itself is none that this machine has."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import oracledb
import pytest
from sqlalchemy.engine import URL

from dr_orchestrator.waiting import oracle
from dr_orchestrator.waiting.driven import CUT, GONE, EngineError
from dr_orchestrator.waiting.mysql import ANY, Tls
from dr_orchestrator.waiting.oracle import names
from tests.support.tls_front import Authority

HOST = "copy.abcdef.us-east-1.rds.amazonaws.com"


class Raw:
    """The driver's connection, whose every statement comes to the same end."""

    call_timeout = 0

    def __init__(self, end: Exception | None = None, rows: list[tuple[Any, ...]] | None = None) -> None:
        self.end, self.rows, self.closed, self.said = end, rows or [], False, list[tuple[str, list[Any]]]()

    def cursor(self) -> Raw:
        return self

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    description = (("ID",),)

    def execute(self, text: str, given: list[Any]) -> None:
        self.said.append((text, given))
        if self.end:
            raise self.end

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows

    def close(self) -> None:
        self.closed = True


def failed(code: str, words: str = "the words") -> oracledb.DatabaseError:
    return oracledb.DatabaseError(SimpleNamespace(full_code=code, message=f"{code}: {words}"))


def opened(monkeypatch: pytest.MonkeyPatch, end: Any, tls: Tls = ANY) -> tuple[oracle.OracleConnection, list[Any]]:
    """A connection whose driver ends so; and what the driver was told."""
    told: list[Any] = []

    def connect(**named: Any) -> Any:
        told.append(named)
        if isinstance(end, Exception):
            raise end
        return end

    monkeypatch.setattr(oracledb, "connect", connect)
    url = URL.create("oracle+oracledb", "reader", "hunter2", HOST, 1521, "ORCL")
    return oracle.connect(url, what="the copy", connect_s=5, answer_s=5, tls=tls, addresses=("127.0.0.1",)), told


def test_the_address_that_was_compared_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the service's name, without TLS where none is asked for; nothing is tried again behind our back."""
    made, (told,) = opened(monkeypatch, Raw(rows=[(1,)]))
    with made as connection:
        assert connection.execute("SELECT 1 FROM DUAL", (7,)).fetchone() == (1,)
    assert (told["host"], told["port"], told["service_name"], told["protocol"]) == ("127.0.0.1", 1521, "ORCL", "tcp")
    assert (told["retry_count"], told["user"]) == (0, "reader")


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("ORA-01017", 1017),
        ("ORA-28000", 28000),
        ("ORA-00942", 942),
        ("ORA-12541", GONE),
        ("ORA-03113", GONE),
        ("DPY-4024", CUT),
        ("DPY-4011", GONE),
        ("DPY-3010", 0),
    ],
)
def test_errors_are_told_by_their_numbers(monkeypatch: pytest.MonkeyPatch, code: str, number: int) -> None:
    """The driver's own that end a connection, or a call, are told as such; no other passes for them."""
    made, _ = opened(monkeypatch, Raw(end=failed(code)))
    with pytest.raises(EngineError, match="the words") as told:
        made.execute("SELECT 1 FROM DUAL")
    assert told.value.code == number


def test_a_refused_login_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the server's number, by which another password is tried."""
    with pytest.raises(EngineError) as told:
        opened(monkeypatch, failed("ORA-01017", "invalid username/password"))
    assert told.value.code == 1017


def test_a_bound_is_the_drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    """In milliseconds; it breaks the call and keeps the session."""
    raw = Raw()
    made, _ = opened(monkeypatch, raw)
    made.bound(1.5)
    assert raw.call_timeout == 1500
    made.close()
    assert raw.closed


def test_types_are_fetched_as_they_are_judged() -> None:
    """Numbers exactly, long texts as texts, our own instants in UTC, all else as the driver does."""

    def var(kind: Any, **named: Any) -> Any:
        return kind, named.get("outconverter")

    cursor = SimpleNamespace(arraysize=100, var=var)

    def fetched(name: str, kind: Any) -> Any:
        return oracle._typed(cursor, SimpleNamespace(name=name, type_code=kind))

    assert fetched("N", oracledb.DB_TYPE_NUMBER)[0].__name__ == "Decimal"
    assert fetched("C", oracledb.DB_TYPE_CLOB)[0] is oracledb.DB_TYPE_LONG
    assert fetched("V", oracledb.DB_TYPE_VARCHAR) is None
    _, made = fetched(names.IN_UTC, oracledb.DB_TYPE_TIMESTAMP)
    assert made(datetime(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001 - as the driver gives it


@contextmanager
def tls_server(certificate: Path) -> Iterator[int]:
    """Within: a port at which TLS is spoken, and then nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            peer, _ = listening.accept()
            try:
                context.wrap_socket(peer, server_side=True).close()
            except OSError:
                peer.close()

        threading.Thread(target=serve, daemon=True).start()
        yield int(listening.getsockname()[1])


@pytest.mark.parametrize(("host", "why"), [(HOST, ""), ("other.rds.amazonaws.com", "mismatch")])
def test_tls_is_held_to_the_name_whatever_the_driver_asks(tmp_path: Path, host: str, why: str) -> None:
    """The driver turns the look at names off, and names the address; the context holds to the host all the same."""
    ours = Authority.made(tmp_path, "ours")
    context = oracle._context(host, Tls(True, True, str(ours.file)))
    assert context is not None
    context.check_hostname = False  # as the driver does
    with tls_server(ours.certify(HOST, tmp_path)) as port, socket.create_connection(("127.0.0.1", port)) as raw:
        if not why:
            context.wrap_socket(raw, server_hostname=None).close()
            return
        with pytest.raises(ssl.SSLCertVerificationError, match=why):
            context.wrap_socket(raw, server_hostname=None)


def test_tls_of_another_authority_is_none(tmp_path: Path) -> None:
    """Nothing is told to whom nobody vouches for."""
    ours, another = Authority.made(tmp_path, "ours"), Authority.made(tmp_path, "another")
    context = oracle._context(HOST, Tls(True, True, str(another.file)))
    assert context is not None
    with (
        tls_server(ours.certify(HOST, tmp_path)) as port,
        socket.create_connection(("127.0.0.1", port)) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(raw)
    assert oracle._context(HOST, Tls()) is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("orders", '"ORDERS"'),
        ("shop.orders", '"SHOP"."ORDERS"'),
        ("Shop.Orders", '"Shop"."Orders"'),
        ('shop."orders"', '"SHOP"."orders"'),
    ],
)
def test_names_are_those_that_oracle_reads(written: str, said: str) -> None:
    """In lower case, as without quotes; else exactly; and each is told so that it is read again."""
    assert names.quoted(written) == said
    for name in ("ORDERS", "orders", "Orders"):
        assert names.kept(names.written(name)) == name
