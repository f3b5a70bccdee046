"""The databases behind RDS instances of MariaDB and MySQL: images of their files, and the binary log after them.

An instant is an image, and the binary log up to the newest mark at or before it: marks are made every few seconds, for
the log itself tells its commits to the second alone. The restorable instants that an instance tells of are marks. They
are of the lab's time, which need not keep pace with the machine's. What lies before the first mark of a database that
came with its history is the image with the younger rows deleted.
"""

from __future__ import annotations

import bisect
import itertools
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pymysql

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.cloud.world import Database
from dr_orchestrator.lab.live import Grounds, LiveDatabase, tell_failure
from dr_orchestrator.lab.mariadb import following
from dr_orchestrator.lab.mariadb.following import LOG
from dr_orchestrator.lab.mariadb.pair import Pair
from dr_orchestrator.lab.mariadb.programs import prepare
from dr_orchestrator.lab.mariadb.server import Position, Server, Template, copied

FOLDERS = ("clusters", "archive", "bases", "snapshots")
_LAG = timedelta(minutes=5)
"""How far the newest restorable instant is behind, at least, as in AWS."""

_FIRST = 100
"""The number of the first server that follows another: what it follows keeps one listener of each number alone."""

_ROUNDED = timedelta(milliseconds=2)
"""An instant that was read from AWS comes back rounded to milliseconds."""


@dataclass(frozen=True)
class Image:
    """The files of a database, the instant of the newest that they hold, and where the log stood then."""

    folder: Path
    position: Position
    at: datetime


@dataclass
class Source:
    """The sources of a database's restores: its binary log, the image that it goes on from, and marks in it."""

    binlog: Path
    database: str
    image: Image | None = None
    younger: Callable[[datetime], Sequence[str]] | None = None
    marks: list[tuple[datetime, Position]] = field(default_factory=list)

    def mark(self, until: datetime) -> tuple[datetime, Position] | None:
        """The newest mark at or before an instant."""
        index = bisect.bisect_right(self.marks, until, key=lambda mark: mark[0])
        return self.marks[index - 1] if index else None

    def logs(self, since: Position, until: Position) -> list[Path]:
        """The files of the log from one place to another."""
        found = sorted(self.binlog.parent.glob(f"{self.binlog.name}.[0-9]*"))
        return [each for each in found if since.file <= each.name <= until.file]


