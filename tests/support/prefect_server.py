"""A running Prefect server, and a workspace that it deploys from."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import boto3
import httpx
from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator.domain.run import Run
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.ledger.ledger import connect

PATIENCE = 600
"""Seconds after which what another process should have written is not waited for any more, on the busiest machine."""


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
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def ledger(self) -> str:
        return f"sqlite:///{self.home / '.dro' / 'ledger.db'}"

    def wait(self, until: Callable[[Run], bool]) -> Run:
        """The newest run of the ledger, once it is as far as is waited for."""
        ledger, give_up = connect(self.ledger, own=True), time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            run = next(iter(ledger.queries.runs(1)), None)
            if run is not None and until(run):
                return run
            time.sleep(0.2)  # the worker is another process: there is no clock of ours to move
        raise AssertionError(f"not reached within {PATIENCE} s; the newest run: {run}")

    def ask(self, path: str, body: dict[str, object]) -> list[dict[str, object]]:
        answer = httpx.post(f"{self.environment['PREFECT_API_URL']}{path}", json=body, trust_env=False)
        answer.raise_for_status()
        return list(answer.json())


def restoring(run: Run) -> bool:
    return run.closing is None and any(row.identity for row in run.copies)


def ending(run: Run) -> bool:
    """Whether the drill is taking its copy down."""
    return any(step.name.startswith("destroy") for step in run.steps)


def hold(lab: Lab) -> None:
    """From now on a table that AWS restores is not ready before it is released."""
    lab.faults.add({"kind": "stuck", "service": "dynamodb", "action": "RestoreTableToPointInTime"})


def release(lab: Lab) -> None:
    """What was held is restored."""
    lab.faults.clear()
    for table in list(dynamodb_backends[ACCOUNT]["us-east-1"].tables.values()):
        if table.name.startswith("dro-"):
            table.timeline = lifecycle.settled("ACTIVE")


def tables(lab: Lab) -> list[str]:
    with mock.patch.dict(os.environ, lab.environment()):
        return [str(name) for name in boto3.client("dynamodb", region_name="us-east-1").list_tables()["TableNames"]]


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
