"""The fixtures that every test may ask for: a shop in a lab, a world to drill it from, a lab, a real PostgreSQL, a real
MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from tests.support import workspace
from tests.support.estate import Estate, estate
from tests.support.labs import clock, lab
from tests.support.ledgers import (
    by_migrations,
    laid_out,
    ledger_server,
    postgres_layout,
    postgres_ledger,
    synced,
    unsynced,
)
from tests.support.machine import Machine, machine
from tests.support.mariadb_server import mariadb_server, mariadb_url
from tests.support.once import once
from tests.support.postgres_server import postgres_server, postgres_url

__all__ = [
    "by_migrations",
    "clock",
    "here",
    "home",
    "lab",
    "laid_out",
    "ledger_server",
    "machine",
    "mariadb_server",
    "mariadb_url",
    "once",
    "postgres_layout",
    "postgres_ledger",
    "postgres_server",
    "postgres_url",
    "shop",
    "synced",
    "unsynced",
]

SERVERS = {"postgres_server", "postgres_url", "postgres_ledger", "programs", "mariadb_server", "mariadb_url"}
ENGINES = {"postgresql", "data-api", "mariadb", "mysql", "aurora-mysql"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """What asks for a real server is slow, without a word of its own."""
    for item in items:
        params = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if SERVERS & set(item.fixturenames) or ENGINES & set(map(str, params)):
            item.add_marker("slow")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The order of the tests can be had again."""
    terminalreporter.write_line(
        f"in random order; the same again: pytest --randomly-seed={getattr(config.option, 'randomly_seed', 'none')}"
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The small estate in a lab of this process, made once for a file of tests."""
    with estate(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: Machine) -> Path:
    """The folder of a workspace, which this process takes for its own; no Prefect server is near, no time passes."""
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    return tmp_path


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    """A world in which the shop is drilled."""
    with wiring.using(workspace.world(home, shop.clock)) as made:
        yield made
    shop.lab.faults.clear()
