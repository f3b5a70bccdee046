"""When a dead process was last heard of, on the drill's clock, however long its machine sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring.opening import _last_seen
from tests.support import ledger_samples as samples
from tests.support.machine import Machine


def test_a_dead_process_was_seen_at_its_last_beat(tmp_path: Path, machine: Machine) -> None:
    """So many seconds ago by the ledger's clock, which the drill's runs so many times as fast as."""
    pace = Pace(120.0, machine.now().timestamp())
    here = wiring.App(Settings(tmp_path, f"sqlite:///{tmp_path / 'ledger.db'}", pace, False), PacedClock(pace))
    here.ledger.open_run(samples.header("r-1"))
    assert _last_seen(here, "r-1") is None
    began = machine.now()
    here.ledger.leases.take("r-1", "elsewhere:1:a", LEASE)
    machine.sleep(50)
    assert _last_seen(here, "r-1") == datetime.fromtimestamp(pace.drill_time(began.timestamp()), UTC)
    machine.sleep(50)
    here.ledger.leases.beat("r-1", "elsewhere:1:a", LEASE)
    machine.sleep(10)
    seen = _last_seen(here, "r-1")
    assert seen is not None
    assert abs(seen - datetime.fromtimestamp(pace.drill_time(began.timestamp() + 100), UTC)) < timedelta(seconds=1)
    here.ledger.close()
