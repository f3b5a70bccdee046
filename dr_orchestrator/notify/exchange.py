"""One request and its whole answer over plain HTTP, made aside; what was given up before it was sent is never sent.

The thread that makes it may hang in the look-up of a name, or in a connect, when nobody waits for it any more: it looks
once more before it sends.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from contextlib import suppress

from dr_orchestrator.notify.address import Address

_MOST_READ = 16 * 1024 * 1024


class Exchange:
    """A request; `begun` is whether anything of it may have been sent, which no more changes once it was given up."""

    def __init__(self, at: Address, within_s: float) -> None:
        self._at, self._within_s = at, within_s
        self._lock = threading.Lock()
        self._link: http.client.HTTPConnection | None = None
        self._given_up = False
        self.begun = False

    def perform(self, method: str, path: str, body: object) -> tuple[int, bytes, str]:
        """Make it, in this thread: its status, its body, and the date that it tells."""
        link = self._made()
        try:
            link.connect()
            self._begin(link)
            link.request(method, f"{self._at.path}/api/v2{path}", _written(body), self._headers(body))
            got = link.getresponse()
            return got.status, got.read(_MOST_READ), str(got.headers.get("date", ""))
        finally:
            link.close()

    def give_up(self) -> None:
        """End it, whatever it waits for."""
        with self._lock:
            self._given_up = True
            wire = self._link.sock if self._link is not None else None
            if wire is not None:
                with suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)

    def _begin(self, link: http.client.HTTPConnection) -> None:
        with self._lock:
            if self._given_up:
                raise ConnectionAbortedError("given up")
            self._link, self.begun = link, True

    def _made(self) -> http.client.HTTPConnection:
        """A link by host and port: of a host of numbers alone the library would take the last one for the port."""
        at = self._at
        if at.scheme == "http":
            return http.client.HTTPConnection(at.host, at.port, timeout=self._within_s)
        trusted = ssl.create_default_context()
        return http.client.HTTPSConnection(at.host, at.port, timeout=self._within_s, context=trusted)

    def _headers(self, body: object) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "dr-orchestrator", "Connection": "close"}
        headers |= {"Authorization": self._at.authorization} if self._at.authorization else {}
        return headers | ({"Content-Type": "application/json"} if body is not None else {})


def _written(body: object) -> bytes | None:
    return None if body is None else json.dumps(body).encode()
