"""How long `dro due`, `calendar`, `coverage` and `programme` take of 2,000 services and eight quarters in SQLite.

The drill files are read apart: how long that takes is told beside it. Beside each time stands that of the processor.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Measures
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger import rows, tables
from dr_orchestrator.ledger.engine import create, transaction
from dr_orchestrator.ledger.ledger import connect
from dr_orchestrator.wiring import App
from dr_orchestrator.wiring.calendar import agenda_of
from dr_orchestrator.wiring.coverage import inventory_of
from dr_orchestrator.wiring.programme import publish
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import closing, copy, header

SERVICES, QUARTERS = 2_000, 8
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
_QUARTER = timedelta(days=91)


def main() -> None:
    """Print seconds for each, and for reading the files."""
    with tempfile.TemporaryDirectory() as folder:
        here = _workspace(Path(folder))
        _timed("reading the files", lambda: here.catalogue)
        _runs(here)
        for name, act in (("due, calendar", agenda_of), ("coverage", inventory_of), ("programme, written", publish)):
            for time_of in ("first", "again"):
                _timed(f"{name} ({time_of})", lambda act=act: act(here))  # type: ignore[misc]


def _timed(name: str, act: Callable[[], object]) -> None:
    began, busy = time.perf_counter(), time.process_time()
    act()
    told = f"{time.perf_counter() - began:6.2f} s, {time.process_time() - busy:6.2f} s of the processor"
    print(f"{name:28} {told}")  # noqa: T201


def _workspace(home: Path) -> App:
    """Each service with its own table, and one drill of it."""
    made = workspace.world(home, FakeClock(NOW))
    (home / "drills" / "shop.yaml").unlink()
    for number in range(SERVICES):
        name = f"service-{number:04}"
        text = f"""service: {name}
title: {name}
tier: 1
owner: Team {number % 50}
dr_champion: Ada
runbook: {{url: https://wiki.example.com/{name}, reviewed: 2026-10-01}}
resources:
  items: {{type: dynamodb-table, id: {name}, region: us-east-1}}
drills:
  drill-{number:04}:
    kind: pitr-restore
    resource: items
    disruption: application
    checks:
      - {{name: items are there, items-at-least: {{minimum: 50}}}}
"""
        (home / "drills" / f"{name}.yaml").write_text(text)
    return made


def _runs(here: App) -> None:
    """A run of each drill in each quarter with its copy, in rows as the ledger writes them; every tenth failed, for it
    took too long.
    """
    connect(here.settings.database_url, own=True).close()
    engine = create(here.settings.database_url)
    opened, copied = [], []
    for quarter in range(QUARTERS):
        for number, drill in enumerate(here.catalogue.drills.values()):
            began = NOW - _QUARTER * (QUARTERS - 1 - quarter) - timedelta(days=40) + timedelta(minutes=number)
            failed = (number + quarter) % 10 == 0
            took = timedelta(hours=7 if failed else 2, seconds=number + 60 * quarter)
            told = header(
                f"r-{quarter}-{number:04}",
                drill=drill.name,
                service=drill.service.name,
                service_title=drill.service.title,
                tier=1,
                exercise=None,
                started_at=began,
                selection=drill.selection.key,
                objective=drill.objective,
            )
            provenance = replace(told.provenance, simulated=False, definition=drill.digest)
            measures = Measures(rta=took, rpa=timedelta(minutes=5), rpa_grade="A")
            end = closing(Verdict.FAILED if failed else Verdict.PASSED, ended_at=began + took, measures=measures)
            opened.append({**rows.header_row(replace(told, provenance=provenance)), **rows.closing_row(end)})
            made = copy(told.id, id=f"dro-{told.id}")
            life = {"intended_at": began, "created_at": began, "gone_at": began + took, "job": ""}
            copied.append({**rows.copy_row(made), **life, "state": CopyState.DELETED})
    with transaction(engine) as connection:
        connection.execute(insert(tables.run), opened)
        connection.execute(insert(tables.copy), copied)
    engine.dispose()
