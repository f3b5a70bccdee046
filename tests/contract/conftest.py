"""What every ledger test gets: an empty ledger, once in SQLite and once in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator.ledger.ledger import SqlLedger, connect


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that nothing was written to; an empty ledger where the test is about one."""
    if request.param == "sqlite":
        (tmp_path / "state").mkdir()
        return f"sqlite:///{tmp_path / 'state' / 'ledger.db'}"
    laid_out = "ledger" in request.fixturenames and "by_migrations" not in request.fixturenames
    url: str = request.getfixturevalue("postgres_ledger" if laid_out else "postgres_url")
    return url


@pytest.fixture
def ledger(database_url: str) -> Iterator[SqlLedger]:
    """An empty ledger."""
    opened = connect(database_url)
    yield opened
    opened.close()
