"""Two real servers, a copy and its production, of an installed PostgreSQL that has dblink; and ports that are silent.

The pip-installed PostgreSQL of the other tests brings no extensions. Where none with dblink is installed (in Debian:
apt install postgresql), the tests that take these fixtures are skipped.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from dr_orchestrator.domain.service import Login
from tests.support.postgres_server import Server, programs_with, running

PASSWORD = "not-a-secret"
MOST_WAITING = 64


@pytest.fixture(scope="session")
def programs() -> Path:
    found = programs_with("dblink")
    if found is None:
        pytest.skip("no PostgreSQL server with dblink is installed here")
    return found


@pytest.fixture(scope="session")
def copy_server(programs: Path) -> Iterator[Server]:
    with running(programs) as server:
        yield server


@dataclass(frozen=True)
class Production:
    """The server that a copy must not reach."""

    server: Server

    @property
    def log(self) -> str:
        """All that it noted."""
        return (self.server.data / "server.log").read_text()

    def ask(self, *statements: str) -> None:
        """As its superuser, each in its own transaction."""
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    @contextmanager
    def letting_in(self, *users: str) -> Iterator[None]:
        """Within: it asks these users for no password; one who is not there is made."""
        rules = self.server.data / "pg_hba.conf"
        before = rules.read_text()
        rules.write_text("".join(f"host all {user} 127.0.0.1/32 trust\n" for user in users) + before)
        self.ask(*(f"CREATE ROLE {user} LOGIN" for user in users), "SELECT pg_reload_conf()")
        try:
            yield
        finally:
            rules.write_text(before)
            self.ask(*(f"DROP ROLE {user}" for user in users), "SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def production(programs: Path) -> Iterator[Production]:
    with running(programs) as server:
        noting = Production(server)
        noting.ask(
            "ALTER SYSTEM SET log_connections = on",
            "ALTER SYSTEM SET log_statement = 'all'",
            "ALTER SYSTEM SET log_line_prefix = '%u: '",
            "SELECT pg_reload_conf()",
        )
        yield noting


@dataclass(frozen=True)
class Restored:
    """A database of the copy, and a user of it who is no superuser: nobody is, in RDS."""

    url: str
    user: str

    def ask(self, *statements: str) -> None:
        """As the superuser."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    @property
    def as_superuser(self) -> Login:
        where = urlsplit(self.url)
        database, port = where.path.strip("/"), where.port or 0
        return Login(where.hostname or "", port, database, where.username or "", where.password or "")

    @property
    def as_plain_user(self) -> Login:
        login = self.as_superuser
        return Login(login.host, login.port, login.database, self.user, PASSWORD)


@pytest.fixture
def restored(copy_server: Server) -> Iterator[Restored]:
    name = f"t{uuid4().hex}"
    server = Restored(copy_server.url, name)
    server.ask(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'", f"CREATE DATABASE {name}")
    yield Restored(copy_server.url.removesuffix("postgres") + name, name)
    server.ask(f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {name}")


@pytest.fixture
def closed_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def mute_port() -> Iterator[int]:
    """A loopback port where a connection opens, and then nothing is said."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield int(listening.getsockname()[1])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A loopback port that swallows packets: with its queue full, Linux drops whatever asks to connect."""
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        pytest.skip("this system's network cannot be told when to call it silence")
    waiting: list[socket.socket] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        try:
            while _opens(listening.getsockname(), waiting):
                if len(waiting) > MOST_WAITING:
                    pytest.skip("no loopback port can be made silent here")
            yield int(listening.getsockname()[1])
        finally:
            for each in waiting:
                each.close()


def _opens(address: tuple[str, int], waiting: list[socket.socket]) -> bool:
    """Whether one more connection is taken into the queue."""
    one = socket.socket()
    waiting.append(one)
    one.settimeout(0.2)
    try:
        one.connect(address)
    except OSError:
        return False
    return True
