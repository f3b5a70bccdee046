"""The databases behind RDS, of whichever engine: each as its plane knows it, and what all planes do alike."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pymysql

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.pair import Pair
from dr_orchestrator.lab.programs import HOST, Programs

_log = logging.getLogger(__name__)


class Server(Protocol):
    """A server that can be started, ended, and told a password; `turning` is held by whoever does or copies it."""

    port: int
    turning: Any

    def start(self) -> None:
        """Start it; returns once it accepts connections."""

    def shut_down(self) -> None:
        """End it with all its data written."""

    def stop(self) -> None:
        """End it at once."""

    def remove(self) -> None:
        """Stop it and delete its files."""

    def give_password(self, role: str, password: str) -> None:
        """Have a role log in by another password from now on."""


class Keeper(Protocol):
    """The part of a plane that its databases need."""

    def restorable_until(self, key: str) -> datetime | None:
        """The lab time of the newest archived commit."""

    def backed_up(self, key: str) -> bool:
        """Whether there is a base backup of a database."""

    def forget(self, live: LiveDatabase) -> None:
        """End a database and remove its files."""

    def pair(self, live: LiveDatabase, *, asynchronous: bool) -> bool:
        """Have a database followed by a standby, in the background; False where that is not played."""

    def fail_over(self, live: LiveDatabase, lasts: float, *, stays: bool) -> None:
        """Have its standby take its place so many real seconds later; itself, where it `stays`. In the background."""

    def turn(self, live: LiveDatabase) -> None:
        """Have a database's server started or ended, in the background."""

    def promote(self, live: LiveDatabase) -> None:
        """Have what follows another serve by itself, in the background."""

    def replayed(self, live: LiveDatabase) -> datetime | None:
        """The lab time of the newest commit that one has taken on of what it follows; None where it follows none."""


class LiveDatabase:
    """A database that is being made, or is there; `ready` only once it answers SQL and recovers no more."""

    def __init__(self, plane: Keeper, key: str) -> None:
        self.failed = ""
        self.cluster: Any = None
        self.key = key
        self.dropped = False
        self.switching = False
        self._plane = plane
        self._ready = threading.Event()
        self._wanted = True
        self._serves = False
        self._owed: dict[str, str] = {}

    @property
    def ready(self) -> bool:
        """Whether it is out of recovery, and all its data is there."""
        return self._ready.is_set()

    @property
    def serving(self) -> bool:
        """Whether its server answers SQL."""
        return self.ready and self._serves and not self.dropped

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return HOST, self.cluster.port if self.cluster else 0

    @property
    def standby(self) -> tuple[str, int] | None:
        """Host and port of the server that follows it, which only reads; None while none does."""
        port = self.cluster.standby_port if isinstance(self.cluster, Pair) else 0
        return (HOST, port) if port else None

    def restorable_until(self) -> datetime | None:
        """The lab time of the newest archived commit; None for copies, which archive nothing."""
        return self._plane.restorable_until(self.key)

    def serve(self, wanted: bool) -> None:
        """Have its server run, or rest while the data stays; in the background, once the database is made."""
        self._wanted = wanted
        if self.ready:
            self._plane.turn(self)

    def turned(self) -> None:
        """Start or end its server, whichever was wished last."""
        if self.cluster is None:
            return
        with self.cluster.turning:
            if self._wanted != self._serves and not self.dropped:
                self._serves = False
                if self._wanted:
                    self.cluster.start()
                    self._give_passwords()
                else:
                    self.cluster.shut_down()
                self._serves = self._wanted

    def give_password(self, user: str, password: str) -> None:
        """Have a role of it log in by another password from now on; while its server rests, from its start on."""
        self._owed[user] = password
        if self.serving and self.cluster is not None:
            self._give_passwords()

    def _give_passwords(self) -> None:
        """Tell the server, which runs, the passwords that it was not told yet."""
        for user in list(self._owed):
            self.cluster.give_password(user, self._owed.pop(user))

    @property
    def backed_up(self) -> bool:
        """Whether there is a base backup: what is changed from then on lies after it."""
        return self._plane.backed_up(self.key)

    def pair(self, *, asynchronous: bool) -> bool:
        """Have it followed by a standby, in the background; `switching` until it is. False where nothing plays that.

        An `asynchronous` one acknowledges what its standby does not have.
        """
        return self._plane.pair(self, asynchronous=asynchronous)

    def fail_over(self, lasts: float, *, stays: bool) -> None:
        """End its server at once; so many real seconds later its standby takes its place; itself, where it `stays`."""
        self._plane.fail_over(self, lasts, stays=stays)

    def promote(self) -> None:
        """Have it serve by itself, where it follows another, in the background; `switching` until it does."""
        self._plane.promote(self)

    def replayed(self) -> datetime | None:
        """The lab time of the newest commit that it has taken on of what it follows; None where it follows none."""
        return self._plane.replayed(self)

    @property
    def switches(self) -> list[tuple[float, float]]:
        """When it was not reached, by the machine's time (Unix seconds): from, and until."""
        return list(getattr(self.cluster, "switches", ()))

    def drop(self) -> None:
        """End it and remove its files, in the background."""
        self.dropped = True
        self._plane.forget(self)

    def made(self, make: Callable[[], Server]) -> None:
        """Make it; what goes wrong is told by `failed`."""
        try:
            self.cluster = make()
            self._serves = True
            self._give_passwords()
            self.turned()
            self._ready.set()
            self.turned()  # what was wished in between
            if self.dropped:
                self._plane.forget(self)
        except (LabError, OSError, psycopg.Error, pymysql.Error) as wrong:
            self.failed = str(wrong)
            _log.error("there will be no database behind %s: %s", self.key, wrong)

    def wait(self, seconds: float = 60.0) -> None:
        """Wait until it is ready; an error if it will not be."""
        deadline = time.monotonic() + seconds
        while not self._ready.wait(0.02):
            if self.failed or time.monotonic() > deadline:
                raise LabError(self.failed or f"no database after {seconds:.0f} s")


