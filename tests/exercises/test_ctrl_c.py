"""Ctrl-C pressed again and again in an exercise, for real: it goes at once, without a trace, and a sweep ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from dr_orchestrator import settings, wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.programme import verdict_of
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.settings import Pace
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.lab import serve
from tests.support import workspace
from tests.support.machine import later
from tests.support.prefect_server import DWA, PATIENCE, Prefect, ending, hold, release, restoring, tables

FACTOR = 20.0


def pressed_until_it_ends(dro: subprocess.Popen[str]) -> str:
    """Ctrl-C as a person presses it who has lost patience, up to the last moment; what was told."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        dro.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return dro.communicate(timeout=0.1)[1]
    raise AssertionError(f"it did not end within {PATIENCE} s")


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_ctrl_c_again_and_again_leaves_all_to_a_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 5 and where the copies went; the run is left open, and the sweep's verdicts agree with each other."""
    workspace.write(tmp_path)
    (tmp_path / "drills" / "shop.yaml").write_text(DWA)
    pace = Pace(FACTOR, time.time())
    with serve(PacedClock(pace), estate=True) as lab:
        hold(lab)
        named = {**lab.environment(), "DRO_CLOCK_PACE": f"{FACTOR}@{pace.origin}", "DRO_HOME": str(tmp_path)}
        environment = {name: value for name, value in {**os.environ, **named}.items() if name != "PREFECT_API_URL"}
        command = [sys.executable, "-m", "dr_orchestrator", "quarterly", "table-pitr"]
        dro = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            asked = Prefect(tmp_path, environment)
            run = asked.wait(restoring)
            told = pressed_until_it_ends(dro)
        finally:
            dro.kill()
            dro.wait()

        assert dro.returncode == Exit.LEFTOVERS, told
        assert "Traceback" not in told
        assert "never retrieved" not in told
        assert f"run {run.header.id} may have left copies" in told

        release(lab)
        for name, value in named.items():
            monkeypatch.setenv(name, value)
        with wiring.using(wiring.App(settings.load(), PacedClock(pace))) as here, later(2 * LEASE):
            assert len(sweeping.sweep(here).exercises) == 1
            exercise, runs = here.ledger.queries.exercise()
        assert exercise.verdict is verdict_of(exercise, runs)
        assert not any(name.startswith("dro-") for name in tables(lab))


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_one_ctrl_c_cleans_up_though_nobody_reads_what_is_told(tmp_path: Path) -> None:
    """The terminal is gone, as with a pager that was left: that is no second request; the exit code says ABORTED."""
    workspace.write(tmp_path)
    (tmp_path / "drills" / "shop.yaml").write_text(DWA)
    pace = Pace(FACTOR, time.time())
    with serve(PacedClock(pace), estate=True) as lab:
        hold(lab)
        named = {**lab.environment(), "DRO_CLOCK_PACE": f"{FACTOR}@{pace.origin}", "DRO_HOME": str(tmp_path)}
        environment = {name: value for name, value in {**os.environ, **named}.items() if name != "PREFECT_API_URL"}
        command = [sys.executable, "-m", "dr_orchestrator", "quarterly", "table-pitr"]
        dro = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            asked = Prefect(tmp_path, environment)
            asked.wait(restoring)
            assert dro.stderr is not None
            dro.stderr.close()
            dro.send_signal(signal.SIGINT)
            asked.wait(ending)
            release(lab)
            code = dro.wait(timeout=PATIENCE)
        finally:
            dro.kill()
            dro.wait()
        run = asked.wait(lambda run: run.closing is not None)
        assert not any(name.startswith("dro-") for name in tables(lab))
    assert run.closing is not None
    assert (run.closing.verdict, run.closing.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert code == Exit.ABORTED
