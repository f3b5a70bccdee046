"""The lab's web server: AWS calls go through faults and guards to moto, `/lab/...` is the lab's own."""

from __future__ import annotations

import json
import logging
import os
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab import calls, inventory
from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud import functions, layers, trail
from dr_orchestrator.lab.cloud.world import ACCOUNT, SimulatedCloud
from dr_orchestrator.lab.faults import Rule
from dr_orchestrator.lab.twin import Answer, Twin

HOST = "127.0.0.1"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
KEPT = 20_000
"""So many calls are remembered; tests that count them over hours raise it."""
SOON = 0.02
"""Seconds within which the server notices that it is to end."""
# Code, HTTP status and words of the failures that need none given.
_CODES = {
    "access-denied": ("AccessDenied", 403, "is not authorized to perform this action"),
    "expired-token": ("ExpiredToken", 403, "The security token included in the request is expired"),
    "throttle": ("Throttling", 400, "Rate exceeded"),
    "server-error": ("InternalFailure", 500, "The request processing has failed because of an internal error"),
}
_ABSENT = {"resource-explorer-2": ("UnauthorizedException", "The Region has no default view", 401)}
"""The refusals of services that nobody switched on."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One AWS call that the lab has answered, or failed on request (`fault` then names the kind)."""

    at: str
    service: str
    action: str
    params: dict[str, Any]
    status: int
    fault: str = ""


class _Dispatcher(DomainDispatcherApplication):
    """Moto's, which would list its own folder of some 200 services at every call."""

    def __init__(self) -> None:
        super().__init__(_app)
        self.get_backend_for_host = cache(super().get_backend_for_host)  # type: ignore[method-assign]


