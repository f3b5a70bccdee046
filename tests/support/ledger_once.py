"""Makes the schema of a ledger in a file by the real migrations once a process, and by what came of them ever after.

Each of thousands of tests has a ledger of its own, and to migrate an empty file takes a third of a second. What the
migrations do is not touched: a new ledger stands at their last revision, and whatever is older is upgraded as ever.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import cache

from sqlalchemy import Engine, create_engine

from dr_orchestrator.ledger import ledger
from dr_orchestrator.ledger.migrate import upgrade

_AROUND = ("BEGIN TRANSACTION;", "COMMIT;")


def remember() -> None:
    """From now on, in this process."""
    ledger.upgrade = _upgraded


def _upgraded(engine: Engine) -> None:
    if engine.dialect.name == "sqlite" and engine.url.database and not engine.url.query:
        _begin(engine.url.database)
    upgrade(engine)


def _begin(path: str) -> None:
    """Make the schema in an empty file, in one transaction: of two at once the second finds that of the first."""
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                for statement in _statements():
                    connection.execute(statement)
            connection.execute("COMMIT")
    except sqlite3.DatabaseError:
        return  # no database, or one that cannot be written: the real upgrade tells


@cache
def _statements() -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/ledger.db")
        upgrade(engine)
        engine.dispose()
        with closing(sqlite3.connect(f"{folder}/ledger.db")) as connection:
            return tuple(each for each in connection.iterdump() if each not in _AROUND)