class MariaPlane(Grounds):
    """All such databases of one lab, under one folder."""

    def __init__(self, root: Path, now: Callable[[], datetime], workers: int = 4, pace: float = 1.0) -> None:
        """`now` tells the lab's time, of which `pace` seconds pass in a real one."""
        super().__init__(root, workers, FOLDERS, prepare)
        self._now, self._pace, self._password = now, pace, secrets.token_urlsafe(18)
        self._sources: dict[str, Source] = {}
        self._follows: set[str] = set()
        self._numbers = itertools.count(_FIRST)
        self._template = self._pool.submit(lambda: Template(self._programs, root, self._password))

    def create(self, key: str, name: str, user: str, password: str, *, to_be_filled: bool = False) -> LiveDatabase:
        """A new database that keeps its binary log; one `to_be_filled` has its image once `seeded` says that it is."""

        def make() -> Server:
            archive = self.root / "archive" / key
            archive.mkdir()
            self._programs.own(archive)
            source = self._sources[key] = Source(archive / "binlog", name)
            server = self._template.result().copied(self.root / "clusters" / key, source.binlog)
            server.start()
            server.name_database(name, user, password)
            if not to_be_filled:
                self._take_image(key, server, self._now())
            return server

        return self._made(self, key, make)

    def seeded(self, key: str, until: datetime, younger: Callable[[datetime], Sequence[str]]) -> None:
        """Take the image of a filled database; `younger` tells how a copy becomes one of an instant before it.

        However long the image takes, it holds nothing of after `until`.
        """
        server = self._live[key].cluster
        if server is None:
            raise LabError(f"there is no database behind {key}")
        self._sources[key].younger = younger
        self._take_image(key, server, until)

    def _take_image(self, key: str, server: Server, at: datetime) -> None:
        folder = self.root / "bases" / key
        self._sources[key].image = Image(folder, server.image(folder), at)

    def snapshot(self, snapshot: str, source: Database) -> None:
        """Copy a database physically, under the name of a snapshot."""
        server = self._live[source.key].cluster
        if server is None:
            raise LabError(f"there is no database behind {source.key}")
        copy = self._pool.submit(lambda: server.image(self._snapshot_folder(snapshot)) and None)
        copy.add_done_callback(tell_failure)
        self._snapshots[snapshot] = copy

    def restore_snapshot(self, key: str, snapshot: str, at: datetime, *, apart: bool = False) -> LiveDatabase:  # noqa: ARG002
        """A new database with what a snapshot holds; nothing in it could try its ways, so that it needs no walls."""

        def make() -> Server:
            self._snapshots[snapshot].result()
            return self._started(key, self._snapshot_folder(snapshot))

        return self._made(self, key, make)

    def restore_instant(self, key: str, source: str, at: datetime, *, apart: bool = False) -> LiveDatabase:  # noqa: ARG002
        """A new database with what the database of key `source` held at the newest mark at or before `at`."""

        def make() -> Server:
            origin = self._sources[source]
            mark = origin.mark(at + _ROUNDED)
            if origin.image is None or (mark is None and origin.younger is None):
                raise LabError(f"nothing of {source} was backed up by {at:%Y-%m-%d %H:%M:%S} UTC")
            server, since = self._started(key, origin.image.folder), origin.image.position
            try:
                if mark is None:
                    _forget_younger(server, origin, at)
                else:
                    server.replay(origin.logs(since, mark[1]), since, mark[1])
            except (LabError, pymysql.Error):
                server.stop()
                raise
            return server

        return self._made(self, key, make)

    def restorable_until(self, key: str) -> datetime | None:
        """The lab time of the newest mark that is old enough, or, before there is one, of the history that it was
        filled with; None for copies, which keep no log.
        """
        if (source := self._sources.get(key)) is None:
            return None
        until = self._now() - _LAG
        if (mark := source.mark(until)) is not None:
            return mark[0]
        return min(until, source.image.at) if source.image is not None and source.younger is not None else None

    def pair(self, live: LiveDatabase, *, asynchronous: bool) -> bool:
        """Have a copy followed by a standby; what keeps its log for restores is not played so."""
        if live.key in self._sources:
            return False
        live.switching = True

        def complete() -> None:
            with live.cluster.turning:
                pair = Pair(live.cluster, lambda name: self._standby(live.key, name), asynchronous=asynchronous)
                pair.complete()
                live.cluster = pair

        self._switched(live, complete)
        return True

    def follow(self, key: str, source: str, *, apart: bool = False) -> LiveDatabase:  # noqa: ARG002
        """A database that follows another, and may itself follow one; nothing in it could try its ways."""
        self._follows.add(key)

        def make() -> Server:
            origin = self._live[source]
            origin.wait()
            folder = self.root / "clusters" / key
            at = origin.cluster.image(folder)
            server = Server(self._programs, folder, self._password)
            server.keep_log(LOG, next(self._numbers), relays=True)
            server.forget_logs(LOG)
            try:
                server.start()
                following.begin(server, origin.cluster, at)
            except (LabError, OSError, pymysql.Error):
                server.stop()
                raise
            return server

        return self._made(self, key, make)

    def promote(self, live: LiveDatabase) -> None:
        """Have what follows serve by itself."""
        if live.key not in self._follows:
            raise LabError(f"{live.key} follows nothing")
        self._follows.discard(live.key)
        live.switching = True
        self._switched(live, lambda: following.end(live.cluster))

    def replayed(self, live: LiveDatabase) -> datetime | None:
        """The lab time of the newest commit that it has taken on, by its own count; None where that is not known."""
        behind = following.behind(live.cluster) if live.key in self._follows else None
        return None if behind is None else self._now() - timedelta(seconds=behind * self._pace)

    def backed_up(self, key: str) -> bool:
        """Whether there is an image of a database."""
        source = self._sources.get(key)
        return source is not None and source.image is not None

    def tick(self) -> None:
        """Mark in each source's log where it stands: this makes instants restorable.

        What a company's writer beats is marked by that: else an instant at which a busy machine kept it from writing
        would hold nothing of then.
        """
        for key, source in list(self._sources.items()):
            if source.younger is None:
                self._mark(key, source)

    def beaten(self, key: str) -> None:
        """Mark where the log of a source stands, into which its writer has just written."""
        if (source := self._sources.get(key)) is not None:
            self._mark(key, source)

    def _mark(self, key: str, source: Source) -> None:
        live = self._live.get(key)
        if source.image is None or live is None or not live.serving or live.cluster is None:
            return
        try:
            with live.cluster.turning:
                source.marks.append(live.cluster.mark(self._now))
        except pymysql.Error:
            if live.serving:  # it was not ended meanwhile
                raise

    def _standby(self, key: str, name: str) -> Server:
        """The server of a standby, still without its files."""
        return Server(self._programs, self.root / "clusters" / f"{key}-{name}", self._password)

    def _started(self, key: str, image: Path) -> Server:
        server = copied(self._programs, image, self.root / "clusters" / key, self._password)
        try:
            server.start()
        except LabError:
            server.stop()
            raise
        return server


def _forget_younger(server: Server, origin: Source, at: datetime) -> None:
    """Have a copy of the image be what its source was at an instant before that."""
    with server.connect(origin.database) as connection:
        for statement in origin.younger(at) if origin.younger else ():
            connection.execute(statement)
