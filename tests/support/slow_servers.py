"""Servers that lie by taking their time: one that answers byte by byte, one that accepts and says nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000000\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Server:
    """A server on a loopback port; `asked` holds each request that reached it, and `cut` how many were cut off."""

    port: int
    asked: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    cut: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def dripping(pause: float = 0.1) -> Iterator[Server]:
    """Within: a server that answers each request with a good head, and then one byte after the other."""

    def drip(server: Server, asking: socket.socket) -> None:
        asking.sendall(HEAD)
        while not server.ended.wait(pause):
            asking.sendall(b"x")

    with _served(drip) as server:
        yield server


@contextmanager
def silent() -> Iterator[Server]:
    """Within: a server that accepts, and never says a word."""
    with _served(lambda server, _asking: server.ended.wait()) as server:
        yield server


@contextmanager
def broken() -> Iterator[Server]:
    """Within: a server that answers each request with a fault in passing, and goes on listening."""

    def refuse(server: Server, asking: socket.socket) -> None:
        asking.sendall(BROKEN)
        while data := asking.recv(65536):
            server.asked.append(data)
            asking.sendall(BROKEN)

    with _served(refuse) as server:
        yield server


@contextmanager
def _served(answer: Callable[[Server, socket.socket], object]) -> Iterator[Server]:
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1])
        open_ones: list[socket.socket] = []

        def serve(asking: socket.socket) -> None:
            with asking:
                try:
                    server.asked.append(asking.recv(65536))
                    answer(server, asking)
                except OSError:
                    server.cut.set()

        def accept() -> None:
            with suppress(OSError):
                while not server.ended.is_set():
                    open_ones.append(listening.accept()[0])
                    threads.append(threading.Thread(target=serve, args=(open_ones[-1],), daemon=True))
                    threads[-1].start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield server
        finally:
            server.ended.set()
            listening.shutdown(socket.SHUT_RDWR)
            for each in open_ones:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
    for thread in (accepting, *threads):
        thread.join(10)
