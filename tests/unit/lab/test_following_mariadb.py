"""Real MariaDB servers that follow one another, as a run's replica does the standing one, and that one production's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.service import Login
from dr_orchestrator.lab import process
from dr_orchestrator.lab.live import LiveDatabase
from dr_orchestrator.lab.mariadb import following
from dr_orchestrator.lab.mariadb.plane import MariaPlane

pytestmark = pytest.mark.slow
COPY = Copy("rds-instance", "dro-r-orders", "eu-central-1", "r", "d", "s")


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[MariaPlane]:
    root = process.data_root(tmp_path.resolve())
    made = MariaPlane(root, lambda: datetime.now(UTC))
    yield made
    made.stop()
    process.remove(root)


def rows(live: LiveDatabase) -> int:
    with live.cluster.connect("orders") as connection:
        return int(connection.execute("SELECT count(*) FROM orders").fetchone()[0])


def asks(live: LiveDatabase) -> SqlChecks:
    """What a drill asks a server, as its master user."""
    return SqlChecks(lambda _: Login(*live.address, "orders", "orders", "hush-hush", engine="mariadb"))


def settled(told: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not told():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_replica_of_a_replica_follows_until_it_is_promoted(plane: MariaPlane) -> None:
    """It has what production writes; promoted it takes writes, production's own replica does not, and goes on."""
    production = plane.create("db-1", "orders", "orders", "hush-hush")
    production.wait()
    with production.cluster.connect("orders") as connection:
        connection.execute("CREATE TABLE orders (id int PRIMARY KEY)")
        connection.execute("INSERT INTO orders VALUES (1)")
        standing = plane.follow("db-2", "db-1")
        standing.wait()
        own, beside = plane.follow("db-3", "db-2", apart=True), plane.follow("db-4", "db-2")
        own.wait()
        beside.wait()
        connection.execute("INSERT INTO orders VALUES (2)")
        settled(lambda: rows(own) == rows(beside) == 2)
        for each in (own, standing):
            behind = plane.replayed(each)
            assert behind is not None
            assert datetime.now(UTC) - behind < timedelta(seconds=30)
            assert (asks(each).answers(COPY), asks(each).serves(COPY)) == (True, False)
        plane.promote(own)
        settled(lambda: not own.switching)
        connection.execute("INSERT INTO orders VALUES (3)")
        settled(lambda: rows(beside) == 3)
    assert rows(own) == 2
    assert asks(own).serves(COPY)
    with own.cluster.connect("orders", "orders", "hush-hush") as client:
        client.execute("INSERT INTO orders VALUES (30)")
    assert (plane.replayed(own), plane.replayed(production)) == (None, None)
    following.deafen(standing.cluster)
    assert plane.replayed(standing) is None
