"""Prefect for real: a server, the deployments of prefect.yaml, and a process worker that runs one."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, cast

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from dr_orchestrator import settings, wiring
from dr_orchestrator.cli import server
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab import Lab
from dr_orchestrator.ledger.ledger import connect
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.runner.stop import CANCELLED
from dr_orchestrator.settings import CHECKOUT, Pace
from dr_orchestrator.wiring import flow_runs, sweeping
from dr_orchestrator.wiring.lab import serve
from tests.support import workspace
from tests.support.machine import sleep
from tests.support.prefect_server import DWA, PATIENCE, Prefect, ending, hold, release, restoring, tables
from tests.support.shop import ended

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]
FACTOR = 100.0
SLOW_FACTOR = 20.0
"""What is given up after hours of the drill's is given up after many minutes of ours."""

POOL, INSIDE = "dr-drills", "dr-inside"


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    home = tmp_path_factory.mktemp("workspace")
    workspace.write(home)
    (home / "prefect.yaml").write_text((CHECKOUT / "prefect.yaml").read_text())
    with server.starting(home / "prefect") as api:
        server.wait(api, home / "prefect" / "server.log")
        environment = {
            **os.environ,
            "PREFECT_API_URL": api,
            "PREFECT_HOME": str(home / "prefect-client"),
            "DRO_HOME": str(home),
            "DO_NOT_TRACK": "1",
            "PREFECT_CLI_PROMPT": "false",
        }
        made = Prefect(home, environment)
        made("work-pool", "create", "--type", "process", POOL)
        made("--no-prompt", "deploy", "--all")
        yield made


def test_every_deployment_is_accepted(prefect: Prefect) -> None:
    """`prefect deploy --all` makes a deployment of each flow, the quarterly one with an active schedule."""
    found = prefect.ask("/deployments/filter", {})

    assert {each["name"] for each in found} == {
        *(
            "quarterly",
            "scheduled",
            "snapshot-restore",
            "pitr-restore",
            "replica-rebuild",
            "az-failover",
            "region-failover",
            "replica-promotion",
            "global-switchover",
            "sweep",
            "posture",
            "tickets",
            "notices",
            "mass-restore",
        ),
    }
    (quarterly,) = (each for each in found if each["name"] == "quarterly")
    (schedule,) = quarterly["schedules"]  # type: ignore[attr-defined]
    assert schedule["active"]
    assert schedule["schedule"]["cron"] == "0 9 * 1,4,7,10 2#1"


def test_the_schedule_really_makes_runs(prefect: Prefect) -> None:
    """The scheduler of the pinned versions creates the next quarterly run; in others it dies without a word."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        waiting = {"state": {"type": {"any_": ["SCHEDULED"]}}}
        if prefect.ask("/flow_runs/filter", {"flow_runs": waiting, "flows": {"name": {"any_": ["quarterly"]}}}):
            return
        time.sleep(0.5)  # the server is another process: there is no clock of ours to move
    pytest.fail(f"no run of the active schedule was created within {PATIENCE} s")


def test_a_worker_runs_a_drill(prefect: Prefect) -> None:
    """A process worker picks a deployment's run up; the drill passes, and its steps are tasks of the flow run."""
    origin = time.time()
    clock = PacedClock(Pace(FACTOR, origin))
    with serve(clock, estate=True) as lab:
        prefect.environment |= {**lab.environment(), "DRO_CLOCK_PACE": f"{FACTOR}@{origin}"}
        drill = json.dumps({"drill": "table-pitr"})
        (prefect.home / "drills" / "shop.yaml").write_text(DWA)
        prefect("deployment", "run", "pitr-restore/pitr-restore", "--params", drill)
        prefect("worker", "start", "--pool", POOL, "--run-once")

    (run,) = connect(prefect.ledger).queries.runs(1)
    assert run.closing is not None
    assert ended(run)[0] is Verdict.PASSED, run.closing.reasons
    assert run.header.provenance.engine == "prefect"
    tasks = {str(each["name"]) for each in prefect.ask("/task_runs/filter", {})}
    assert any(name.startswith("restore to the instant") for name in tasks)


@pytest.fixture
def inside(prefect: Prefect) -> Iterator[str]:
    """A deployment of the guide's own, in a work pool of its own."""
    guide, name = (CHECKOUT / "docs" / "drills-inside-a-vpc.md").read_text(), "pitr-restore-inside"
    (deployment,) = (each for each in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if "work_pool" in each)
    file = prefect.home / "prefect.yaml"
    before = file.read_text()
    file.write_text(before + deployment)
    prefect("work-pool", "create", "--type", "process", INSIDE)
    prefect("--no-prompt", "deploy", "--name", name)
    yield f"pitr-restore/{name}"
    prefect("deployment", "delete", f"pitr-restore/{name}")
    file.write_text(before)


