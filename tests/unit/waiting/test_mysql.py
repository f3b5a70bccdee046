"""Connections to MySQL: a password is told to nobody who is not known, and TLS that is asked for is had."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
import pytest
from sqlalchemy.engine import URL

from dr_orchestrator.waiting.mysql import Tls, connect

PASSWORD = "hunter2-of-mine"
_TLS = 0x0800
_PLAIN = 0x00080000 | 0x8000 | 0x0200 | 0x0001


def greeting(plugin: str, flags: int) -> bytes:
    """A server's greeting, which asks for a way to log in."""
    first, last = struct.pack("<H", flags & 0xFFFF), struct.pack("<H", flags >> 16)
    head = b"\x0a8.0.40\0" + struct.pack("<I", 7) + b"12345678\0" + first + b"\x21" + b"\x02\0" + last
    return head + b"\x15" + b"\0" * 10 + b"123456789012\0" + plugin.encode() + b"\0"


@contextmanager
def server(plugin: str, flags: int = _PLAIN, then: bytes = b"") -> Iterator[tuple[int, list[bytes]]]:
    """Something that greets, hears the login, and says one thing more; yields its port and what it heard."""
    heard: list[bytes] = []

    def packet(number: int, said: bytes) -> bytes:
        return struct.pack("<I", len(said))[:3] + bytes([number]) + said

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.settimeout(5)
                peer.sendall(packet(0, greeting(plugin, flags)))
                heard.append(peer.recv(65536))
                if then:
                    peer.sendall(packet(2, then))
                    heard.append(peer.recv(65536))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], heard
    thread.join(5)


def login(port: int, tls: Tls) -> pymysql.Error:
    url = URL.create("mysql+pymysql", "reader", PASSWORD, "127.0.0.1", port, "shop")
    with pytest.raises(pymysql.Error) as told:
        connect(url, what="the copy", connect_s=5, tls=tls)
    assert isinstance(told.value, pymysql.Error)
    return told.value


@pytest.mark.parametrize("tls", [Tls(wanted=True), Tls(wanted=True, verified=True)])
def test_tls_that_is_asked_for_is_had_or_nothing_is_said(tls: Tls) -> None:
    """A server that offers none is told neither user nor password: there is no falling back in silence."""
    with server("mysql_native_password") as (port, heard):
        assert "SSL is required" in str(login(port, tls))
    assert b"reader" not in b"".join(heard)


@pytest.mark.parametrize("plugin", ["caching_sha2_password", "sha256_password", "mysql_clear_password", "dialog"])
def test_an_unverified_server_is_not_told_the_password(plugin: str) -> None:
    """Encrypted, and by whomever: a way that would tell it is refused before a word of it, with what to do."""
    with server(plugin, _PLAIN | _TLS) as (port, heard):
        assert "give a CA" in str(login(port, Tls(wanted=True)))
    assert b"".join(heard) == b""


def test_no_server_talks_us_into_the_plain_password() -> None:
    """Without TLS one may ask for another way in mid-login: the plain one is refused, and the password stays."""
    with server("mysql_native_password", then=b"\xfemysql_clear_password\0") as (port, heard):
        assert "give a CA" in str(login(port, Tls()))
    assert PASSWORD.encode() not in b"".join(heard)


def test_a_server_that_says_nothing_is_given_up() -> None:
    """Within the time to connect, told as that."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = URL.create("mysql+pymysql", "reader", PASSWORD, "127.0.0.1", listening.getsockname()[1], "shop")
        with pytest.raises(pymysql.OperationalError, match="no answer within"):
            connect(url, what="the copy", connect_s=0.2)
