"""A database as the plane knows it: the server while it is there, and what it can be restored from."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import psycopg

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.postgres.cluster import HOST, Cluster

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Base:
    """A base backup: usable for any instant from `ended` (Unix seconds) on."""

    folder: Path
    ended: float


@dataclass
class Source:
    """The sources of a database's restores: its bases, its archive and how far that reaches (Unix seconds)."""

    archive: Path
    reaches: float
    database: str
    bases: list[Base] = field(default_factory=list)
    retired: list[Base] = field(default_factory=list)
    pending: list[tuple[str, float]] = field(default_factory=list)
    segments: int = 0
    based: threading.Event = field(default_factory=threading.Event)
    backing_up: bool = False
    _looking: threading.Lock = field(default_factory=threading.Lock)

    def archived_until(self) -> float:
        """The newest commit (Unix seconds) whose WAL segment has arrived in the archive."""
        with self._looking:  # several describe the instance at once, and the writer asks too
            while self.pending and (self.archive / f"{self.pending[0][0]}.gz").exists():
                self.reaches = self.pending.pop(0)[1]
                self.segments += 1
            return self.reaches


class Keeper(Protocol):
    """The part of a plane that its databases need."""

    def restorable_until(self, key: str) -> datetime | None:
        """The lab time of the newest archived commit."""

    def backed_up(self, key: str) -> bool:
        """Whether there is a base backup of a database."""

    def forget(self, live: LiveDatabase) -> None:
        """End a database and remove its files."""

    def turn(self, live: LiveDatabase) -> None:
        """Have a database's server started or ended, in the background."""


class LiveDatabase:
    """A database that is being made, or is there; `ready` only once it answers SQL and recovers no more."""

    def __init__(self, plane: Keeper, key: str) -> None:
        self.failed = ""
        self.cluster: Cluster | None = None
        self.key = key
        self.dropped = False
        self._plane = plane
        self._ready = threading.Event()
        self._wanted = True
        self._serves = False

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
                else:
                    self.cluster.shut_down()
                self._serves = self._wanted

    def give_password(self, user: str, password: str) -> None:
        """Have a role of it log in by another password from now on; nothing, while its server rests."""
        if self.serving and self.cluster is not None:
            self.cluster.give_password(user, password)

    @property
    def backed_up(self) -> bool:
        """Whether there is a base backup: what is changed from then on lies after it."""
        return self._plane.backed_up(self.key)

    def drop(self) -> None:
        """End it and remove its files, in the background."""
        self.dropped = True
        self._plane.forget(self)

    def made(self, make: Callable[[], Cluster]) -> None:
        """Make it; what goes wrong is told by `failed`."""
        try:
            self.cluster = make()
            self._serves = True
            self.turned()
            self._ready.set()
            self.turned()  # what was wished in between
            if self.dropped:
                self._plane.forget(self)
        except (LabError, OSError, psycopg.Error) as wrong:
            self.failed = str(wrong)
            _log.error("there will be no database behind %s: %s", self.key, wrong)

    def wait(self, seconds: float = 60.0) -> None:
        """Wait until it is ready; an error if it will not be."""
        deadline = time.monotonic() + seconds
        while not self._ready.wait(0.02):
            if self.failed or time.monotonic() > deadline:
                raise LabError(self.failed or f"no database after {seconds:.0f} s")