@pytest.mark.campaign(0)
def test_a_drill_is_run_by_the_worker_of_its_own_pool(prefect: Prefect, inside: str) -> None:
    """Sent from where neither AWS nor the ledger is known, it waits for the worker that is inside, and is run there."""
    (prefect.home / "drills" / "shop.yaml").write_text(DWA)
    plain = {name: value for name, value in prefect.environment.items() if not name.startswith(("AWS_", "DRO_"))}
    before = {each.header.id for each in connect(prefect.ledger, own=True).queries.runs(9)}
    pool: dict[str, object] = {"work_pools": {"name": {"any_": [INSIDE]}}}
    arguments = (inside, "--params", json.dumps({"drill": "table-pitr"}))
    replace(prefect, environment=plain)("deployment", "run", *arguments)
    (sent,) = prefect.ask("/flow_runs/filter", pool)
    assert (sent["state_type"], sent["work_pool_name"]) == ("SCHEDULED", INSIDE)

    origin = time.time()
    with serve(PacedClock(Pace(FACTOR, origin)), estate=True) as lab:
        own = {**plain, "DRO_HOME": str(prefect.home), "DRO_CLOCK_PACE": f"{FACTOR}@{origin}", **lab.environment()}
        replace(prefect, environment=own)("worker", "start", "--pool", INSIDE, "--run-once")
        endpoint = lab.endpoint
    (run,) = [each for each in connect(prefect.ledger).queries.runs(9) if each.header.id not in before]
    assert run.closing is not None
    assert ended(run)[0] is Verdict.PASSED, run.closing.reasons
    assert (run.header.provenance.engine, run.header.provenance.endpoint) == ("prefect", endpoint)
    (done,) = prefect.ask("/flow_runs/filter", pool)
    assert (done["id"], done["state_type"]) == (sent["id"], "COMPLETED")


def test_a_drill_that_fails_fails_its_flow_run(prefect: Prefect) -> None:
    """Green in Prefect is green in the ledger: where `dro run` would not end with 0, the flow run says why."""
    origin = time.time()
    with serve(PacedClock(Pace(FACTOR, origin)), estate=True) as lab:
        prefect.environment |= {**lab.environment(), "DRO_CLOCK_PACE": f"{FACTOR}@{origin}"}
        (prefect.home / "drills" / "shop.yaml").write_text(DWA.replace("minimum: 50", "minimum: 50000"))
        prefect("deployment", "run", "pitr-restore/pitr-restore", "--params", json.dumps({"drill": "table-pitr"}))
        prefect("worker", "start", "--pool", POOL, "--run-once")

    (run,) = connect(prefect.ledger).queries.runs(1)
    assert run.closing is not None
    assert run.closing.verdict is Verdict.FAILED
    state = newest(prefect, "pitr-restore")["state"]
    assert state["type"] == "FAILED"
    assert f"run {run.header.id}: FAILED, clean-up CLEAN: {run.closing.reasons[0]}" in str(state["message"])


def newest(prefect: Prefect, flow: str) -> dict[str, Any]:
    """The newest flow run of a flow that was begun."""
    begun = {"flow_runs": {"start_time": {"is_null_": False}}, "flows": {"name": {"any_": [flow]}}}
    runs = prefect.ask("/flow_runs/filter", {**begun, "sort": "START_TIME_DESC"})
    return cast("dict[str, Any]", runs[0])


