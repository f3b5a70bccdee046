"""Calls of this process to a lab in this process cross no socket.

A third of the time of a drill on the lab is sockets, HTTP and the handing over between two threads. The call itself is
the same: botocore signs and serialises, the lab's WSGI application answers, botocore parses. Where a fault is asked for
that a connection may have to show, and where a request is more than headers and bytes, it goes by the socket.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextvars import Context
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from urllib3 import HTTPHeaderDict, HTTPResponse

from dr_orchestrator.aws.calls import exchange
from dr_orchestrator.lab.server import Application, WebServer
from dr_orchestrator.waiting import stops

_near: dict[str, Application] = {}


def go() -> None:
    """From now on, in this process."""
    start, stop = WebServer.start, WebServer.stop

    def started(self: WebServer) -> None:
        start(self)
        _near[self.endpoint] = self.application

    def stopped(self: WebServer) -> None:
        _near.pop(self.endpoint, None)
        stop(self)

    WebServer.start, WebServer.stop = started, stopped
    for session, before in ((URLLib3Session, _nothing), (exchange._Answers, stops.look)):
        session.send = _sent(session.send, before)


def _sent(send: Callable[[Any, Any], Any], before: Callable[[], None]) -> Callable[[Any, Any], Any]:
    """What sends a request straight on where it may, and else as ever."""

    def sent(self: Any, request: AWSPreparedRequest) -> AWSResponse:
        parts = urlsplit(request.url)
        application = _near.get(f"{parts.scheme}://{parts.netloc}")
        if application is None or application._world.faults.listed() or not _plain(request):
            return send(self, request)
        before()
        return Context().run(_answer, application, request, parts)

    return sent


def _nothing() -> None:
    pass


def _plain(request: AWSPreparedRequest) -> bool:
    return isinstance(request.body, bytes | str | None) and not any(
        "_" in name or name.lower() == "transfer-encoding" for name in request.headers
    )


def _answer(application: Application, request: AWSPreparedRequest, parts: Any) -> AWSResponse:
    told: list[Any] = []
    body = b"".join(application(_environ(request, parts), lambda status, headers: told.extend((status, headers))))
    headers = HTTPHeaderDict([*told[1], ("Date", formatdate(usegmt=True))])  # as a server adds it
    status = int(told[0].split()[0])
    raw = HTTPResponse(io.BytesIO(body), headers, status, preload_content=False, decode_content=False)
    answer = AWSResponse(request.url, status, headers, raw)
    if not request.stream_output:
        _ = answer.content
    return answer


def _environ(request: AWSPreparedRequest, parts: Any) -> dict[str, Any]:
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    environ = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": target,
        "RAW_URI": target,
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": 0,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc,
        "CONTENT_LENGTH": str(len(body)),
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode("latin1") if isinstance(value, bytes) else str(value)
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    return environ
