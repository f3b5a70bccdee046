"""A server that speaks TDS, as far as logins and plain statements go: it answers what a test says, as SQL Server would.

It was written by Microsoft's description of the protocol, [MS-TDS]; nobody has held it beside a real server.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PRELOGIN, LOGIN, BATCH, RPC, ATTENTION, REPLY = 0x12, 0x10, 0x01, 0x03, 0x06, 0x04
ENCRYPTED, PLAIN = 0x01, 0x02

Said = Sequence[tuple[str, ...]] | tuple[int, str] | float
"""The answer to a statement: rows of texts, an error by number and words, or so many seconds of silence."""


@dataclass
class TdsServer:
    """What a server knows and heard: `answers` by a part of the statement, `refuse` the error of every login."""

    port: int
    password: str = "hunter2-of-mine"
    answers: dict[str, Said] = field(default_factory=dict)
    refuse: tuple[tuple[int, str], ...] = ()
    elsewhere: str = ""
    heard: list[str] = field(default_factory=list)
    logins: list[tuple[str, str, str]] = field(default_factory=list)
    cancelled: int = 0


@contextmanager
def tds_server(certificate: Path | None = None) -> Iterator[TdsServer]:
    """Within: one on loopback; with a certificate it wants all to be encrypted."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = TdsServer(int(listening.getsockname()[1]))
        threading.Thread(target=_serve, args=(listening, server, certificate), daemon=True).start()
        try:
            yield server
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)  # no close wakes who waits for the next


def _serve(listening: socket.socket, server: TdsServer, certificate: Path | None) -> None:
    with contextlib.suppress(OSError):
        while True:
            peer, _ = listening.accept()
            threading.Thread(target=_speak, args=(peer, server, certificate), daemon=True).start()


def _speak(peer: socket.socket, server: TdsServer, certificate: Path | None) -> None:
    with peer, contextlib.suppress(OSError, EOFError):
        peer.settimeout(10)
        line = _Line(peer)
        line.read()
        line.write(REPLY, _prelogin(ENCRYPTED if certificate else PLAIN))
        if certificate:
            line.encrypt(certificate)
        _, login = line.read()
        user, password, database = _login(login)
        server.logins.append((user, password, database))
        if server.refuse or password != server.password:
            told = server.refuse or ((18456, f"Login failed for user '{user}'."),)
            line.write(REPLY, b"".join(_error(*each) for each in told) + _done(0x02))
            return
        line.write(REPLY, _collation() + _opened(database) + _route(server.elsewhere) + _ack() + _done(0))
        while True:
            kind, said = line.read()
            if kind == ATTENTION:
                server.cancelled += 1
                line.write(REPLY, _done(0x20))
                continue
            (skipped,) = struct.unpack_from("<I", said)
            text = (
                said[skipped:].decode("utf-16-le", "replace") if kind == BATCH else said.decode("utf-16-le", "replace")
            )
            server.heard.append(text)
            answer = next((each for part, each in server.answers.items() if part in text), ())
            if isinstance(answer, float):
                time.sleep(0)  # nothing is said: what comes next is an attention, or the end
                continue
            line.write(REPLY, _answer(answer))