@contextmanager
def working(prefect: Prefect, deployment: str, parameters: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """Within: a worker, and one flow run for it."""
    prefect("deployment", "run", deployment, "--params", json.dumps(parameters))
    worker = subprocess.Popen(
        [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL],
        env=prefect.environment,
        cwd=prefect.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield worker
    finally:
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def kill(worker: subprocess.Popen[bytes], *holders: str) -> None:
    """Worker and flow die at once: nobody is left who could tell Prefect."""
    os.killpg(worker.pid, signal.SIGKILL)
    for holder in holders:
        with suppress(ProcessLookupError):
            os.kill(int(holder.split(":")[1]), signal.SIGKILL)


PITR = "pitr-restore/pitr-restore", {"drill": "table-pitr"}
QUARTERLY = "quarterly/quarterly", {"drills": ["table-pitr"], "at_once": 1}


@contextmanager
def under_way(
    prefect: Prefect, deployment: str = PITR[0], parameters: dict[str, Any] = PITR[1]
) -> Iterator[tuple[Lab, PacedClock, subprocess.Popen[bytes], Run]]:
    """Within: a drill in a worker's hands, whose copy AWS is restoring."""
    origin = time.time()
    clock = PacedClock(Pace(SLOW_FACTOR, origin))
    with serve(clock, estate=True) as lab:
        hold(lab)
        prefect.environment |= {**lab.environment(), "DRO_CLOCK_PACE": f"{SLOW_FACTOR}@{origin}"}
        (prefect.home / "drills" / "shop.yaml").write_text(DWA)
        with working(prefect, deployment, parameters) as worker:
            yield lab, clock, worker, prefect.wait(restoring)


@contextmanager
def later(prefect: Prefect, lab: Lab, clock: PacedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """Within: a world in which every lease of before has run out, and in which Prefect is configured."""
    for name, value in {**lab.environment(), "DRO_HOME": str(prefect.home)}.items():
        monkeypatch.setenv(name, value)
    sleep(monkeypatch, 2 * LEASE)
    made = settings.load({**os.environ, "DRO_CLOCK_PACE": prefect.environment["DRO_CLOCK_PACE"]})
    api = {PREFECT_API_URL: prefect.environment["PREFECT_API_URL"]}
    with temporary_settings(api), wiring.using(wiring.App(made, clock)) as here:
        yield here


def test_a_cancelled_flow_run_takes_its_copy_down(prefect: Prefect) -> None:
    """`prefect flow-run cancel` is a stop like any other: ABORTED, the copy is gone, the evidence is kept."""
    with under_way(prefect) as (lab, _, _, run):
        before = [name for name in tables(lab) if not name.startswith("dro-")]
        flow_run = newest(prefect, "pitr-restore")  # what the schedule began runs beside it
        assert flow_run["state_type"] == "RUNNING"
        prefect("flow-run", "cancel", str(flow_run["id"]))
        prefect.wait(ending)
        release(lab)
        ended = prefect.wait(lambda found: found.closing is not None and found.header.id == run.header.id)
        assert tables(lab) == before
    assert ended.closing is not None
    assert (ended.closing.verdict, ended.closing.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert ended.closing.reasons[0] == CANCELLED
    assert ended.events


@pytest.mark.campaign(0)
def test_what_a_killed_worker_leaves_is_swept(prefect: Prefect, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker and flow die at once: the sweep ends the run, takes its copy down, and ends the flow run as crashed."""
    with under_way(prefect) as (lab, clock, worker, run):
        ledger = connect(prefect.ledger)
        lease = ledger.leases.lease(run.header.id)
        assert lease is not None
        kill(worker, lease.holder)
        assert any(name.startswith("dro-") for name in tables(lab))
        release(lab)
        assert newest(prefect, "pitr-restore")["state_type"] == "RUNNING"
        with later(prefect, lab, clock, monkeypatch) as here:
            done = sweeping.sweep(here)
        assert [each.gone for each in done.copies] == [True]
        assert not any(name.startswith("dro-") for name in tables(lab))
    ended = ledger.queries.run(run.header.id).closing
    assert ended is not None
    assert (ended.verdict, ended.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    seen = newest(prefect, "pitr-restore")
    assert (seen["state"]["type"], seen["state"]["message"]) == ("CRASHED", flow_runs.DIED)
    assert seen["id"] in done.flow_runs
    assert set(ledger.queries.flow_runs()) <= {flow_runs.SWEEP}  # the lease of waiting sweeps, which is no flow run


@pytest.mark.campaign(0)
def test_a_killed_exercise_and_a_killed_sweep_hold_nothing_up(
    prefect: Prefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both flow runs are ended as crashed by the next sweep, which no slot of Prefect's keeps from beginning."""
    with under_way(prefect, *QUARTERLY) as (lab, clock, worker, run):
        ledger = connect(prefect.ledger)
        exercise = ledger.exercise_leases.lease(run.header.exercise)
        assert exercise is not None
        kill(worker, exercise.holder)
        release(lab)
        with working(prefect, "sweep/sweep", {}) as sweeper:
            prefect.wait(lambda _: ledger.flow_leases.lease(flow_runs.SWEEP) is not None)
            sweep = ledger.flow_leases.lease(flow_runs.SWEEP)
            assert sweep is not None
            kill(sweeper, sweep.holder)
        assert {newest(prefect, each)["state_type"] for each in ("quarterly", "sweep")} == {"RUNNING"}
        with later(prefect, lab, clock, monkeypatch) as here:
            done = sweeping.sweep_alone(here)
        assert done is not None
        assert done.exercises == [run.header.exercise]
        assert {newest(prefect, each)["id"] for each in ("quarterly", "sweep")} <= set(done.flow_runs)
        assert {newest(prefect, each)["state_type"] for each in ("quarterly", "sweep")} == {"CRASHED"}
        with working(prefect, "sweep/sweep", {}):
            prefect.wait(lambda _: newest(prefect, "sweep")["state_type"] not in ("CRASHED", "PENDING", "RUNNING"))
        assert newest(prefect, "sweep")["state_type"] == "COMPLETED"
