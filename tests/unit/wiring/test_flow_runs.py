"""A sweep ends flow runs of dead processes, never those of living ones; no Prefect keeps it from its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.runner.lease import LEASE, LeaseHolder
from dr_orchestrator.wiring import flow_runs, sweeping
from tests.support import workspace
from tests.support.fakes import FakeClock

DEAD, ALIVE = "00000000-0000-0000-0000-00000000dead", "00000000-0000-0000-0000-00000000beef"


class Prefect:
    """What Prefect is asked to end, and what it says."""

    def __init__(self) -> None:
        self.configured, self.answers, self.knows = True, True, {DEAD, ALIVE}
        self.asked: list[str] = []

    def crash(self, dead: Sequence[str]) -> tuple[list[str], list[str]]:
        self.asked += dead
        if not self.answers:
            raise ConnectionRefusedError("nobody listens")
        known = [name for name in dead if name in self.knows]
        return known, known


@pytest.fixture
def prefect(monkeypatch: pytest.MonkeyPatch) -> Prefect:
    made = Prefect()
    monkeypatch.setattr(flow_runs, "api_configured", lambda: made.configured)
    monkeypatch.setattr(flow_runs, "_crash", made.crash)
    return made


@pytest.fixture
def here(tmp_path: Path) -> Iterator[wiring.App]:
    """A ledger in which a process that died was in one flow run, and one that lives is in another."""
    known = workspace.world(tmp_path, FakeClock())
    with wiring.using(wiring.App(known.settings, known.clock, machine=FakeClock())) as made:
        made.ledger.flow_leases.take(DEAD, "elsewhere:1:abc", timedelta())
        made.ledger.flow_leases.take(ALIVE, "elsewhere:2:abc", LEASE)
        yield made


def test_only_flow_runs_of_dead_processes_are_ended(here: wiring.App, prefect: Prefect) -> None:
    """One whose lease runs is left alone, and goes on being known; the other is ended once."""
    assert flow_runs.end_dead(here) == [DEAD]
    assert flow_runs.end_dead(here) == []
    assert prefect.asked == [DEAD]
    assert here.ledger.queries.flow_runs() == [ALIVE]


def test_waiting_outwaits_the_lease_of_a_flow_run(here: wiring.App, prefect: Prefect) -> None:
    """The scheduled sweep ends one whose process died just now, too."""
    assert sorted(flow_runs.end_dead(here, wait=True)) == sorted([DEAD, ALIVE])
    assert here.machine.monotonic() <= LEASE.total_seconds()


@pytest.mark.parametrize("configured", [True, False])
def test_without_prefect_nothing_is_ended_and_nothing_forgotten(
    here: wiring.App, prefect: Prefect, configured: bool
) -> None:
    """One that does not answer is asked again by the next sweep; where none is configured none is asked."""
    prefect.configured, prefect.answers = configured, False
    assert flow_runs.end_dead(here) == []
    assert prefect.asked == ([DEAD] if configured else [])
    assert sorted(here.ledger.queries.flow_runs()) == sorted([DEAD, ALIVE])


def test_what_another_prefect_knows_is_not_forgotten(here: wiring.App, prefect: Prefect) -> None:
    """Two servers may share a ledger: a flow run that this one does not know stays for a sweep that knows the other."""
    prefect.knows = {ALIVE}
    assert flow_runs.end_dead(here) == []
    assert DEAD in here.ledger.queries.flow_runs()


def test_a_sweep_that_slept_does_not_end_its_own_flow_run(
    here: wiring.App, prefect: Prefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease may have run out by then; it lives all the same."""
    monkeypatch.setattr(flow_runs, "flow_run", lambda: ALIVE)
    monkeypatch.setattr(LeaseHolder, "beat", lambda _: None)
    with flow_runs.held(here):
        here.machine.sleep(2 * LEASE.total_seconds())
        assert flow_runs.end_dead(here) == [DEAD]


def test_a_flow_run_is_held_while_its_process_is_in_it(
    here: wiring.App, prefect: Prefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its beginning to its end, drills of an exercise with it; whoever had it before does not any more."""
    monkeypatch.setattr(flow_runs, "flow_run", lambda: DEAD)
    with flow_runs.held(here):
        with flow_runs.held(here):
            pass
        lease = here.ledger.flow_leases.lease(DEAD)
        assert lease is not None
        assert lease.left > LEASE - timedelta(seconds=1)
        assert flow_runs.end_dead(here) == []
    assert here.ledger.queries.flow_runs() == [ALIVE]


def test_one_sweep_of_the_schedule_is_under_way_at_a_time(
    here: wiring.App, prefect: Prefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside one that lives another begins nothing; one that died is outwaited for as long as a lease lasts."""
    swept: list[bool] = []
    monkeypatch.setattr(sweeping, "sweep", lambda _here, wait: swept.append(wait))
    machine, leases = here.machine, here.ledger.flow_leases
    leases.take(flow_runs.SWEEP, "elsewhere:3:abc", LEASE)
    sleep = machine.sleep

    def beats(seconds: float) -> None:
        sleep(seconds)
        leases.beat(flow_runs.SWEEP, "elsewhere:3:abc", LEASE)

    with monkeypatch.context() as patch:
        patch.setattr(machine, "sleep", beats)
        assert sweeping.sweep_alone(here) is None
    assert swept == []
    before = machine.monotonic()
    sweeping.sweep_alone(here)
    assert swept == [True]
    assert machine.monotonic() - before <= LEASE.total_seconds()
