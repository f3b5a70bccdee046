"""AWS's answers: whole within a time, waited for aside so that a stop gets through, and cut off when given up.

Only the exchange of bytes is made aside. All else of a call, the guard, its signature, its tries, stays in the thread
that asks: what was given up is not tried again, and nothing of it is sent any more. What AWS had taken by then is the
case of an answer that was lost: the intent is in the ledger, and the copy is looked for.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.retries.standard import register_retry_handler

from dr_orchestrator.errors import Transient
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.aside import Late, aside
from dr_orchestrator.waiting.told import waiting_for

WHOLE_S = 60.0
"""Real seconds within which the answer to a call must be whole, all of its bytes and in all of its tries."""

SLOWEST = 256 * 1024
"""Bytes a second at which what a call sends has to go, besides: it may be a large file."""

_SPENT = "dro-waited"
_call: ContextVar[tuple[str, dict[str, Any]]] = ContextVar("call", default=("a call", {}))


def watch(session: Any) -> None:
    """Note for each call of a botocore session its name, and how long its answer was waited for."""
    session.register("request-created.*.*", _created, unique_id="dro-answers")


def _created(event_name: str, request: Any, **_: Any) -> None:
    _call.set((":".join(event_name.split(".")[1:]), request.context))


def through(client: Any) -> Any:
    """The client, which from now on waits for its answers, and between two tries, so that a stop ends it."""
    endpoint = client._endpoint
    http = endpoint.http_session
    http._pool_classes_by_scheme.update(http=_Pool, https=_TlsPool)
    endpoint.http_session = _Answers(http)
    _pause_between_tries(client)
    return client


class _Answers:
    """botocore's HTTP session, each exchange of which is made aside."""

    def __init__(self, http: Any) -> None:
        self._http = http

    def send(self, request: Any) -> Any:
        """Send a request; its whole answer, or Transient where that took too long."""
        call, context = _call.get()
        exchange, began, spent = _Exchange(), time.monotonic(), context.get(_SPENT, 0.0)
        whole = WHOLE_S + _size(request) // SLOWEST
        try:
            return aside(
                lambda: exchange.perform(lambda: self._http.send(request)),
                what=f"AWS ({call})",
                within=stops.leaving.at_most(max(0.0, whole - spent)),
                give_up=exchange.give_up,
            )
        except Late:
            told = f"no whole answer within {whole:g} s; it was given up"
            raise Transient(told, "AWS, or what stands before it, is too slow: try again later", call) from None
        finally:
            context[_SPENT] = spent + time.monotonic() - began

    def close(self) -> None:
        """Close what is open and not in use."""
        self._http.close()


def _size(request: Any) -> int:
    """The bytes that a request sends, as its headers tell."""
    told = (str(request.headers.get(name, "")) for name in ("Content-Length", "X-Amz-Decoded-Content-Length"))
    return max((int(each) for each in told if each.isdecimal()), default=0)


class _Exchange:
    """One request and its answer. Once it is given up its connection is cut, and nothing more is sent on it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Any = None
        self._given_up = False

    def perform(self, send: Callable[[], Any]) -> Any:
        """Make it, in this thread."""
        _exchange.set(self)
        try:
            return send()
        finally:
            with self._lock:
                self._connection = None  # by now it may be another exchange's

    def uses(self, connection: Any) -> None:
        """Before each piece that is sent: nothing is, once this was given up."""
        with self._lock:
            if self._given_up:
                raise ConnectionAbortedError("given up")
            self._connection = connection

    def give_up(self) -> None:
        """End it, whatever it waits for."""
        with self._lock:
            self._given_up = True
            wire = getattr(self._connection, "sock", None)
            if wire is not None:
                with suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)


_exchange: ContextVar[_Exchange] = ContextVar("exchange")


class _Cuttable:
    """A connection of an exchange: it looks before it sends, and once more when it had to connect for that."""

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # of the connection that this is mixed into
        _exchange.get().uses(self)

    def send(self, data: Any) -> None:
        _exchange.get().uses(self)
        super().send(data)  # type: ignore[misc]


class _Connection(_Cuttable, AWSHTTPConnection):  # type: ignore[misc]  # botocore is untyped
    pass


class _TlsConnection(_Cuttable, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _Pool(AWSHTTPConnectionPool):  # type: ignore[misc]
    ConnectionCls = _Connection


class _TlsPool(AWSHTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = _TlsConnection


def _pause_between_tries(client: Any) -> None:
    """Put botocore's own retries in, but for its sleep before the next try: nothing gets through to that."""
    events, service = client.meta.events, client.meta.service_model.service_id.hyphenize()
    event, own = f"needs-retry.{service}", f"retry-config-{service}"
    events.unregister(event, unique_id=own)
    handler = register_retry_handler(client, client.meta.config.retries["total_max_attempts"])
    events.unregister(event, unique_id=own)

    def answered(**given: Any) -> float | None:
        pause: float | None = handler.needs_retry(**given)
        if not pause or not stops.is_heeding():
            return pause
        with waiting_for(f"AWS ({':'.join(given['event_name'].split('.')[1:])}), which failed in passing"):
            stops.sleep(pause)
        return 0.0

    events.register(event, answered, unique_id=own)
