"""The databases behind RDS instances: sources that archive their WAL, and copies recovered from base and archive.

A snapshot taken by a call is a physical copy. An automated snapshot, like a point in time, is an instant: the newest
base backup before it, and the archived WAL up to it. What lies before the first base backup (the history that the
sample company comes with) is that backup with the younger rows deleted by SQL before the instance counts as ready:
its rows were written together, so no WAL tells them apart.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.cloud.world import Database
from dr_orchestrator.lab.live import Grounds, LiveDatabase, tell_failure
from dr_orchestrator.lab.postgres import following, network
from dr_orchestrator.lab.postgres.cluster import ADMIN, Cluster
from dr_orchestrator.lab.postgres.pair import Pair
from dr_orchestrator.lab.postgres.programs import prepare
from dr_orchestrator.lab.postgres.sources import Base, Source
from dr_orchestrator.settings import Pace

FOLDERS = ("clusters", "archive", "bases", "snapshots", "template")
_ARCHIVE_WAIT = 60.0
_SEGMENTS_A_BASE = 150
_BASES_KEPT = 5
_TRIES_ITS_WAYS = "pg_create_subscription"
"""The right by which a database's user may have its server connect to another one, as in RDS from PostgreSQL 16 on."""


@dataclass(frozen=True)
class Trim:
    """The statements by which a filled database is made one of an earlier instant."""

    database: str
    younger: Callable[[datetime], Sequence[str]]


