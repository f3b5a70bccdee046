"""One PostgreSQL server and its data directory."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.postgres import network
from dr_orchestrator.lab.programs import HOST, Programs, Served, free_port

ADMIN = "rdsadmin"
MAINTENANCE = "template1"
_BLANK = "postgres"
START_TIMEOUT = 60.0
_PORT_TRIES = 4

# A lab loses nothing worth an fsync, and has to start many servers on a small machine.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "30",
    "max_wal_senders": "3",
    "max_worker_processes": "0",
    "max_parallel_workers": "0",
    "max_logical_replication_workers": "0",
    "autovacuum": "off",
    "wal_level": "replica",
    "max_wal_size": "64MB",
    "min_wal_size": "2MB",
    "checkpoint_timeout": "1h",
    "wal_writer_delay": "50ms",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class Cluster(Served):
    """A server that is started, asked and stopped; `log` tells what it said.

    One that is `apart` has no network: it gets out to nothing, and is reached through a door.
    """

    def __init__(self, programs: Programs, folder: Path, password: str, *, apart: bool = False) -> None:
        super().__init__(programs, folder, password)
        self.apart, self.password = apart, password
        self._door: network.Door | None = None
        self.way: Path | None = None
        """The folder of a socket by which those that follow it reach it, where it follows another itself."""

    def configure(self, more: Mapping[str, str], signal_file: str = "") -> None:
        """Write its settings; `signal_file` makes it recover when it starts."""
        lines = "".join(f"{name} = '{value}'\n" for name, value in {**SETTINGS, **more}.items())
        written = [self.folder / "postgresql.auto.conf"]
        written[0].write_text(lines)
        if signal_file:
            written.append(self.folder / signal_file)
            written[1].touch()
        self._programs.own(*written)

    def start(self) -> None:
        """Start it on a free port; returns once it accepts connections, perhaps still recovering."""
        if self.apart:
            self._start_apart()
            return
        for attempt in range(_PORT_TRIES):
            self.port = free_port()
            command = ("postgres", "-D", str(self.folder), "-p", str(self.port))
            self._process = self._programs.start(command, self.folder, self.log)
            if self._answers():
                return
            # Another program can take the port between our look and the server's.
            if attempt + 1 == _PORT_TRIES or "Address already in use" not in self.said():
                raise LabError(f"PostgreSQL did not start: {self.said()[-500:]}")

    def _start_apart(self) -> None:
        self._door = network.Door(HOST, self.folder)
        self.port = self._door.port
        server = (self._programs.path("postgres"), "-D", str(self.folder), *network.settings(self.port))
        self._process = self._programs.start((*network.ALONE, *server), self.folder, self.log)
        if not self._answers():
            raise LabError(f"PostgreSQL did not start: {self.said()[-500:]}")

    def wait_promoted(self) -> None:
        """Wait until it is out of recovery: a server that still recovers answers SQL too, and may yet die of it."""
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            self._check_alive()
            with contextlib.suppress(psycopg.OperationalError), self.connect() as connection:
                if connection.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,):
                    return
            time.sleep(0.02)
        raise LabError(f"recovery took over {START_TIMEOUT:.0f} s: {self.said()[-500:]}")

    def connect(self, database: str = MAINTENANCE) -> psycopg.Connection:
        """A connection of the superuser, each statement its own transaction."""
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user=ADMIN,
            password=self._password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def name_database(self, name: str, owner: str, password: str, rights: Sequence[str] = ()) -> None:
        """Make the one database that it came with an instance's, and the role that owns it, as RDS does.

        `rights` are the roles that it is a member of.

        Renaming takes no time; a new one would be copied from the template, file by file.
        """
        role = sql.Identifier(owner)
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(role, sql.Literal(password))
            )
            for right in rights:
                connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(right), role))
            if name != _BLANK:
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                connection.execute(rename.format(sql.Identifier(_BLANK), sql.Identifier(name)))
            connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), role))

    def give_password(self, role: str, password: str) -> None:
        """Have a role log in by another password from now on."""
        with self.connect() as connection:
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))

    def base_backup(self, target: Path) -> None:
        """A physical copy, with the WAL that makes it consistent; of a server at rest, its files as they are."""
        with self.turning:
            if self.runs:
                self._copy_running(target)
            else:
                self._copy_files(target)

    def _copy_running(self, target: Path) -> None:
        self._programs.run(
            *("pg_basebackup", "-h", HOST, "-p", str(self.port), "-U", ADMIN, "-D", str(target)),
            *("-X", "fetch", "--checkpoint=fast", "--no-sync", "--no-manifest"),
            cwd=target.parent,
            env={"PGPASSWORD": self._password},
        )

    def shut_down(self) -> None:
        """End it with all its data written."""
        self._shut_door()
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)

    def stop(self) -> None:
        """End it at once; its data is about to go, so nothing is saved."""
        if self.way is not None:
            shutil.rmtree(self.way, ignore_errors=True)
        self._shut_door()
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    def _shut_door(self) -> None:
        door, self._door = self._door, None
        if door is not None:
            door.close()

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if not self.runs:
                return False
            try:
                with self.connect() as connection:
                    connection.execute("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        self.stop()
        return False

    def _check_alive(self) -> None:
        if not self.runs:
            raise LabError(f"PostgreSQL ended: {self.said()[-500:]}")
