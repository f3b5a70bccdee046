"""Prefect for real: a server, the deployments of prefect.yaml, and a process worker that runs one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import boto3
import httpx
import pytest

from dr_orchestrator import settings, wiring
from dr_orchestrator.cli import server
from dr_orchestrator.domain.clock import MachineClock, PacedClock
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab import Lab, serve
from dr_orchestrator.ledger.ledger import connect
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.settings import CHECKOUT, Pace
from dr_orchestrator.wiring import sweeping
from tests import workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]
FACTOR = 300.0
SLOW_FACTOR = 20.0
"""A table is restored in half a minute: time enough to stop it."""

POOL = "dr-drills"


@dataclass
class Prefect:
    """A running server, and a workspace that it deploys from."""

    home: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "prefect", *arguments],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def ledger(self) -> str:
        return f"sqlite:///{self.home / '.dro' / 'ledger.db'}"

    def wait(self, until: Callable[[Run], bool]) -> Run:
        """The newest run of the ledger, once it is as far as is waited for."""
        ledger, give_up = connect(self.ledger, own=True), time.monotonic() + 90
        while time.monotonic() < give_up:
            run = next(iter(ledger.queries.runs(1)), None)
            if run is not None and until(run):
                return run
            time.sleep(0.2)  # the worker is another process: there is no clock of ours to move
        raise AssertionError(f"not reached within 90 s; the newest run: {run}")

    def ask(self, path: str, body: dict[str, object]) -> list[dict[str, object]]:
        answer = httpx.post(f"{self.environment['PREFECT_API_URL']}{path}", json=body, trust_env=False)
        answer.raise_for_status()
        return list(answer.json())


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
        *("quarterly", "snapshot-restore", "pitr-restore", "replica-rebuild", "sweep"),
    }
    (quarterly,) = (each for each in found if each["name"] == "quarterly")
    (schedule,) = quarterly["schedules"]  # type: ignore[attr-defined]
    assert schedule["active"]
    assert schedule["schedule"]["cron"] == "0 9 * 1,4,7,10 2#1"


def test_the_schedule_really_makes_runs(prefect: Prefect) -> None:
    """The scheduler of the pinned versions creates the next quarterly run; in others it dies without a word."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        waiting = {"state": {"type": {"any_": ["SCHEDULED"]}}}
        if prefect.ask("/flow_runs/filter", {"flow_runs": waiting, "flows": {"name": {"any_": ["quarterly"]}}}):
            return
        time.sleep(0.5)  # the server is another process: there is no clock of ours to move
    pytest.fail("no run of the active schedule was created within a minute")


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

    (run,) = connect(prefect.ledger).queries.runs()
    assert run.closing is not None
    assert run.closing.verdict is Verdict.PASSED, run.closing.reasons
    assert run.header.provenance.engine == "prefect"
    tasks = {str(each["name"]) for each in prefect.ask("/task_runs/filter", {})}
    assert any(name.startswith("restore to the instant") for name in tasks)


@contextmanager
def under_way(prefect: Prefect) -> Iterator[tuple[Lab, PacedClock, subprocess.Popen[bytes], Run]]:
    """Within: a drill in a worker's hands, whose copy AWS is restoring."""
    origin = time.time()
    clock = PacedClock(Pace(SLOW_FACTOR, origin))
    with serve(clock, estate=True) as lab:
        prefect.environment |= {**lab.environment(), "DRO_CLOCK_PACE": f"{SLOW_FACTOR}@{origin}"}
        (prefect.home / "drills" / "shop.yaml").write_text(DWA)
        prefect("deployment", "run", "pitr-restore/pitr-restore", "--params", json.dumps({"drill": "table-pitr"}))
        worker = subprocess.Popen(
            [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL],
            env=prefect.environment,
            cwd=prefect.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield lab, clock, worker, prefect.wait(restoring)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def restoring(run: Run) -> bool:
    return run.closing is None and any(row.identity for row in run.copies)


def tables(lab: Lab) -> list[str]:
    with mock.patch.dict(os.environ, lab.environment()):
        return [str(name) for name in boto3.client("dynamodb", region_name="us-east-1").list_tables()["TableNames"]]


def test_a_cancelled_flow_run_takes_its_copy_down(prefect: Prefect) -> None:
    """`prefect flow-run cancel` is a stop like any other: ABORTED, the copy is gone, the evidence is kept."""
    with under_way(prefect) as (lab, _, _, run):
        before = [name for name in tables(lab) if not name.startswith("dro-")]
        running = {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
        (flow_run,) = prefect.ask("/flow_runs/filter", running)
        prefect("flow-run", "cancel", str(flow_run["id"]))
        ended = prefect.wait(lambda found: found.closing is not None and found.header.id == run.header.id)
        assert tables(lab) == before
    assert ended.closing is not None
    assert (ended.closing.verdict, ended.closing.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert ended.events


def test_what_a_killed_worker_leaves_is_swept(prefect: Prefect, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker and flow die at once: Prefect would show them running for ever, a sweep ends the run without Prefect."""
    with under_way(prefect) as (lab, clock, worker, run):
        ledger = connect(prefect.ledger)
        lease = ledger.leases.lease(run.header.id)
        assert lease is not None
        os.killpg(worker.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(int(lease.holder.split(":")[1]), signal.SIGKILL)
        assert any(name.startswith("dro-") for name in tables(lab))
        for name, value in {**lab.environment(), "DRO_HOME": str(prefect.home)}.items():
            monkeypatch.setenv(name, value)
        later = MachineClock().now() + 2 * LEASE
        monkeypatch.setattr(MachineClock, "now", lambda _: later)
        made = settings.load({**os.environ, "DRO_CLOCK_PACE": prefect.environment["DRO_CLOCK_PACE"]})
        with wiring.using(wiring.World(made, clock)) as here:
            (dead,) = sweeping.dead_runs(here)
            swept = sweeping.sweep_run(here, dead, "its process died; swept")
        assert [each.gone for each in swept] == [True]
        assert not any(name.startswith("dro-") for name in tables(lab))
    ended = ledger.queries.run(run.header.id).closing
    assert ended is not None
    assert (ended.verdict, ended.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)


DWA = """
service: shop
title: The shop
tier: 1
owner: Shop team
dr_champion: Ada
contacts: [{name: Ada, role: on-call, reach: "#shop"}]
runbook: {url: https://wiki.example.com/shop, reviewed: 2026-10-01}
resources:
  config: {type: dynamodb-table, id: dwa-prod-config, region: us-east-1}
drills:
  table-pitr:
    kind: pitr-restore
    resource: config
    disruption: application
    checks:
      - {name: heartbeat, canary-item: {key: {pk: canary}, attribute: at, interval: 1m}}
      - {name: items are there, items-at-least: {minimum: 50}}
"""
