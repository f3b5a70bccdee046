"""Every place where the program waits, each held up by somebody who never answers, and how long a stop takes there."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg

from dr_orchestrator.aws.access.machine import MachineCredentials
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.aws.watcher import Feed
from dr_orchestrator.checks.connection import asking
from dr_orchestrator.checks.deep import reading
from dr_orchestrator.checks.deep.command import running
from dr_orchestrator.checks.deep.engine import ReadStretch, Relation, Survey
from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.speech.postgres.probe import probe
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.app import Asset
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import HttpAnswer, Query
from dr_orchestrator.domain.proof import Command, WholeRead
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import Aborted
from dr_orchestrator.ledger import ledger
from dr_orchestrator.ledger.patience import keeping
from dr_orchestrator.resources.cloudformation_stack.publishing import images
from dr_orchestrator.settings import Pace
from dr_orchestrator.waiting.stops import heeding
from dr_orchestrator.waiting.told import waits
from tests.support.estate import REGION
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import header
from tests.support.postgres_server import PASSWORD, USER
from tests.support.slow_servers import broken, dripping, silent
from tests.support.types import CALLS

COPY = Copy("rds-instance", "dro-x", REGION, "x", "d", "s")
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
Act = Callable[[], object]


def calling(url: str) -> Act:
    """A call of AWS at an endpoint."""
    named = {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    with mock.patch.dict(os.environ, named):
        api = Account(REGION, Guard(CALLS)).api("rds")
        api.region  # noqa: B018 - the client is made, and has its endpoint, while it is named
    return lambda: api.call("DescribeDBInstances")


@contextmanager
def _aws_drips(_postgres: str) -> Iterator[Act]:
    with dripping() as server:
        yield calling(server.url)


@contextmanager
def _aws_is_silent(_postgres: str) -> Iterator[Act]:
    with silent() as server:
        yield calling(server.url)


@contextmanager
def _aws_fails_in_passing(_postgres: str) -> Iterator[Act]:
    with broken() as server, mock.patch("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 60.0):
        yield calling(server.url)


@contextmanager
def _another_describes(_postgres: str) -> Iterator[Act]:
    freed, holds = threading.Event(), threading.Event()

    def describe(_names: object) -> dict[str, Any]:
        holds.set()
        freed.wait()
        return {}

    feed = Feed(describe, FakeClock())
    other = threading.Thread(target=feed.sight, args=("x", 1.0), daemon=True)
    other.start()
    holds.wait()
    yield lambda: feed.sight("y", 1.0)
    freed.set()
    other.join()


@contextmanager
def _credentials_are_looked_for(_postgres: str) -> Iterator[Act]:
    freed = threading.Event()
    login = mock.Mock(get_credentials=lambda: freed.wait() and None)
    yield MachineCredentials(lambda: login, lambda _: "").get_frozen_credentials
    freed.set()


@contextmanager
def _http_drips(_postgres: str) -> Iterator[Act]:
    check = HttpAnswer("http", "{Url}", timeout=timedelta(seconds=600))
    with dripping() as server:
        yield lambda: HttpChecks(lambda _: {"Url": server.url}).perform(check, COPY)


@contextmanager
def _layer_drips(_postgres: str) -> Iterator[Act]:
    digest = f"sha256:{'0' * 64}"
    with dripping() as server, tempfile.TemporaryFile() as kept:
        production = mock.Mock()
        production.api.return_value.call.return_value = {"downloadUrl": server.url}
        image = images.Image("1", "repository", digest)
        copying = images._Copying(mock.Mock(), "2", production, Asset("1", "repository", "1", image=True), image)
        yield lambda: copying._fetched(digest, 1 << 30, kept)


@contextmanager
def _copy_is_silent(_postgres: str) -> Iterator[Act]:
    check = Query("q", "SELECT 1 FROM orders", "1")
    with silent() as server:
        checks = SqlChecks(lambda _: Login("127.0.0.1", server.port, "d", "u", PASSWORD))
        yield lambda: checks.perform(check, COPY, NOW)


@contextmanager
def _copy_hangs(postgres: str) -> Iterator[Act]:
    check = Query("q", "SELECT count(*) FROM pg_sleep(600)", "1")
    yield lambda: SqlChecks(lambda _: login_of(postgres)).perform(check, COPY, NOW)


@contextmanager
def _copy_is_read_for_ever(postgres: str) -> Iterator[Act]:
    def never(connection: Any) -> ReadStretch:
        return lambda _stretch, _within: connection.execute("SELECT pg_sleep(600)")

    def connect() -> Any:
        return asking(login_of(postgres), "SQL on dro-x")

    engine = mock.Mock(reader=never, survey=lambda _: Survey((Relation("orders", 1, 9, 9),), longest=1))
    check = WholeRead("whole", timedelta(hours=6))
    yield lambda: reading.perform(check, engine, connect, PacedClock(Pace()), 1, "every block of dro-x")


@contextmanager
def _command_hangs(_postgres: str) -> Iterator[Act]:
    check = Command("suite", ("sleep", "600"))
    yield lambda: running.perform(check, COPY, running.Way(), Path("/"))


@contextmanager
def _probe_is_not_answered(_postgres: str) -> Iterator[Act]:
    with silent() as server:
        yield lambda: probe(Login("127.0.0.1", server.port, "d", "u", PASSWORD), "production", 5432)


@contextmanager
def _sqlite_is_locked(_postgres: str) -> Iterator[Act]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        made = ledger.connect(f"sqlite:///{path}")
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        yield lambda: made.open_run(header("r-1"))
        other.close()
        made.close()


@contextmanager
def _sqlite_has_no_room(_postgres: str) -> Iterator[Act]:
    with tempfile.TemporaryDirectory() as folder:
        made = ledger.connect(f"sqlite:///{Path(folder) / 'ledger.db'}")
        full = sqlite3.OperationalError("database or disk is full")
        with mock.patch.object(ledger, "insert", side_effect=_wrapped(full)):
            yield lambda: made.open_run(header("r-1"))
        made.close()


def _wrapped(error: Exception) -> Exception:
    from sqlalchemy.exc import OperationalError

    return OperationalError("INSERT", {}, error)


@contextmanager
def _postgresql_hangs(postgres: str) -> Iterator[Act]:
    made = ledger.connect(postgres)
    with psycopg.connect(postgres) as other:
        other.execute("LOCK TABLE run IN ACCESS EXCLUSIVE MODE")
        yield lambda: made.open_run(header("r-1"))
        other.rollback()
    made.close()


@contextmanager
def _ledger_is_silent(_postgres: str) -> Iterator[Act]:
    with silent() as server:
        yield lambda: ledger.connect(f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{server.port}/dro")


@contextmanager
def _sleeps(_postgres: str) -> Iterator[Act]:
    yield lambda: PacedClock(Pace()).sleep(600)


@dataclass(frozen=True)
class Place:
    """One place of waiting; `hold` makes what waits there, given the URL of a real database where it `asks` for one.

    `told` is what is said meanwhile to be waited for; empty where the step itself is.
    """

    name: str
    hold: Any
    told: str = ""
    asks: bool = False


PLACES = (
    Place("AWS answers byte by byte", _aws_drips, "AWS (rds:DescribeDBInstances)"),
    Place("AWS accepts and is silent", _aws_is_silent, "AWS (rds:DescribeDBInstances)"),
    Place("AWS fails in passing", _aws_fails_in_passing, "AWS (rds:DescribeDBInstances), which failed in passing"),
    Place("another run describes", _another_describes),
    Place("credentials are looked for", _credentials_are_looked_for, "the machine's credentials"),
    Place("an HTTP check", _http_drips, "the answer of http://127.0.0.1"),
    Place("a layer of an image", _layer_drips, "AWS (ecr:GetDownloadUrlForLayer)"),
    Place("connecting to a copy", _copy_is_silent, "SQL on dro-x"),
    Place("querying a copy", _copy_hangs, "SQL on dro-x", asks=True),
    Place("reading a copy whole", _copy_is_read_for_ever, "every block of dro-x", asks=True),
    Place("a command", _command_hangs, "the command sleep on dro-x"),
    Place("the probe", _probe_is_not_answered, "the probe from the copy to production"),
    Place("a locked SQLite ledger", _sqlite_is_locked, "the ledger (another program writes to it)"),
    Place("a full SQLite ledger", _sqlite_has_no_room, "the ledger (database or disk is full)"),
    Place("a PostgreSQL ledger in mid-answer", _postgresql_hangs, "the ledger", asks=True),
    Place("connecting to a ledger", _ledger_is_silent, "the ledger"),
    Place("sleeping", _sleeps),
)


def login_of(url: str) -> Login:
    """How to reach a database of the tests."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return Login(str(parts["host"]), int(str(parts["port"])), str(parts["dbname"]), USER, PASSWORD)


@dataclass(frozen=True)
class Stop:
    """What a stop did at a place: how many real seconds it took, what was raised, what was told before."""

    seconds: float
    raised: BaseException | None
    told: str


def stopped_at(place: Place, postgres: str = "") -> Stop:
    """Wait at a place, until that is seen, and stop it there."""
    stop, raised = threading.Event(), list[BaseException]()

    def raise_if_stopped() -> None:
        if stop.is_set():
            raise Aborted("stopped on request")

    def wait(act: Act) -> None:
        try:
            with keeping(), heeding(raise_if_stopped, "r-1", "a-drill"):
                act()
        except BaseException as error:
            raised.append(error)

    with place.hold(postgres) as act:
        waiting = threading.Thread(target=wait, args=(act,), daemon=True)
        waiting.start()
        told = _until_told(waiting) if place.told else ""
        began = time.monotonic()
        stop.set()
        waiting.join(30)
        seconds = time.monotonic() - began
    return Stop(seconds, raised[0] if raised else None, told)


def _until_told(waiting: threading.Thread) -> str:
    while waiting.is_alive():
        if found := [wait.what for wait in waits() if wait.run == "r-1"]:
            return found[0]
        waiting.join(0.01)
    return ""