class _Line:
    """The packets of a connection, encrypted once that was agreed."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._tls: ssl.SSLObject | None = None
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()

    def read(self) -> tuple[int, bytes]:
        body = b""
        while True:
            head = self._take(8)
            kind, last, size = struct.unpack(">BBH", head[:4])
            body += self._take(size - 8)
            if last & 1:
                return kind, body

    def write(self, kind: int, body: bytes) -> None:
        self._put(struct.pack(">BBHHBB", kind, 1, len(body) + 8, 0, 1, 0) + body)

    def encrypt(self, certificate: Path) -> None:
        """The handshake, which goes in packets of its own."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate)
        tls = context.wrap_bio(self._in, self._out, server_side=True)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                if out := self._out.read():
                    self.write(PRELOGIN, out)
                self._in.write(self.read()[1])
        if out := self._out.read():
            self.write(PRELOGIN, out)
        self._tls = tls

    def _take(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            found += self._some(size - len(found))
        return found

    def _some(self, size: int) -> bytes:
        while self._tls is not None:
            try:
                return self._tls.read(size)
            except ssl.SSLWantReadError:
                came = self._peer.recv(65536)
                if not came:
                    raise EOFError from None
                self._in.write(came)
        came = self._peer.recv(size)
        if not came:
            raise EOFError
        return came

    def _put(self, data: bytes) -> None:
        if self._tls is None:
            self._peer.sendall(data)
            return
        self._tls.write(data)
        self._peer.sendall(self._out.read())


def _prelogin(encryption: int) -> bytes:
    options = struct.pack(">BHH", 0, 11, 6) + struct.pack(">BHH", 1, 17, 1) + b"\xff"
    return options + struct.pack(">LH", 0x10000FA0, 0) + bytes([encryption])


def _login(body: bytes) -> tuple[str, str, str]:
    """User, password and database of LOGIN7."""
    places = [struct.unpack_from("<HH", body, 36 + 4 * number) for number in range(9)]
    user, password, database = (body[at : at + 2 * length] for at, length in (places[1], places[2], places[8]))
    plain = bytes(((each ^ 0xA5) << 4 | (each ^ 0xA5) >> 4) & 0xFF for each in password)
    return user.decode("utf-16-le"), plain.decode("utf-16-le"), database.decode("utf-16-le")


def _ack() -> bytes:
    name = "Microsoft SQL Server".encode("utf-16-le")
    body = b"\x01" + struct.pack(">I", 0x74000004) + bytes([len(name) // 2]) + name + struct.pack(">I", 0x10000FA0)
    return b"\xad" + struct.pack("<H", len(body)) + body


def _route(host: str) -> bytes:
    if not host:
        return b""
    value = b"\x00" + struct.pack("<HH", 1433, len(host)) + host.encode("utf-16-le")
    body = b"\x14" + struct.pack("<H", len(value)) + value + b"\x00\x00"
    return b"\xe3" + struct.pack("<H", len(body)) + body


def _collation() -> bytes:
    body = b"\x07\x05\x09\x04\xd0\x00\x34\x00"
    return b"\xe3" + struct.pack("<H", len(body)) + body


def _opened(database: str) -> bytes:
    name = bytes([len(database)]) + database.encode("utf-16-le")
    body = b"\x01" + name + b"\x00"
    return b"\xe3" + struct.pack("<H", len(body)) + body


def _done(status: int) -> bytes:
    return b"\xfd" + struct.pack("<HHQ", status, 0, 0)


def _error(number: int, words: str) -> bytes:
    text = words.encode("utf-16-le")
    body = struct.pack("<iBBH", number, 1, 16, len(words)) + text + b"\x00\x00" + struct.pack("<i", 1)
    return b"\xaa" + struct.pack("<H", len(body)) + body


def _answer(said: Sequence[tuple[str, ...]] | tuple[int, str]) -> bytes:
    if said and isinstance(said[0], int):
        return _error(int(said[0]), str(said[1])) + _done(0x02)
    rows = [row for row in said if isinstance(row, tuple)]
    if not rows:
        return _done(0)
    column = (
        struct.pack("<IHB", 0, 1, 0xE7)
        + struct.pack("<H", 8000)
        + b"\x09\x04\xd0\x00\x34"
        + b"\x01"
        + "c".encode("utf-16-le")
    )
    told = b"\x81" + struct.pack("<H", len(rows[0])) + column * len(rows[0])
    for row in rows:
        told += b"\xd1" + b"".join(struct.pack("<H", 2 * len(each)) + each.encode("utf-16-le") for each in row)
    return told + b"\xfd" + struct.pack("<HHQ", 0x10, 0xC1, len(rows))