class Application:
    """The WSGI application around moto's."""

    def __init__(self, world: SimulatedCloud, twins: Sequence[Twin] = ()) -> None:
        self._world, self._twins = world, twins
        self._moto = _Dispatcher()
        self.journal: deque[Entry] = deque(maxlen=KEPT)
        self.closing = threading.Event()
        self._first_used: dict[str, datetime] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        status, headers, body = self._answer(environ)
        start_response(f"{status} {'OK' if status < 400 else 'Error'}", [*headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        path = environ.get("PATH_INFO", "")
        if not _local(environ) or path.startswith("/moto-api"):
            return _told({"error": "the lab answers only its own machine"}, 403)
        self._world.agenda.settle(self._world.defect)
        if path.startswith("/lab/"):
            return self._own(environ, path)
        call = calls.read(environ)
        if call is None:
            return _told({"error": "not a signed AWS call"}, 403)
        rule = self._world.faults.for_call(call.service, call.action, call.resources)
        if rule is not None and rule.kind == "old-token" and not self._too_old(call, rule):
            rule = None
        if rule is not None:
            status, headers, body = self._fail(environ, call, rule)
        else:
            status, headers, body = self._refusal(call) or self._pass_on(environ, call)
        at = self._world.now().isoformat()
        self.journal.append(Entry(at, call.service, call.action, call.told, status, rule.kind if rule else ""))
        trail.record(self._world, call, status)
        return status, headers, body

    def _refusal(self, call: ApiCall) -> Answer | None:
        """The refusals of AWS where moto lets a call pass."""
        refused = _ABSENT.get(call.service) or next(filter(None, (twin.refuses(call) for twin in self._twins)), None)
        return calls.error(call, *refused) if refused else None

    def _pass_on(self, environ: dict[str, Any], call: ApiCall) -> Answer:
        seen: list[Any] = []
        try:
            if (own := next(filter(None, (twin.answers(call) for twin in self._twins)), None)) is not None:
                return own
            body = b"".join(self._moto(environ, lambda status, headers, _=None: seen.extend((status, headers))))
        except NotImplementedError as missing:
            return calls.error(call, "NotImplemented", f"the lab has no {call.service} {call.action}: {missing}", 501)
        except Exception as wrong:  # noqa: BLE001 (a bug of moto's or ours: told as such, in the caller's protocol)
            self._world.defect(f"{call.service} {call.action}: {wrong!r}")
            return calls.error(
                call, "NotImplemented", f"the lab failed on {call.service} {call.action}: {wrong!r}", 501
            )
        status = int(str(seen[0]).split()[0])
        if status >= 400 and (b"Not yet implemented" in body or b"<html" in body[:200].lower()):
            return calls.error(call, "NotImplemented", f"the lab has no {call.service} {call.action}", 501)
        return status, [pair for pair in seen[1] if pair[0].lower() != "content-length"], body

    def _too_old(self, call: ApiCall, rule: Rule) -> bool:
        first = self._first_used.setdefault(call.key, self._world.now())
        return (self._world.now() - first).total_seconds() > rule.seconds

    def _fail(self, environ: dict[str, Any], call: ApiCall, rule: Rule) -> Answer:
        if rule.kind in ("reset", "lost-response"):
            status = self._pass_on(environ, call)[0] if rule.kind == "lost-response" else 0
            at = self._world.now().isoformat()
            self.journal.append(Entry(at, call.service, call.action, call.told, status, rule.kind))
            _reset(environ)
        if rule.kind == "hang":
            self.closing.wait(rule.seconds)
            return calls.error(call, "ServiceUnavailable", "hung, as asked for by a fault rule of the lab", 503)
        if rule.kind == "error":
            return calls.error(call, rule.code, rule.message, rule.http)
        code, http, message = _CODES["expired-token" if rule.kind == "old-token" else rule.kind]
        if rule.kind == "access-denied":
            message = f"User: arn:aws:iam::{ACCOUNT}:user/lab {message}: {call.service}:{call.action}"
        return calls.error(call, code, message, http)

    def _own(self, environ: dict[str, Any], path: str) -> Answer:
        method = environ["REQUEST_METHOD"]
        if path.startswith(functions.PREFIX) and method == "GET":
            status, body = functions.answer(path[len(functions.PREFIX) :].strip("/"))
            return status, [("Content-Type", "application/json")], body
        if path.startswith(layers.PREFIX) and method == "GET":
            status, body = layers.answer(path[len(layers.PREFIX) :])
            return status, [("Content-Type", "application/octet-stream")], body
        reads: dict[str, Callable[[], Any]] = {
            "/lab/journal": lambda: [asdict(entry) for entry in list(self.journal)],
            "/lab/state": lambda: inventory.state(self._world, self._twins),
            "/lab/faults": self._world.faults.listed,
        }
        if method == "GET" and path in reads:
            return _told(reads[path]())
        if path == "/lab/faults" and method in ("POST", "DELETE"):
            return self._change_faults(environ, method)
        return _told({"error": f"no such page: {path}", "pages": sorted(reads)}, 404)

    def _change_faults(self, environ: dict[str, Any], method: str) -> Answer:
        text = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        try:
            given = json.loads(text) if text else {}
            if method == "POST":
                return _told({"id": self._world.faults.add(given)}, 201)
        except (ValueError, LabError) as wrong:
            return _told({"error": str(wrong)}, 400)
        if given.get("id"):
            self._world.faults.remove(int(given["id"]))
        else:
            self._world.faults.clear()
        return _told({"left": len(self._world.faults.listed())})


class Handler(MotoRequestHandler):
    """Quiet: the journal is the log."""

    def connection_dropped(self, *_: Any) -> None:
        """Read no further request from a connection that was cut."""
        self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing; see the journal."""


class WebServer:
    """The server in its thread; its port is whichever was free."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._server: BaseWSGIServer = make_server(HOST, 0, application, threaded=True, request_handler=Handler)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.endpoint = f"http://{HOST}:{self._server.server_port}"
        serve = partial(self._server.serve_forever, poll_interval=SOON)
        self._thread = threading.Thread(target=serve, name="lab-web", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self.application.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _app(service: Any) -> Any:
    app = create_backend_app(service)
    # Flask would turn an exception into an HTML page, which no AWS client can read.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


def _local(environ: dict[str, Any]) -> bool:
    """Whether a request is from a program of this machine: not from afar, not by a name, not from a web page."""
    host = urlsplit("//" + environ.get("HTTP_HOST", "")).hostname
    return environ.get("REMOTE_ADDR") in _LOOPBACK and host in _LOOPBACK and "HTTP_ORIGIN" not in environ


def _reset(environ: dict[str, Any]) -> None:
    """Cut the connection as a dying host does, with a TCP reset."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
    raise ConnectionResetError("asked for by a fault rule of the lab")


def _told(what: Any, status: int = 200) -> Answer:
    return status, [("Content-Type", "application/json")], json.dumps(what, default=str).encode()
