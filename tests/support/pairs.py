"""A real pair of PostgreSQL or MariaDB servers with a database of orders, and the product's own client of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dr_orchestrator.checks.client.writing import Client
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.service import Login
from dr_orchestrator.lab import process
from dr_orchestrator.lab.live import LiveDatabase
from dr_orchestrator.lab.mariadb.plane import MariaPlane
from dr_orchestrator.lab.pair import Pair
from dr_orchestrator.lab.postgres.plane import Plane
from dr_orchestrator.settings import Pace

PASSWORD = "secret-enough"
WITHIN_S = 60.0
PLANES: dict[str, Callable[[Path], Any]] = {
    "postgres": lambda root: Plane(root, Pace()),
    "mariadb": lambda root: MariaPlane(root, lambda: datetime.now(UTC)),
}
"""The planes of the engines that are played with a standby."""


@dataclass
class Paired:
    """A restored database with a standby, behind one port."""

    live: LiveDatabase
    engine: str = "postgres"
    clients: int = 0

    @property
    def pair(self) -> Pair[Any]:
        found: Pair[Any] = self.live.cluster
        return found

    def login(self) -> Login:
        return Login("127.0.0.1", self.pair.port, "orders", "orders", PASSWORD, engine=self.engine)

    def client(self) -> Client:
        """A client by the machine's own clock, with numbers of its own."""
        self.clients += 1
        return Client(self.login, lambda told: told, lambda _: None, PacedClock(Pace()), "numbers", self.clients)


def await_(done: object, otherwise: str) -> None:
    """Wait until something that is called is true."""
    deadline = time.monotonic() + WITHIN_S
    while not done():  # type: ignore[operator]
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)


@contextmanager
def paired(home: Path, *, asynchronous: bool = False, engine: str = "postgres") -> Iterator[Paired]:
    """Within: the pair of a database that was restored from a snapshot."""
    root = process.data_root(home.resolve())
    plane = PLANES[engine](root)
    try:
        source = plane.create("source", "orders", "orders", PASSWORD)
        source.wait()
        plane.snapshot("orders-1", source)
        copy = plane.restore_snapshot("copy", "orders-1", datetime.now(UTC), apart=True)
        copy.wait()
        assert copy.pair(asynchronous=asynchronous)
        await_(lambda: not copy.switching, "no standby")
        assert not copy.failed
        yield Paired(copy, engine)
    finally:
        plane.stop()
        process.remove(root)


def failed_over(of: Paired, seconds: float, *, stays: bool = False) -> Client:
    """A client that wrote before, while and after the pair failed over; it has ended."""
    client = of.client()
    client.begin()
    try:
        await_(lambda: client.acknowledged() >= 100, "nothing is acknowledged")
        begun = time.monotonic()  # of before, a busy machine may have held a write up
        of.live.fail_over(seconds, stays=stays)
        await_(lambda: client.serves_again(begun), "nothing is acknowledged again")
        await_(lambda: not of.live.switching, "no new standby")
        await_(client.serves_again, "it is disturbed again")  # a busy machine may hold a write up while that is made
    finally:
        client.end()
    return client
