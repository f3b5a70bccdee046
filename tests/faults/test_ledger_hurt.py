"""The ledger is hurt in the middle of a drill: locked, restarted, without room. What was known is written, and told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, event

from dr_orchestrator import wiring
from dr_orchestrator.domain.outline import exit_code
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger import engine, patience
from dr_orchestrator.runner import journal
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.waiting import stops
from dr_orchestrator.wiring import sweeping
from tests.support import shop as shops
from tests.support.estate import Estate
from tests.support.machine import sleep
from tests.support.postgres_server import running

LOCK = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def here(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    monkeypatch.setattr(journal, "FELT_S", 0.1)  # a short wait is a wait
    with shops.world(shop, home) as made:
        yield made


def pauses(shop: Estate, monkeypatch: pytest.MonkeyPatch, after: int, relief: Callable[[], object]) -> list[float]:
    """What was waited for the ledger, in the drill's own time; at the pause of that number comes relief."""
    taken: list[float] = []

    def sleep(seconds: float) -> None:
        taken.append(seconds)
        shop.clock.sleep(seconds * shop.clock.pace)
        if len(taken) == after:
            relief()

    monkeypatch.setattr(patience, "time", SimpleNamespace(monotonic=lambda: sum(taken)))
    monkeypatch.setattr(patience, "stops", SimpleNamespace(sleep=sleep, leaving=stops.leaving))
    return taken


def passed(here: wiring.App, found: Run) -> None:
    """It ended well, every step is there with its end, and the wait for the ledger is in the report."""
    assert found.closing is not None
    assert found.closing.verdict in (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS), found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert all(step.outcome is not None for step in found.steps)
    assert "the ledger did not answer" in shops.told(here, found)


def test_a_ledger_that_another_process_locks(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real lock of another program, longer than SQLite's patience: the drill waits, goes on, and says so."""
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0)
    ledger = here.settings.home / ".dro" / "ledger.db"
    others: list[subprocess.Popen[str]] = []

    def lock(_shop: Estate) -> None:
        command = [sys.executable, "-c", LOCK, str(ledger)]
        other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        others.append(other)
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"

    waited = pauses(shop, monkeypatch, 3, lambda: others[0].communicate("", timeout=600))
    shops.fresh(shop)
    before = shops.everything(shop)
    shops.disrupted_at(monkeypatch, shop, "wait", lock)

    passed(here, shops.run(here, "sessions-pitr"))

    assert len(waited) == 3
    assert shops.everything(shop) == before


@pytest.mark.slow
def test_a_postgresql_ledger_that_is_restarted(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server goes away under the drill and comes back: no fact is lost, none is written twice."""
    shops.fresh(shop)
    before = shops.everything(shop)
    with running() as server, wiring.using(_on(here, server.url)) as there:
        waited = pauses(shop, monkeypatch, 2, server.start)
        shops.disrupted_at(monkeypatch, shop, "wait", lambda _: server.stop())
        passed(there, shops.run(there, "sessions-pitr"))
        there.ledger.close()

    assert len(waited) == 2
    assert shops.everything(shop) == before


def _on(here: wiring.App, url: str) -> wiring.App:
    return wiring.App(replace(here.settings, database_url=url), here.clock)


class Full:
    """A disk without room: SQLite may not grow by a page, and whatever is written needs more than one."""

    def __init__(self, here: wiring.App) -> None:
        self.full = False
        event.listen(here.ledger._engine, "begin", self._begin)

    def _begin(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={1 if self.full else 2**30}")
        if self.full and not connection.get_execution_options().get("reading"):
            connection.exec_driver_sql("CREATE TABLE ballast AS SELECT zeroblob(1000000)")

    def fill(self, *_: object) -> None:
        self.full = True

    def clear(self) -> None:
        self.full = False


def test_a_disk_that_is_full_for_a_while(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that find no room are kept until there is some; then they are written as they were."""
    disk = Full(here)
    waited = pauses(shop, monkeypatch, 4, disk.clear)
    shops.fresh(shop)
    before = shops.everything(shop)
    shops.disrupted_at(monkeypatch, shop, "verify", disk.fill)

    passed(here, shops.run(here, "sessions-pitr"))

    assert len(waited) == 4
    assert shops.everything(shop) == before


def test_a_disk_that_stays_full(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drill cannot be recorded, so it ends; its copy goes all the same, and a sweep closes the run when it can."""
    disk = Full(here)
    pauses(shop, monkeypatch, 0, disk.clear)
    shops.fresh(shop)
    before = shops.everything(shop)
    shops.disrupted_at(monkeypatch, shop, "verify", disk.fill)
    with pytest.raises(engine.Unanswered, match="database or disk is full"):
        shops.run(here, "sessions-pitr")
    shop.clock.sleep(600)
    assert shops.everything(shop) == before

    disk.clear()
    sleep(monkeypatch, 2 * LEASE)
    (dead,) = sweeping.dead_runs(here)
    assert all(each.gone for each in sweeping.sweep_run(here, dead, "its disk was full; swept"))
    found = here.ledger.queries.run(dead.header.id)
    assert exit_code([found]) == Exit.INCONCLUSIVE
    assert "its disk was full" in shops.told(here, found)
    assert shops.everything(shop) == before
