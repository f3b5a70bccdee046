"""One MariaDB server and its data directory."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pymysql
from sqlalchemy.engine import URL

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.programs import HOST, Programs, Served, free_port
from dr_orchestrator.waiting.mysql import Stoppable, connect

ADMIN = "rdsadmin"
START_TIMEOUT = 60.0
_STILL_S = 5.0
_PORT_TRIES = 4

# A lab loses nothing worth an fsync, and has to start many servers on a small machine.
SETTINGS = (
    f"--bind-address={HOST}",
    "--skip-name-resolve",
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-use-native-aio=0",  # what a write was asked for is done by the server itself, or not at all
    "--performance-schema=0",
    "--character-set-server=utf8mb4",
    "--default-time-zone=+00:00",
)
_BINLOG = ("--binlog-format=ROW", "--binlog-row-image=FULL")
# As RDS gives them to a master user, and no more.
_RIGHTS = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, "
    "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, "
    "ALTER ROUTINE, CREATE USER, EVENT, TRIGGER"
)


@dataclass(frozen=True)
class Position:
    """A place in the binary log: all that was committed before it."""

    file: str
    offset: int


class Server(Served):
    """A server that is started, asked and stopped; one with a `binlog`, its path without an ending, keeps it there."""

    def __init__(self, programs: Programs, folder: Path, password: str, binlog: Path | None = None) -> None:
        super().__init__(programs, folder, password)
        self._binlog, self.number, self._relays = binlog, 1, False

    @property
    def password(self) -> str:
        """The superuser's."""
        return self._password

    def keep_log(self, name: str, number: int, *, relays: bool = False) -> None:
        """Keep a binary log in its own folder, from its next start on, as the server of that number; one that `relays`
        writes what it hears of another into it, too.
        """
        self._binlog, self.number, self._relays = Path(name), number, relays

    def forget_logs(self, name: str) -> None:
        """Delete the logs in its folder, while it rests: the binary ones of the server that its files were copied from,
        and what that had heard of another.
        """
        self._programs.run("sh", "-c", f"rm -f {name}.* *relay-bin* *relay-log.info *master.info", cwd=self.folder)

    def start(self) -> None:
        """Start it on a free port; returns once it accepts connections, its recovery behind it."""
        logs = (f"--log-bin={self._binlog}", *_BINLOG) if self._binlog else ("--skip-log-bin",)
        number = (f"--server-id={self.number}", *(("--log-slave-updates",) if self._relays else ()))
        # Each server deletes, as it starts, what looks like a temporary table's in the folder of those: also another's.
        scratch = self.folder.with_name(f"{self.folder.name}-tmp")
        scratch.mkdir(exist_ok=True)
        self._programs.own(scratch)
        for attempt in range(_PORT_TRIES):
            self.port = free_port()
            command = ("mariadbd", "--no-defaults", f"--datadir={self.folder}", f"--port={self.port}")
            # Both are in the data directory: the name of a socket may have 107 bytes.
            own = ("--socket=s.sock", "--pid-file=mariadbd.pid", f"--tmpdir={scratch}")
            self._process = self._programs.start((*command, *own, *SETTINGS, *logs, *number), self.folder, self.log)
            if self._answers():
                return
            # Another program can take the port between our look and the server's.
            if attempt + 1 == _PORT_TRIES or "Address already in use" not in self.said():
                raise LabError(f"MariaDB did not start: {self.said()[-500:]}")

    def connect(self, database: str = "", user: str = ADMIN, password: str = "") -> Stoppable:
        """A connection of the superuser, each statement its own transaction."""
        secret = password or (self._password if user == ADMIN else "")
        url = URL.create("mariadb+pymysql", user, secret, HOST, self.port, database or None)
        made = connect(url, what="the lab's MariaDB", connect_s=20)
        made.execute("SET autocommit = 1")
        return made

    def make_admin(self) -> None:
        """Make the superuser of a server that is new, and take away those that it came with."""
        with self.connect(user="root") as connection:
            connection.execute(f"CREATE USER {ADMIN}@'%%' IDENTIFIED BY %s", (self._password,))
            connection.execute(f"GRANT ALL ON *.* TO {ADMIN}@'%' WITH GRANT OPTION")
            others = "SELECT user, host FROM mysql.user WHERE user NOT IN (%s, 'mariadb.sys')"
            for user, host in connection.execute(others, (ADMIN,)).fetchall():
                connection.execute("DROP USER %s@%s", (user, host))

    def name_database(self, name: str, owner: str, password: str) -> None:
        """Make an instance's database and the master user, as RDS does."""
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE IF NOT EXISTS {connection.quote(name)}")
            connection.execute("CREATE USER %s@'%%' IDENTIFIED BY %s", (owner, password))
            connection.execute(f"GRANT {_RIGHTS} ON *.* TO %s@'%%' WITH GRANT OPTION", (owner,))

    def give_password(self, role: str, password: str) -> None:
        """Have a user log in by another password from now on."""
        with self.connect() as connection:
            connection.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", (role, password))

    def mark(self, now: Callable[[], datetime]) -> tuple[datetime, Position]:
        """An instant, and the place in the log of all that is committed by then."""
        with self.connect() as connection:
            connection.execute("FLUSH TABLES WITH READ LOCK")
            return now(), _position(connection)

    def image(self, target: Path) -> Position:
        """Copy its files as they are at one instant, as a volume's snapshot does; the place in the log of that instant.

        Nothing is committed meanwhile, and the server stands still: what it then has in its files it recovers from. One
        that rests is copied as it lies.
        """
        with self.turning:
            if not self.runs:
                self._copy_files(target)
                return Position("", 0)
            with self.connect() as connection:
                connection.execute("FLUSH TABLES WITH READ LOCK")
                at = _position(connection)
                with self._still():
                    self._copy_files(target)
        return at

    def shut_down(self) -> None:
        """End it with all its data written."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)

    def stop(self) -> None:
        """End it at once; its data is about to go, so nothing is saved."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.kill()
            process.wait(10)

    def replay(self, files: list[Path], since: Position, until: Position) -> None:
        """Do again what a binary log holds between two places."""
        logs = " ".join(map(str, files))
        reading = (
            f"{self._programs.path('mariadb-binlog')} --start-position={since.offset} "
            f"--stop-position={until.offset} {logs}"
        )
        saying = f"{self._programs.path('mariadb')} --host={HOST} --port={self.port} --user={ADMIN} --binary-mode"
        command = f"set -e; {reading} > .replay.sql; {saying} < .replay.sql; rm .replay.sql"
        self._programs.run("sh", "-c", command, cwd=self.folder, env={"MYSQL_PWD": self._password})

    @contextmanager
    def _still(self) -> Iterator[None]:
        """Within: the server does nothing at all."""
        process = self._process
        if process is None:
            yield
            return
        process.send_signal(signal.SIGSTOP)
        try:
            _await_still(process.pid)
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if not self.runs:
                return False
            try:
                with self.connect():
                    return True
            except pymysql.Error as error:
                if error.args and error.args[0] == 1045:  # it answers, and has no superuser of ours yet
                    return True
                time.sleep(0.02)
        self.stop()
        return False