class Plane(Grounds):
    """All databases of one lab, under one folder."""

    def __init__(self, root: Path, pace: Pace, workers: int = 6) -> None:
        super().__init__(root, workers, FOLDERS, prepare)
        self._pace = pace
        self._password = secrets.token_urlsafe(18)
        self._sources: dict[str, Source] = {}
        self._trims: dict[str, Trim] = {}
        self._follows: dict[str, str] = {}
        self._networked = network.playable(self._programs, root)
        self._template = self._pool.submit(self._make_template)

    # What RDS asks for

    def create(self, key: str, name: str, user: str, password: str, *, to_be_filled: bool = False) -> LiveDatabase:
        """A new database that archives its WAL; one `to_be_filled` is backed up once `seeded` says that it is."""

        def make() -> Cluster:
            cluster = self._new_cluster(key, self._template.result())
            source = self._new_source(key, name)
            cluster.configure(_archiving(source.archive))
            cluster.start()
            # Without a network every copy would reach its source: none is let try.
            cluster.name_database(name, user, password, (_TRIES_ITS_WAYS,) if self._networked else ())
            if not to_be_filled:
                # Nothing that anybody writes is before the first backup.
                self._add_base(key, cluster)
            return cluster

        return self._made(self, key, make)

    def snapshot(self, snapshot: str, source: Database) -> None:
        """Copy a database physically, under the name of a snapshot."""
        cluster = self._live[source.key].cluster
        if cluster is None:
            raise LabError(f"there is no database behind {source.key}")
        if source.key in self._trims:
            self._trims[snapshot] = self._trims[source.key]
        copy = self._pool.submit(cluster.base_backup, self._snapshot_folder(snapshot))
        copy.add_done_callback(tell_failure)
        self._snapshots[snapshot] = copy

    def restore_snapshot(self, key: str, snapshot: str, at: datetime, *, apart: bool = False) -> LiveDatabase:
        """A new database with what a physical snapshot held at `at`; `apart`, it gets out to nothing."""

        def make() -> Cluster:
            self._snapshots[snapshot].result()
            return self._recovered(key, self._snapshot_folder(snapshot), at, self._trims.get(snapshot), apart)

        return self._made(self, key, make)

    def restore_instant(self, key: str, source: str, at: datetime, *, apart: bool = False) -> LiveDatabase:
        """A new database with what the database of key `source` held at `at`; `apart`, it gets out to nothing."""

        def make() -> Cluster:
            origin = self._sources[source]
            real = self._pace.real_time(at.timestamp())
            self._await(origin.based.is_set, f"there is no base backup of {source}")
            before = [base for base in origin.bases if base.ended <= real]
            if not before:
                return self._recovered(key, origin.bases[0].folder, at, self._trims.get(source), apart)
            self._await(lambda: origin.archived_until() >= real, "the WAL of that instant has not been archived")
            return self._recovered(key, before[-1].folder, at, None, apart, _target(origin.archive, real))

        return self._made(self, key, make)

    def restorable_until(self, key: str) -> datetime | None:
        """The lab time of the newest archived commit."""
        source = self._sources.get(key)
        if source is None:
            return None
        return datetime.fromtimestamp(self._pace.drill_time(source.archived_until()), UTC)

    def beaten(self, key: str) -> None:
        """Nothing: each commit is told by its time in what is archived."""

    def pair(self, live: LiveDatabase, *, asynchronous: bool) -> bool:
        """Have a copy followed by a standby; what archives its WAL is not played so."""
        if live.key in self._sources:
            return False
        live.switching = True

        def complete() -> None:
            cluster = live.cluster
            with cluster.turning:
                pair = Pair(cluster, lambda name: self._standby(live.key, name, cluster), asynchronous=asynchronous)
                pair.complete()
                live.cluster = pair

        self._switched(live, complete)
        return True

    def follow(self, key: str, source: str, *, apart: bool = False) -> LiveDatabase:
        """A database that follows another, and may itself follow one; `apart`, it gets out to nothing but that."""
        self._follows[key] = source

        def make() -> Cluster:
            origin = self._live[source]
            origin.wait()
            if source not in self._follows:
                following.lead(origin.cluster)
            folder = self.root / "clusters" / key
            origin.cluster.base_backup(folder)
            server = Cluster(self._programs, folder, self._password, apart=apart and self._networked)
            try:
                following.begin(server, origin.cluster, self._programs)
            except (LabError, OSError, psycopg.Error):
                server.stop()
                raise
            return server

        return self._made(self, key, make)

    def promote(self, live: LiveDatabase) -> None:
        """Have what follows serve by itself."""
        if self._follows.pop(live.key, None) is None:
            raise LabError(f"{live.key} follows nothing")
        live.switching = True
        self._switched(live, lambda: following.end(live.cluster))

    def replayed(self, live: LiveDatabase) -> datetime | None:
        """The lab time of the newest commit that it has taken on; None where it follows none."""
        if live.key not in self._follows:
            return None
        at = following.replayed(live.cluster)
        return datetime.fromtimestamp(self._pace.drill_time(at), UTC) if at else None

    # What the estate and its writer ask for

    def backed_up(self, key: str) -> bool:
        """Whether there is a base backup of a database."""
        return key in self._sources and self._sources[key].based.is_set()

    def seeded(self, key: str, until: datetime, younger: Callable[[datetime], Sequence[str]]) -> None:  # noqa: ARG002
        """Take the first base backup of a filled database; `younger` tells how a copy becomes one of before it.

        Until when its history was written, its own commits tell.
        """
        self._trims[key] = Trim(self._sources[key].database, younger)
        self._back_up(key)

    def tick(self) -> None:
        """Commit in each source, and send the WAL up to here to its archive: this makes instants restorable."""
        for key in list(self._sources):
            live = self._live.get(key)
            if live is not None and live.serving and live.cluster is not None:
                try:
                    self._tick(key, live.cluster)
                except psycopg.Error:
                    if live.serving:  # it was not ended meanwhile
                        raise

    def _tick(self, key: str, cluster: Cluster) -> None:
        source = self._sources[key]
        with cluster.connect() as connection:
            # Recovery stops at the first commit after its target, so there has to be one after `now`.
            now = time.time()
            connection.execute("SELECT txid_current()")
            row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        source.pending.append((str(row[0]) if row else "", now))
        source.archived_until()
        if source.segments >= _SEGMENTS_A_BASE and not source.backing_up:
            self._back_up(key)

    # How it is done

    def _standby(self, key: str, name: str, primary: Cluster) -> Cluster:
        """The server of a standby, still without its files."""
        return Cluster(self._programs, self.root / "clusters" / f"{key}-{name}", self._password, apart=primary.apart)

    def _make_template(self) -> Path:
        folder, secret = self.root / "template" / "data", self.root / "template" / "secret"
        secret.touch(0o600)
        secret.write_text(self._password)
        self._programs.own(secret)
        self._programs.run(
            *("initdb", "-D", str(folder), "-U", ADMIN, "--pwfile", str(secret), "--wal-segsize=1", "--no-sync"),
            *("--auth=scram-sha-256", "--locale=C", "--encoding=UTF8", "--no-instructions", "--data-checksums"),
            cwd=folder.parent,
        )
        secret.unlink()
        # A third of the files is a template that nobody uses, and every cluster and backup would copy them.
        cluster = Cluster(self._programs, folder, self._password)
        cluster.configure({})
        cluster.start()
        with cluster.connect() as connection:
            connection.execute("ALTER DATABASE template0 IS_TEMPLATE false")
            connection.execute("DROP DATABASE template0")
        cluster.shut_down()
        return folder

    def _new_cluster(self, key: str, source: Path, *, apart: bool = False) -> Cluster:
        folder = self.root / "clusters" / key
        self._programs.run("cp", "-R", str(source), str(folder), cwd=folder.parent)
        return Cluster(self._programs, folder, self._password, apart=apart)

    def _new_source(self, key: str, database: str) -> Source:
        archive, bases = self.root / "archive" / key, self.root / "bases" / key
        for folder in (archive, bases):
            folder.mkdir()
            self._programs.own(folder)
        source = self._sources[key] = Source(archive, time.time(), database)
        return source

    def _recovered(
        self,
        key: str,
        copy: Path,
        at: datetime,
        trim: Trim | None,
        apart: bool,
        target: Mapping[str, str] | None = None,
    ) -> Cluster:
        cluster = self._new_cluster(key, copy, apart=apart and self._networked)
        try:
            cluster.configure({"archive_mode": "off", **(target or {})}, "recovery.signal" if target else "")
            cluster.start()
            cluster.wait_promoted()
            if trim:
                _delete_younger(cluster, trim, at)
        except (LabError, OSError, psycopg.Error):
            cluster.stop()
            raise
        return cluster

    def _await(self, done: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + _ARCHIVE_WAIT
        while not done():
            if time.monotonic() > deadline or self._closing.wait(0.05):
                raise LabError(otherwise)

    def _back_up(self, key: str) -> None:
        source, cluster = self._sources[key], self._live[key].cluster
        if cluster is None:
            raise LabError(f"there is no database behind {key}")
        source.backing_up, source.segments = True, 0
        self._pool.submit(self._add_base, key, cluster).add_done_callback(tell_failure)

    def _add_base(self, key: str, cluster: Cluster) -> None:
        source = self._sources[key]
        folder = self.root / "bases" / key / f"{time.time():.3f}"
        try:
            cluster.base_backup(folder)
            source.bases.append(Base(folder, time.time()))
            source.based.set()
        finally:
            source.backing_up = False
        # The first covers the history before it; of the others the newest make recovery quick. What is dropped now
        # is deleted at the next turn, for a restore may be copying it.
        for base in source.retired:
            shutil.rmtree(base.folder, ignore_errors=True)
        source.retired = source.bases[1 : 1 + max(0, len(source.bases) - _BASES_KEPT)]
        source.bases = [base for base in source.bases if base not in source.retired]


def _archiving(archive: Path) -> dict[str, str]:
    # Segments are mostly empty when they are switched early, so they shrink to almost nothing.
    command = f"gzip -1 < %p > {archive}/%f.tmp && mv {archive}/%f.tmp {archive}/%f.gz"
    return {"archive_mode": "on", "archive_command": command, "wal_keep_size": "16MB"}  # for those that follow it


def _target(archive: Path, real: float) -> dict[str, str]:
    return {
        "restore_command": f"test -f {archive}/%f.gz && gzip -dc {archive}/%f.gz > %p",
        "recovery_target_time": datetime.fromtimestamp(real, UTC).isoformat(),
        "recovery_target_action": "promote",
    }


def _delete_younger(cluster: Cluster, trim: Trim, at: datetime) -> None:
    with cluster.connect(trim.database) as connection:
        for statement in trim.younger(at):
            connection.execute(sql.SQL(statement))