class Grounds:
    """The folders and the hands of one engine's databases; the work goes on in the background."""

    def __init__(self, root: Path, workers: int, folders: tuple[str, ...], prepare: Callable[[Path], Programs]) -> None:
        self.root = root
        self._live: dict[str, LiveDatabase] = {}
        self._snapshots: dict[str, Future[None]] = {}
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=f"lab-{root.name}")
        self._closing = threading.Event()
        self._programs = prepare(root)
        for name in folders:
            (root / name).mkdir()
            self._programs.own(root / name)

    def holds(self, snapshot: str) -> bool:
        """Whether that snapshot's copy is complete; never, where it failed."""
        copy = self._snapshots.get(snapshot)
        return copy is not None and copy.done() and copy.exception() is None

    def stop(self) -> None:
        """End every server and remove every file."""
        self._closing.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        for live in list(self._live.values()):
            if live.cluster is not None:
                live.cluster.stop()
        self._pool.shutdown(wait=True)
        for live in list(self._live.values()):
            if live.cluster is not None:
                live.cluster.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def forget(self, live: LiveDatabase) -> None:
        """End a database and remove its files; archive, bases and snapshots stay for restores."""
        self._live.pop(live.key, None)
        if live.cluster is not None and not self._closing.is_set():
            self._pool.submit(live.cluster.remove)

    def pair(self, live: LiveDatabase, *, asynchronous: bool) -> bool:  # noqa: ARG002 - an engine may play it
        """Not played of every engine."""
        return False

    def fail_over(self, live: LiveDatabase, lasts: float, *, stays: bool) -> None:
        """Have its standby take its place so many real seconds later, or, where it `stays`, itself again."""
        if not isinstance(pair := live.cluster, Pair):
            raise LabError(f"nothing follows {live.key}")
        live.switching = True
        self._switched(live, lambda: pair.restart(lasts) if stays else pair.fail_over(lasts))

    def follow(self, key: str, source: str, *, apart: bool = False) -> LiveDatabase:  # noqa: ARG002
        """Not played of every engine."""
        raise LabError(f"nothing plays a replica of {source}", "replicas are played of PostgreSQL alone")

    def promote(self, live: LiveDatabase) -> None:
        """Not played of every engine."""
        raise LabError(f"{live.key} follows nothing")

    def replayed(self, live: LiveDatabase) -> datetime | None:  # noqa: ARG002
        """Not played of every engine: it follows none."""
        return None

    def _switched(self, live: LiveDatabase, act: Callable[[], None]) -> None:
        """Change what serves, in the background; what goes wrong is told by `failed`."""

        def switch() -> None:
            try:
                act()
            except (LabError, OSError, psycopg.Error, pymysql.Error) as wrong:
                live.failed = str(wrong)
                raise
            finally:
                live.switching = False

        self._pool.submit(switch).add_done_callback(tell_failure)

    def turn(self, live: LiveDatabase) -> None:
        """Have a database's server started or ended, as it is wished."""
        if not self._closing.is_set():
            self._pool.submit(live.turned).add_done_callback(tell_failure)

    def _made(self, plane: Keeper, key: str, make: Callable[[], Server]) -> LiveDatabase:
        live = self._live[key] = LiveDatabase(plane, key)
        self._pool.submit(live.made, make)
        return live

    def _snapshot_folder(self, snapshot: str) -> Path:
        return self.root / "snapshots" / snapshot.replace(":", "_")


def tell_failure(done: Future[None]) -> None:
    """Tell what went wrong in the background."""
    if not done.cancelled() and done.exception() is not None:
        _log.error("in the background: %s", done.exception())
