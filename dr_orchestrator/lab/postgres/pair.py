"""A pair of PostgreSQL servers in two zones: the standby has what was acknowledged, and takes the primary's place."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.postgres.cluster import ADMIN, START_TIMEOUT, Cluster
from dr_orchestrator.lab.programs import HOST
from dr_orchestrator.lab.switch import Switch

_SYNCHRONOUS = {"archive_mode": "off", "synchronous_commit": "on", "synchronous_standby_names": "*"}
_ALONE = {"archive_mode": "off", "synchronous_commit": "on"}
_LAGS_S = 0.6
"""Real seconds for which a standby that is not synchronous has heard nothing when its primary dies."""

_RESTS_S = 0.3
"""Real seconds that a new primary is left alone before a standby is copied off it: on one machine that would slow down
whoever comes back to it; in two zones it would not.
"""


class Pair:
    """Two servers behind one port: what the first acknowledged the second has, unless it is `asynchronous`.

    `make` makes a standby's server in a folder of its own. `ended` and `began` are the machine's time (Unix seconds) at
    which the port led nowhere, and to the other server, at each switch: the truth that a measurement is held against.
    """

    def __init__(self, primary: Cluster, make: Callable[[str], Cluster], *, asynchronous: bool = False) -> None:
        self.turning = threading.RLock()
        self.asynchronous = asynchronous
        self.switches: list[tuple[float, float]] = []
        self._primary, self._make = primary, make
        self._standby: Cluster | None = None
        self._count = 0
        self._door = Switch()
        self._ways = Path(tempfile.mkdtemp(prefix="dro-pair-"))
        self._ways.chmod(0o755)

    @property
    def port(self) -> int:
        """The port that stays while the servers change."""
        return self._door.port

    @property
    def whole(self) -> bool:
        """Whether a standby follows the primary."""
        return self._standby is not None

    def complete(self) -> None:
        """Make a standby of the primary, wait until it follows, and open the port."""
        with self.turning:
            self._add_standby()
            self._door.lead(self._primary.port)

    def fail_over(self, lasts: float) -> None:
        """End the primary at once; so many real seconds later the standby takes its place, and a new one is made."""
        with self.turning:
            standby, old = self._standby, self._primary
            if standby is None:
                raise LabError("there is no standby")
            if self.asynchronous:
                self._deafen(standby)
                time.sleep(_LAGS_S)
            self._door.cut()
            ended = time.time()
            old.stop()
            self._promote(standby)
            _until(ended + lasts)
            self._primary, self._standby = standby, None
            self._door.lead(standby.port)
            self.switches.append((ended, time.time()))
            time.sleep(_RESTS_S)
            old.remove()
            self._add_standby()

    def restart(self, lasts: float) -> None:
        """End the primary, and start it where it was, so many real seconds later."""
        with self.turning:
            self._door.cut()
            ended = time.time()
            self._drop_standby()
            self._primary.shut_down()
            _until(ended + lasts)
            self.start()
            self.switches.append((ended, time.time()))

    def connect(self, database: str = "template1") -> psycopg.Connection:
        """A connection of the superuser to the primary."""
        return self._primary.connect(database)

    def give_password(self, role: str, password: str) -> None:
        """Have a role log in by another password from now on; the standby follows."""
        self._primary.give_password(role, password)

    def base_backup(self, target: Path) -> None:
        """A physical copy of the primary."""
        with self.turning:
            self._primary.base_backup(target)

    def start(self) -> None:
        """Start both, the primary first: it waits for no standby meanwhile."""
        self._primary.configure(_ALONE)
        self._primary.start()
        self._add_standby()
        self._door.lead(self._primary.port)

    def shut_down(self) -> None:
        """End it with all its data written; the standby is made anew when it starts."""
        self._door.cut()
        self._drop_standby()
        self._primary.shut_down()

    def stop(self) -> None:
        """End both at once."""
        self._door.close()
        for each in filter(None, (self._standby, self._primary)):
            each.stop()
        shutil.rmtree(self._ways, ignore_errors=True)

    def remove(self) -> None:
        """End both and delete their files."""
        with self.turning:
            self.stop()
            for each in filter(None, (self._standby, self._primary)):
                each.remove()

    def _add_standby(self) -> None:
        self._count += 1
        standby = self._make(f"standby-{self._count}")
        try:
            self._primary.base_backup(standby.folder)
            standby.configure({**_ALONE, "primary_conninfo": self._conninfo()}, "standby.signal")
            standby.start()
            self._standby = standby
            self._synchronize()
        except (LabError, OSError, psycopg.Error):
            self._standby = None
            standby.remove()
            raise

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
        """Have a standby hear nothing more."""
        with standby.connect() as connection:
            connection.execute("ALTER SYSTEM RESET primary_conninfo")
            connection.execute("SELECT pg_reload_conf()")
            while connection.execute("SELECT 1 FROM pg_stat_wal_receiver").fetchone():
                time.sleep(0.01)

    def _drop_standby(self) -> None:
        standby, self._standby = self._standby, None
        if standby is not None:
            with contextlib.suppress(LabError, psycopg.Error), self._primary.connect() as connection:
                self._primary.configure(_ALONE)
                connection.execute("SELECT pg_reload_conf()")
            standby.remove()

    def _conninfo(self) -> str:
        """How a standby reaches the primary: by its port, or, where that is apart, by the socket in its folder."""
        primary = self._primary
        host = HOST
        if primary.apart:
            way = self._ways / str(self._count)  # the name of a socket may have 107 bytes
            way.symlink_to(primary.folder)
            host = str(way)
        return f"host={host} port={primary.port} user={ADMIN} password={primary.password} application_name=standby"


def _until(at: float) -> None:
    """Wait until an instant of the machine's clock (Unix seconds)."""
    time.sleep(max(0.0, at - time.time()))
