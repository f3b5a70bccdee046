"""An Alertmanager of a test's own: API v2 of silences, by a test's clock, which answers as it is told."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dr_orchestrator.domain.ports import Clock

SECRET, TOKEN = "hunter2-in-the-path", "hunter3-the-token"

SILENT, CUT, CUT_BEFORE = 1, 2, 3
"""Answers of no status: it takes the request and says nothing until the server ends, or drops the connection after it
took it, or before.
"""


@dataclass
class Alerts:
    """The silences that it holds, by id; `answers` are its next ones by method, as it should after those.

    `says` are its next bodies by method, `date` is what it tells of its time, its clock's where that is empty. An `old`
    one knows no 404 for DELETE, as those up to 0.25.
    """

    clock: Clock
    port: int = 0
    answers: dict[str, list[int]] = field(default_factory=dict)
    says: dict[str, list[Any]] = field(default_factory=dict)
    date: str = ""
    old: bool = False
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Its URL, with a secret in the path."""
        return f"http://127.0.0.1:{self.port}/{SECRET}"

    @property
    def standing(self) -> list[dict[str, Any]]:
        """The silences that have not ended, oldest first."""
        return [each for each in self.held.values() if self.state(each) != "expired"]

    def state(self, of: dict[str, Any]) -> str:
        """How a silence stands now."""
        now = self.clock.now()
        if instant(of["endsAt"]) <= now:
            return "expired"
        return "pending" if instant(of["startsAt"]) > now else "active"

    def shown(self, of: dict[str, Any]) -> dict[str, Any]:
        """One as it is shown."""
        return {**of, "status": {"state": self.state(of)}}

    def lift(self, id: str) -> None:
        """End one, as DELETE does, and as a person would."""
        self.held[id]["endsAt"] = self.clock.now().isoformat()

    def post(self, said: dict[str, Any]) -> tuple[int, Any]:
        """Make one, or change it, as Alertmanager does: what cannot be changed is ended, and made anew."""
        now, id = self.clock.now(), said.get("id", "")
        starts, ends = instant(said["startsAt"]), instant(said["endsAt"])
        if not said["matchers"] or ends <= starts or ends < now:
            return 400, "Failed to create silence: end time can't be in the past"
        if id and id not in self.held:
            return 404, f"silence {id} not found"
        old = self.held.get(id)
        alike = old is not None and self.state(old) == "active" and old["matchers"] == said["matchers"]
        if old is None or not alike or int(instant(old["startsAt"]).timestamp()) != int(starts.timestamp()):
            if old is not None and self.state(old) != "expired":
                self.lift(id)
            id = f"00000000-0000-0000-0000-{len(self.held) + 1:012}"
            said["startsAt"] = max(starts, now).isoformat()
        self.held[id] = {**said, "id": id}
        return 200, {"silenceID": id}

    def get(self, query: str) -> tuple[int, Any]:
        """List those that match all filters of equality; those that have ended, too."""
        wanted = [re.fullmatch(r'(\w+)="(.*)"', each) for each in parse_qs(query).get("filter", [])]
        if not all(wanted):
            return 400, "bad matcher format"
        pairs = {(each[1], each[2]) for each in wanted if each}
        return 200, [
            self.shown(each)
            for each in self.held.values()
            if pairs <= {(one["name"], one["value"]) for one in each["matchers"]}
        ]

    def delete(self, id: str) -> tuple[int, Any]:
        """End one."""
        if id not in self.held:
            return (500, "silence not found") if self.old else (404, "")
        if self.state(self.held[id]) == "expired":
            return 500, f"silence {id} already expired"
        self.lift(id)
        return 200, None

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        """Do what is asked."""
        parts = urlsplit(target)
        path = parts.path.removeprefix(f"/{SECRET}/api/v2")
        if method == "POST" and path == "/silences":
            return self.post(json.loads(body))
        if method == "GET" and path == "/silences":
            return self.get(parts.query)
        if method == "GET" and path.startswith("/silence/"):
            found = self.held.get(path.removeprefix("/silence/"))
            return (404, "") if found is None else (200, self.shown(found))
        if method == "DELETE" and path.startswith("/silence/"):
            return self.delete(path.removeprefix("/silence/"))
        return 404, "not found"


def instant(said: str) -> datetime:
    """An instant as the API writes it."""
    return datetime.fromisoformat(said.replace("Z", "+00:00"))


@contextmanager
def alerting(clock: Clock) -> Iterator[Alerts]:
    """An Alertmanager while inside."""
    alerts = Alerts(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            with alerts.lock:
                alerts.asked.append(self.command)
                alerts.tokens.add(self.headers.get("authorization", ""))
                script, bodies = alerts.answers.get(self.command, []), alerts.says.get(self.command, [])
                told = script.pop(0) if script else 0
                status, said = (
                    (told, f"told to answer {told} at {self.path}")
                    if told > 3 or told == CUT_BEFORE
                    else (alerts.answer(self.command, self.path, body))
                )
                said = bodies.pop(0) if bodies else said
            if told == SILENT:
                alerts.over.wait()
            if told in (SILENT, CUT, CUT_BEFORE):
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            written = b"" if said is None else json.dumps(said).encode()
            self.send_response_only(status)
            self.send_header("date", alerts.date or format_datetime(alerts.clock.now(), usegmt=True))
            self.send_header("content-length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_GET = do_DELETE = do_POST  # noqa: N815 - the library's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Whoever was left has gone."""

    with Server(("127.0.0.1", 0), Handler) as server:
        alerts.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield alerts
        finally:
            alerts.over.set()
            server.shutdown()
            thread.join()
