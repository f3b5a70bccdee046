"""A pair of PostgreSQL servers: streaming replication, which an acknowledgement waits for."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab import pair
from dr_orchestrator.lab.postgres.cluster import ADMIN, START_TIMEOUT, Cluster
from dr_orchestrator.lab.programs import HOST

_SYNCHRONOUS = {"archive_mode": "off", "synchronous_commit": "on", "synchronous_standby_names": "*"}
_ALONE = {"archive_mode": "off", "synchronous_commit": "on"}


class Pair(pair.Pair[Cluster]):
    """Two of them."""

    def __init__(self, primary: Cluster, make: Callable[[str], Cluster], *, asynchronous: bool = False) -> None:
        super().__init__(primary, make, asynchronous=asynchronous)
        self._ways = Path(tempfile.mkdtemp(prefix="dro-pair-"))
        self._ways.chmod(0o755)

    def connect(self, database: str = "template1") -> psycopg.Connection:
        """A connection of the superuser to the primary."""
        return self._primary.connect(database)

    def base_backup(self, target: Path) -> None:
        """A physical copy of the primary."""
        with self.turning:
            self._primary.base_backup(target)

    def stop(self) -> None:
        """End both at once."""
        super().stop()
        shutil.rmtree(self._ways, ignore_errors=True)

    def _alone(self) -> None:
        self._primary.configure(_ALONE)

    def _let_go(self) -> None:
        with contextlib.suppress(LabError, psycopg.Error), self._primary.connect() as connection:
            self._primary.configure(_ALONE)
            connection.execute("SELECT pg_reload_conf()")

    def _follow(self, standby: Cluster) -> None:
        self._primary.base_backup(standby.folder)
        standby.configure({**_ALONE, "primary_conninfo": self._conninfo()}, "standby.signal")
        standby.start()
        self._synchronize()

    def _synchronize(self) -> None:
        """Wait until the standby follows; from then on nothing is acknowledged that it does not have."""
        deadline = time.monotonic() + START_TIMEOUT
        with self._primary.connect() as connection:
            while not connection.execute("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'").fetchone():
                if time.monotonic() > deadline:
                    raise LabError("the standby does not follow")
                time.sleep(0.02)
            self._primary.configure(_ALONE if self.asynchronous else _SYNCHRONOUS)
            connection.execute("SELECT pg_reload_conf()")
            wanted = "async" if self.asynchronous else "sync"
            while connection.execute("SELECT sync_state FROM pg_stat_replication").fetchone() != (wanted,):
                if time.monotonic() > deadline:
                    raise LabError("the standby does not become what it should be")
                time.sleep(0.02)

    def _promote(self, standby: Cluster) -> None:
        with standby.connect() as connection:
            connection.execute("SELECT pg_promote()")
        standby.wait_promoted()

    def _deafen(self, standby: Cluster) -> None:
        with standby.connect() as connection:
            connection.execute("ALTER SYSTEM RESET primary_conninfo")
            connection.execute("SELECT pg_reload_conf()")
            while connection.execute("SELECT 1 FROM pg_stat_wal_receiver").fetchone():
                time.sleep(0.01)

    def _conninfo(self) -> str:
        """How a standby reaches the primary: by its port, or, where that is apart, by the socket in its folder."""
        primary = self._primary
        host = HOST
        if primary.apart:
            way = self._ways / str(self._count)  # the name of a socket may have 107 bytes
            way.symlink_to(primary.folder)
            host = str(way)
        return f"host={host} port={primary.port} user={ADMIN} password={primary.password} application_name=standby"
