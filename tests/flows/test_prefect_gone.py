"""Prefect's server ends in mid-drill, for real: the drill goes on, and its result is told from the ledger."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from dr_orchestrator.cli import server
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.settings import Pace
from dr_orchestrator.wiring.lab import serve
from tests.support import workspace
from tests.support.prefect_server import DWA, PATIENCE, Prefect, hold, release, restoring, tables
from tests.support.shop import ended

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]
FACTOR = 100.0


def test_a_server_that_ends_in_mid_drill_changes_nothing(tmp_path: Path) -> None:
    """The drill passes, cleans up and exits 0; that Prefect went away is told in words, without a traceback."""
    workspace.write(tmp_path)
    (tmp_path / "drills" / "shop.yaml").write_text(DWA)
    origin = time.time()
    clock = PacedClock(Pace(FACTOR, origin))
    with ExitStack() as until_restoring, serve(clock, estate=True) as lab:
        hold(lab)
        api = until_restoring.enter_context(server.starting(tmp_path / "prefect"))
        server.wait(api, tmp_path / "prefect" / "server.log")
        environment = {
            **os.environ,
            **lab.environment(),
            "DRO_CLOCK_PACE": f"{FACTOR}@{origin}",
            "DRO_HOME": str(tmp_path),
            "PREFECT_API_URL": api,
            "PREFECT_HOME": str(tmp_path / "prefect-client"),
            "PREFECT_CLIENT_MAX_RETRIES": "1",
        }
        command = [sys.executable, "-m", "dr_orchestrator", "run", "table-pitr"]
        dro = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            asked = Prefect(tmp_path, environment)
            asked.wait(restoring)
            until_restoring.close()
            release(lab)
            printed, told = dro.communicate(timeout=PATIENCE)
        finally:
            dro.kill()
            dro.wait()
        run = asked.wait(lambda run: run.closing is not None)
        assert not any(name.startswith("dro-") for name in tables(lab))

    assert run.closing is not None
    assert ended(run) == (Verdict.PASSED, Cleanup.CLEAN)
    assert dro.returncode == Exit.PASSED, told
    assert f"run {run.header.id}" in printed
    assert told.count("went away during") == 1
    assert "Traceback" not in told