class Template:
    """A data directory that is made once, and copied for each server."""

    def __init__(self, programs: Programs, root: Path, password: str) -> None:
        self._programs, self._password = programs, password
        self.folder = root / "template"
        self.folder.mkdir(exist_ok=True)
        programs.own(self.folder)
        self.data = self.folder / "data"
        made = ("--no-defaults", f"--datadir={self.data}", "--auth-root-authentication-method=normal", "--skip-test-db")
        install = ("mariadb-install-db", *made, "--innodb-log-file-size=8M", f"--tmpdir={self.folder}")
        try:
            programs.run(*install, cwd=self.folder)
        except LabError:  # what it began is in the way of another
            shutil.rmtree(self.data, ignore_errors=True)
            programs.run(*install, cwd=self.folder)
        server = Server(programs, self.data, password)
        server.start()
        server.make_admin()
        server.shut_down()

    def copied(self, folder: Path, binlog: Path | None = None) -> Server:
        """A server of its own."""
        return copied(self._programs, self.data, folder, self._password, binlog)


def copied(programs: Programs, source: Path, folder: Path, password: str, binlog: Path | None = None) -> Server:
    """A server with a copy of the files of a folder."""
    programs.run("cp", "-R", str(source), str(folder), cwd=source.parent)
    with contextlib.suppress(FileNotFoundError):
        (folder / "mariadbd.pid").unlink()
    return Server(programs, folder, password, binlog)


def _position(connection: Stoppable) -> Position:
    row = connection.execute("SHOW MASTER STATUS").fetchone()
    if row is None:
        return Position("", 0)
    return Position(str(row[0]), int(row[1]))


def _await_still(pid: int) -> None:
    """Wait until every thread of a process stands still; nobody tells it but Linux, elsewhere a moment is given."""
    threads, deadline = Path(f"/proc/{pid}/task"), time.monotonic() + _STILL_S
    if not threads.is_dir():
        time.sleep(0.05)
        return
    while not all(_state(threads / name) in "TtZX" for name in os.listdir(threads)):  # noqa: PTH208
        if time.monotonic() > deadline:
            raise LabError("the server did not stand still to be copied")
        time.sleep(0.002)


def _state(thread: Path) -> str:
    """The state of a thread, which may end meanwhile."""
    try:
        return (thread / "stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "X"
