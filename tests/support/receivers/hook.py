"""A web hook that keeps what it is told, and answers by a script: well, with an error, never, or not at all."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET, HEADER = "hunter2-in-the-path", "hunter3-in-a-header"

SILENT, CUT = 0, 1
"""Answers of no status: it takes the message and says nothing until the server ends, or drops the connection."""


@dataclass
class Hook:
    """The messages that it took, however it answered; `answers` are its next answers, 200 after those."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    took: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Its URL to Apprise, with a secret in the path and one in a header; it gives up reading after a second."""
        return f"json://127.0.0.1:{self.port}/{SECRET}/?+X-Secret={HEADER}&rto=1&cto=1"

    @property
    def titles(self) -> Counter[str]:
        """How often each title arrived."""
        return Counter(each["title"] for each in self.took)

    @property
    def lines(self) -> list[str]:
        """All lines of all messages."""
        return [line for each in self.took for text in (each["title"], each["message"]) for line in text.splitlines()]


@contextmanager
def hooked(*answers: int) -> Iterator[Hook]:
    """A web hook while inside."""
    hook = Hook(answers=[*answers])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            with hook.lock:
                answer = hook.answers.pop(0) if hook.answers else 200
                if answer < 300:
                    hook.took.append(json.loads(body or b"{}"))
                    hook.headers.append({name.lower(): value for name, value in self.headers.items()})
            if answer == SILENT:
                hook.over.wait()
            if answer in (SILENT, CUT):
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("location", f"http://127.0.0.1:{hook.port}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the library's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            """Whoever was left has gone."""

    with Server(("127.0.0.1", 0), Handler) as server:
        hook.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield hook
        finally:
            hook.over.set()
            server.shutdown()
            thread.join()
