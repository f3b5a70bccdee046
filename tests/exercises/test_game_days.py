"""Drills of game days in processes of their own: they outlive whoever started them, and an abort reaches them."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import settings, wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.game_day.acts import Abort
from dr_orchestrator.domain.game_day.standing import DrillState
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import CHECKOUT, Pace
from dr_orchestrator.wiring.game_days.aborting import abort
from dr_orchestrator.wiring.game_days.drilling import log_of, start_drill
from dr_orchestrator.wiring.game_days.following import Following
from dr_orchestrator.wiring.lab import serve
from tests.support import game_day_files
from tests.support.game_days import EXECUTOR, SCRIBE

DRILL = "dwa-table-pitr"
PATIENCE_S = 120.0


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Lab, wiring.App]]:
    """The sample company on a lab whose restores take a while, and a workspace of it, whose children find both."""
    pace = Pace(30.0, time.time())
    for name in ("drills", "flows"):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    game_day_files.put(tmp_path / "drills", "develop-with-aws", DRILL)
    with serve(PacedClock(pace), estate=True) as lab:
        for name in [name for name in os.environ if name.startswith(("PREFECT_", "DRO_"))]:
            monkeypatch.delenv(name)
        named = {"DRO_HOME": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
        paced = {"DRO_CLOCK_PACE": f"{pace.factor!r}@{pace.origin!r}"}
        for name, value in {**lab.environment(), **named, **paced}.items():
            monkeypatch.setenv(name, value)
        with wiring.using(wiring.App(settings.load(), PacedClock(pace))) as made:
            yield lab, made


def test_an_abort_stops_a_drill_in_its_own_process(here: tuple[Lab, wiring.App]) -> None:
    """While its copy is being restored: its process takes that down and ends, the run is ABORTED and CLEAN."""
    made = here[1]
    record = game_day_files.begun(made)
    started = start_drill(made, "a-day", DRILL, EXECUTOR)
    following, ends = Following(made, record.id), made.machine.monotonic() + PATIENCE_S
    while not (following.look().drills[0].outcome and made.ledger.copies(started.run)):
        said = log_of(made, record.id, started.run).read_text()
        assert made.machine.monotonic() < ends and following.standing().drills[0].open, said
        made.machine.sleep(0.1)
    asked: list[str] = []
    _, standing = abort(made, record.id, Abort("errors"), SCRIBE, PATIENCE_S, asked.append)
    (only,) = standing.drills
    assert asked == [started.run] and only.state is DrillState.ENDED
    assert only.outcome is not None
    assert (only.outcome.verdict, only.outcome.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert made.ledger.queries.run(started.run).header.provenance.operator == EXECUTOR
