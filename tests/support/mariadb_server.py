"""A real MariaDB for tests: Debian's, on a loopback port, as an unprivileged user; its folder is made once a worker.

`mariadb_url` gives each test an empty database of its own, and a user who owns it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pymysql
import pytest

from dr_orchestrator.domain.service import Login
from dr_orchestrator.lab.mariadb.programs import prepare
from dr_orchestrator.lab.mariadb.server import Server, Template

USER, PASSWORD = "dro", "correct-horse"


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    """A running server; where MariaDB is not installed, the error says what to install."""
    with tempfile.TemporaryDirectory(prefix="dro-maria-") as made:
        home = Path(made)
        home.chmod(0o755)
        programs = prepare(home)
        programs.own(home)
        server = Template(programs, home, "admin-of-tests").copied(home / "data")
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def mariadb_url(mariadb_server: Server) -> Iterator[str]:
    """The URL of an empty database, this test's own."""
    name = f"t{uuid4().hex[:20]}"
    with mariadb_server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'")
        connection.execute(f"GRANT ALL ON {name}.* TO '{name}'@'%'")
    yield f"mariadb://{name}:{PASSWORD}@127.0.0.1:{mariadb_server.port}/{name}"
    with mariadb_server.connect() as connection:
        connection.execute(f"DROP USER '{name}'@'%'")
        connection.execute(f"DROP DATABASE {name}")


def login_to(url: str) -> Login:
    """The login that a URL tells, of whichever engine."""
    where = urlsplit(url)
    engine = "postgres" if where.scheme == "postgresql" else where.scheme
    database = where.path.strip("/")
    return Login("127.0.0.1", where.port or 0, database, where.username or "", where.password or "", engine=engine)


def said(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Each as its own transaction, by a client that is none of ours; the rows of the last."""
    where = urlsplit(url)
    with (
        pymysql.connect(
            host="127.0.0.1",
            port=where.port or 0,
            user=where.username,
            password=where.password or "",
            database=where.path.strip("/"),
            autocommit=True,
            init_command="SET time_zone = '+00:00'",
        ) as connection,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())
