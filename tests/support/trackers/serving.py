"""What all trackers of our own are: a server whose answers may be late, lost or refused as a test says."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from dr_orchestrator.domain.ports import Clock

TOKEN = "a-token-that-nobody-may-see"
Json = Any


class Fault(StrEnum):
    """What may become of a call."""

    BUSY = "429 with Retry-After"
    CUT = "the connection is cut before anything is done"
    BROKEN = "500, and nothing is done"
    LOST = "the work is done, and the connection cut"
    DONE_AND_BROKEN = "the work is done, and the answer is 500"
    SLOW = "the work is done, and the answer does not come"


UNDONE = (Fault.BUSY, Fault.CUT, Fault.BROKEN)
STORM = (*UNDONE, Fault.LOST, Fault.DONE_AND_BROKEN)


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, data: Json = None, **headers: str) -> None:
        super().__init__(status)
        self.status, self.data, self.headers = status, data, headers


@dataclass
class Asked:
    """A request, as it came."""

    method: str
    path: str
    query: dict[str, str]
    body: Json
    headers: Mapping[str, str]


@dataclass
class Issue:
    """A ticket of a server."""

    id: int
    number: int
    project: str
    title: str
    body: Json
    labels: list[str]
    status: str
    made_at: datetime
    more: dict[str, Any] = field(default_factory=dict)
    comments: list[Json] = field(default_factory=list)
    assignee: str = ""
    moved_to: int = 0


class Answering:
    """A tracker: `fault` says of each request what becomes of it, `lag` how long its search knows no new issue."""

    PROJECT = "DR"

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lag = timedelta()
        self.fault: Callable[[Asked], Fault | None] = lambda _: None
        self.calls: list[Asked] = []
        self.issues: dict[int, Issue] = {}
        self.projects = {self.PROJECT}
        self.release = threading.Event()
        self.lock = threading.Lock()
        self.url = ""

    def answer(self, asked: Asked) -> tuple[int, Json]:
        """The answer of a success; Refused else."""
        raise NotImplementedError

    def is_known(self, headers: Mapping[str, str]) -> bool:
        """Whether the token is right."""
        raise NotImplementedError

    def made(self, project: str, title: str, body: Json, labels: list[str], status: str, **more: Any) -> Issue:
        """A new issue."""
        number = 1 + max((each.number for each in self.issues.values() if each.project == project), default=0)
        issue = Issue(
            10_000 + len(self.issues), number, project, title, body, labels, status, self.clock.now(), dict(more)
        )
        self.issues[issue.id] = issue
        return issue

    def found(self, label: str, project: str) -> list[Issue]:
        """The issues that the search knows by now."""
        known = self.clock.now() - self.lag
        return [
            each
            for each in self.issues.values()
            if each.project == project and label in each.labels and each.made_at <= known
        ]

    def at(self, project: str, number: str) -> Issue | None:
        """The issue of a number of a project."""
        found = (each for each in self.issues.values() if (each.project, str(each.number)) == (project, number))
        return next(found, None)

    def named(self, label: str) -> list[Issue]:
        """All issues that wear a label, whoever finds them."""
        return [each for each in self.issues.values() if label in each.labels]

    def text_of(self, issue: Issue) -> str:
        """All that an issue says."""
        return json.dumps([issue.body, *issue.comments], ensure_ascii=False)

    def move_away(self, issue: Issue) -> None:
        """A person moves an issue to another project."""
        raise NotImplementedError

    def close(self, issue: Issue) -> None:
        """A person closes it."""
        raise NotImplementedError

    def delete(self, issue: Issue) -> None:
        """A person deletes it."""
        del self.issues[issue.id]

    def many(self, method: str, part: str) -> int:
        """How many calls of a method had that in their path."""
        return sum(each.method == method and part in each.path for each in self.calls)


def at_random(seed: int, share: float) -> Callable[[Asked], Fault | None]:
    """That share of calls fails, in any of the ways."""
    chosen, lock = random.Random(seed), threading.Lock()

    def fault(_: Asked) -> Fault | None:
        with lock:
            return chosen.choice(STORM) if chosen.random() < share else None

    return fault


def once(which: Callable[[Asked], bool], what: Fault) -> Callable[[Asked], Fault | None]:
    """The first call that is meant fails so, and no other."""
    left = [what]

    def fault(asked: Asked) -> Fault | None:
        return left.pop() if left and which(asked) else None

    return fault


@contextmanager
def serving(tracker: Answering) -> Iterator[str]:
    """Within: the tracker answers at the URL, on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def _any(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            sent = self.rfile.read(size)
            parts = urlsplit(self.path)
            asked = Asked(
                self.command,
                unquote(parts.path),
                dict(parse_qsl(parts.query)),
                json.loads(sent) if sent else None,
                {name.lower(): value for name, value in self.headers.items()},
            )
            with tracker.lock:
                tracker.calls.append(asked)
                fault = tracker.fault(asked)
                status, data, headers = self._answer(asked, fault)
            if fault in (Fault.CUT, Fault.LOST):
                self.close_connection = True
                return
            if fault is Fault.SLOW:
                tracker.release.wait(20)
            self._send(status, data, headers)

        def _answer(self, asked: Asked, fault: Fault | None) -> tuple[int, Json, Mapping[str, str]]:
            if fault is Fault.BUSY:
                return 429, {"message": "slow down"}, {"Retry-After": "2"}
            if fault is Fault.CUT:
                return 0, None, {}
            if fault is Fault.BROKEN:
                return 500, {"message": "broken"}, {}
            if not tracker.is_known(asked.headers):
                return 401, {"message": f"bad credentials {TOKEN}"}, {}
            try:
                status, data = tracker.answer(asked)
            except Refused as refused:
                return refused.status, refused.data, refused.headers
            return (500, {"message": "broken"}, {}) if fault is Fault.DONE_AND_BROKEN else (status, data, {})

        def _send(self, status: int, data: Json, headers: Mapping[str, str]) -> None:
            body = b"" if data is None else json.dumps(data).encode()
            lines = [f"HTTP/1.1 {status} -", f"Content-Length: {len(body)}", "Content-Type: application/json"]
            lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
            self.wfile.write("\r\n".join([*lines, "", ""]).encode() + body)

        do_GET = do_POST = do_PUT = do_PATCH = _any  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    tracker.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield tracker.url
    finally:
        tracker.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
