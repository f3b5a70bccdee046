"""The proxy: each call goes on to the lab, and what comes back is altered by the first rule that it meets."""

from __future__ import annotations

import http.client
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from dr_orchestrator.lab import calls
from dr_orchestrator.lab.calls import ApiCall
from tests.support.lying.answers import Alter, Answer

_HOP = {"content-length", "connection", "transfer-encoding", "date", "server"}


@dataclass
class Lie:
    """Which answers are altered, and how: `times` of them (0 is all) after the first `after`, by shell patterns.

    A `resource` is any name, id or ARN that the call gives. Errors are let through unless `errors` says so.
    """

    alter: Alter
    action: str = "*"
    service: str = "*"
    resource: str = "*"
    times: int = 0
    after: int = 0
    errors: bool = False
    met: int = field(default=0, init=False)
    told: int = field(default=0, init=False)

    def concerns(self, call: ApiCall, answer: Answer) -> bool:
        """Count an answer that the rule is about; whether it is to be altered."""
        named = self.resource == "*" or any(fnmatchcase(each, self.resource) for each in call.resources)
        fits = fnmatchcase(call.service, self.service) and fnmatchcase(call.action, self.action) and named
        if not fits or not (answer.good or self.errors):
            return False
        self.met += 1
        due = self.met > self.after and (not self.times or self.met <= self.after + self.times)
        self.told += due
        return due


class Proxy:
    """Between the drills and the lab at `upstream`; `heard` are the calls that came, in their order."""

    def __init__(self, upstream: str) -> None:
        self.lies: list[Lie] = []
        self.heard: list[ApiCall] = []
        self.closing = threading.Event()
        self._upstream = urlsplit(upstream).netloc
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def standing(self) -> Iterator[Proxy]:
        """Within: it answers."""
        serving = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        try:
            yield self
        finally:
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()
            serving.join()

    @contextmanager
    def lying(self, *lies: Lie) -> Iterator[None]:
        """Within: answers are altered by these rules."""
        self.lies = list(lies)
        try:
            yield
        finally:
            self.lies = []

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer of the lab to a request, altered where a rule says so."""
        call = calls.read(_environ(method, path, headers, body))
        answer = self._ask(method, path, headers, body)
        if call is None:
            return answer
        with self._lock:
            self.heard.append(call)
            lie = next((each for each in self.lies if each.concerns(call, answer)), None)
            return lie.alter(answer, call) if lie else answer

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        lab = http.client.HTTPConnection(self._upstream, timeout=60)
        try:
            lab.request(method, path, body, {**headers, "Host": self._upstream})
            got = lab.getresponse()
            ours = _HOP - {"content-length"} if method == "HEAD" else _HOP  # the length of what it does not send
            kept = tuple((name, value) for name, value in got.getheaders() if name.lower() not in ours)
            return Answer(got.status, kept, got.read())
        finally:
            lab.close()


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            try:
                self._send(proxy.answer(self.command, self.path, given, body))
            except OSError:  # the lab cut the connection, or the program did
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            sent = answer.body[: answer.sent] if answer.sent is not None else answer.body
            for part in _parts(sent, answer.pause):
                self.wfile.write(part)
                if answer.pause and proxy.closing.wait(answer.pause):
                    break
            if answer.sent is not None or answer.pause:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Nothing: the proxy has heard it."""

    return Handler


def _parts(body: bytes, pause: float) -> Iterator[bytes]:
    return (bytes([each]) for each in body) if pause else iter([body])


def _environ(method: str, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    place, _, query = path.partition("?")
    told = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {
        **told,
        "REQUEST_METHOD": method,
        "PATH_INFO": place,
        "REQUEST_URI": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
