"""A large-incident drill promises to be stopped from any process, wherever it is driven: these are real ones."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab import Lab
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.settings import Pace
from dr_orchestrator.wiring.lab import serve
from tests.support import mass_files, workspace
from tests.support.prefect_server import DWA, PATIENCE, Prefect, ending, hold, release, restoring, tables
from tests.support.shop import ended

pytestmark = pytest.mark.slow
FACTOR = 100.0
SITES = "site,tier,state,deleted_at\none,1,,\ntwo,1,,\ngone,1,soft-deleted,2026-11-01T00:00:00Z\n"
PLAN = mass_files.PLAN.replace("sessions-pitr", "table-pitr")


@dataclass
class Ground:
    """A lab, and a workspace whose processes drill in it."""

    lab: Lab
    home: Path
    environment: dict[str, str]

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """`dro` in a process of its own."""
        command = [sys.executable, "-m", "dr_orchestrator", "mass", *words]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A table of the lab, whose restore is held until somebody releases it."""
    workspace.write(tmp_path)
    (tmp_path / "drills" / "shop.yaml").write_text(DWA)
    mass_files.put(
        tmp_path / "drills",
        "site,tier,state,deleted_at\none,1,,\ntwo,1,,\ngone,1,soft-deleted,2026-11-01T00:00:00Z\n",
        PLAN,
    )
    origin = time.time()
    with serve(PacedClock(Pace(FACTOR, origin)), estate=True) as lab:
        hold(lab)
        own = {"DRO_CLOCK_PACE": f"{FACTOR}@{origin}", "DRO_HOME": str(tmp_path), "DRO_OPERATOR": "Ada"}
        environment = {**os.environ, **lab.environment(), **own}
        environment.pop("PREFECT_API_URL", None)
        yield Ground(lab, tmp_path, environment)


@contextmanager
def told(of: Prefect) -> Iterator[SqlLedger]:
    ledger = connect(of.ledger)
    try:
        yield ledger
    finally:
        ledger.close()


def test_an_abort_in_another_process_stops_it_and_takes_down_what_it_restored(ground: Ground) -> None:
    """Both say so, and exit with 4; each item has its verdict, by whose word it has none, and no copy is left."""
    asked = Prefect(ground.home, ground.environment)
    drill = ground.begin("run", "many-sites", "--auto")
    try:
        asked.wait(restoring)
        assert any(name.startswith("dro-") for name in tables(ground.lab))
        other = ground.begin("abort")
        try:
            assert other.stderr is not None
            said = other.stderr.readline()
            asked.wait(ending)
            release(ground.lab)  # a table that is still being restored cannot be deleted
            printed, more = other.communicate(timeout=PATIENCE)
        finally:
            other.kill()
            other.wait()
        out, err = drill.communicate(timeout=PATIENCE)
    finally:
        drill.kill()
        drill.wait()
    assert (other.returncode, drill.returncode) == (Exit.ABORTED, Exit.ABORTED), printed + said + more + out + err
    assert "Asked the process that drives it to stop" in said and "ABORTED" in printed
    assert "Traceback" not in more + err and "aborted by Ada" in err
    assert not any(name.startswith("dro-") for name in tables(ground.lab))
    with told(asked) as ledger:
        record = ledger.mass_restores.named("latest")
        items = {each.site: (each.verdict, each.rule, each.reason) for each in ledger.mass_restores.items(record.id)}
        stopped = ItemVerdict.INCONCLUSIVE, Rule.STOPPED, "aborted by Ada"
        assert {each: items[each] for each in ("one", "two")} == dict.fromkeys(("one", "two"), stopped)
        assert items["gone"][:2] == (ItemVerdict.LEFT_ALONE, Rule.SITE_DELETED)
        assert record.verdict is Verdict.ABORTED
        (run,) = ledger.queries.runs(9)
        assert ended(run) == (Verdict.ABORTED, Cleanup.CLEAN)
