"""A server on loopback that answers links as servers do: well, badly, slowly, in circles, and by TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DOCUMENT = b"# Runbook\n\nSee [the page](https://example.com/).\n"


@dataclass
class Served:
    """Where it answers, what it was asked (method, path and headers), and how many it served at once at most."""

    port: int
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    at_once: int = 0
    most: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str, scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}/{path}"


@contextmanager
def links(certificate: Path | None = None) -> Iterator[Served]:
    """Within: the server. `/status/404` answers so; `/no-head` knows no HEAD; `/slow` says nothing until it ends."""
    served = Served(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            with served.lock:
                served.asked.append((self.command, self.path, dict(self.headers)))
                served.at_once += 1
                served.most = max(served.most, served.at_once)
            try:
                self._as_asked(self.path.strip("/").split("?")[0])
            finally:
                with served.lock:
                    served.at_once -= 1

        def _as_asked(self, path: str) -> None:
            if path in served.documents:
                kind, body = served.documents[path]
                self._say(200, {"Content-Type": kind}, body)
            elif path.startswith("status/"):
                self._say(int(path.removeprefix("status/")))
            elif path == "no-head":
                self._say(405 if self.command == "HEAD" else 200)
            elif path == "slow":
                served.ended.wait()
            elif path.startswith("to/"):
                self._say(302, {"Location": path.removeprefix("to/")})
            elif path == "circle":
                self._say(302, {"Location": "/circle-back"})
            elif path == "circle-back":
                self._say(302, {"Location": "/circle"})
            elif path.startswith("on/"):
                self._say(302, {"Location": f"/on/{int(path.removeprefix('on/')) + 1}"})
            elif path == "plain":
                self._say(301, {"Location": served.url("status/200", "http", "docs.example")})
            else:
                self._say(200)

        def _say(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.port = server.server_port
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.ended.set()
            server.shutdown()
            thread.join(10)
