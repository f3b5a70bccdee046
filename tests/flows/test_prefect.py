"""Prefect for real: a server, the deployments of prefect.yaml, and a process worker that runs one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from dr_orchestrator.cli import server
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.lab import serve
from dr_orchestrator.ledger.ledger import connect
from dr_orchestrator.settings import CHECKOUT, Pace
from tests import workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]
FACTOR = 300.0
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

    (run,) = connect(f"sqlite:///{prefect.home / '.dro' / 'ledger.db'}").queries.runs()
    assert run.closing is not None
    assert run.closing.verdict is Verdict.PASSED, run.closing.reasons
    assert run.header.provenance.engine == "prefect"
    tasks = {str(each["name"]) for each in prefect.ask("/task_runs/filter", {})}
    assert any(name.startswith("restore to the instant") for name in tasks)


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
