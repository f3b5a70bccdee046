"""Empty ledgers, laid out as the migrations lay them out, without running each of them for each test."""

from __future__ import annotations

import functools
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import Engine

from dr_orchestrator.ledger import engine as ledger_engine
from dr_orchestrator.ledger import migrate
from dr_orchestrator.ledger.engine import create
from tests.support import postgres_server as postgres

BY_MIGRATIONS, PREPARE = migrate._apply, ledger_engine._prepare


@functools.cache
def layout() -> tuple[str, ...]:
    """The statements that lay out an empty ledger: read from one that the migrations made."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "ledger.db"
        engine = create(f"sqlite:///{made}")
        BY_MIGRATIONS(engine)
        engine.dispose()
        with closing(sqlite3.connect(made)) as ledger:
            return tuple(each for each in ledger.iterdump() if each not in ("BEGIN TRANSACTION;", "COMMIT;"))


def _lay_out(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        BY_MIGRATIONS(engine)
        return
    with engine.begin() as connection:  # one that another thread lays out is waited for
        found = migrate.revision(connection)
        if found is None:
            for statement in layout():
                connection.exec_driver_sql(statement)
    if found is not None:
        BY_MIGRATIONS(engine)


@pytest.fixture(scope="session", autouse=True)
def laid_out() -> Iterator[None]:
    """Within: the empty ledgers of this process are laid out at once."""
    with mock.patch.object(migrate, "_apply", _lay_out):
        yield


@pytest.fixture(scope="session")
def ledger_server() -> Iterator[str]:
    """The URL of a server of ledgers alone: to what reads a whole server each database beside is one more."""
    with postgres.running() as server:
        yield server.url


@pytest.fixture(scope="session")
def postgres_layout(ledger_server: str) -> Iterator[str]:
    """The name of a database that the migrations made an empty ledger, once in a process: they take half a second."""
    with postgres.database(ledger_server) as made:
        engine = create(made)
        BY_MIGRATIONS(engine)
        engine.dispose()
        yield made.rpartition("/")[2]


@pytest.fixture
def postgres_ledger(ledger_server: str, postgres_layout: str) -> Iterator[str]:
    """The URL of an empty ledger in PostgreSQL, this test's own."""
    with postgres.database(ledger_server, postgres_layout) as made:
        yield made


def _unsynced(connection: sqlite3.Connection, record: object) -> None:
    PREPARE(connection, record)
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def unsynced() -> Iterator[None]:
    """Within: no commit of this process waits for the disk. Whoever dies in a test is a process, and no machine."""
    with mock.patch.object(ledger_engine, "_prepare", _unsynced):
        yield


@pytest.fixture
def synced() -> Iterator[None]:
    """Within: each commit is on the disk, as a user's is."""
    with mock.patch.object(ledger_engine, "_prepare", PREPARE):
        yield


@pytest.fixture
def by_migrations() -> Iterator[None]:
    """Within: each empty ledger is made by the migrations, one after another, as a user's is."""
    with mock.patch.object(migrate, "_apply", BY_MIGRATIONS):
        yield
