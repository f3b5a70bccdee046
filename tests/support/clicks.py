"""A workspace of a company whose clicks run through a stream: what only a type that no room knows can drill."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import boto3

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.resource_type import Types
from dr_orchestrator.lab import Lab
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.settings import CHECKOUT, Pace, Settings, load
from dr_orchestrator.wiring import App
from dr_orchestrator.wiring.lab import serve
from tests.support import fake_type

WITH_FAKE: Types[Drillable] = Types((*TYPES, fake_type.TYPE))
HOME, AWAY = "eu-west-1", "us-west-2"
SOURCE, DRILL = "clicks-prod", "clicks-pitr"
TIERS = """
revision: 2026-Q4
approved: {by: Somebody, role: Head of Resilience, date: 2026-10-01}
tiers:
  - {number: 1, name: Products, rto: "< 6h", rpo: "< 1h"}
costs: {currency: USD, table_gib: 0.15}
"""
CLICKS = f"""
service: clicks
title: Clicks
tier: 1
owner: Data team
dr_champion: Grace
contacts: [{{name: Grace, role: on-call, reach: "#data"}}]
runbook: {{url: https://wiki.example.com/clicks, reviewed: 2026-10-01}}
resources:
  clicks:
    type: kinesis-stream
    id: {SOURCE}
    region: {HOME}
    recover_in: {AWAY}
    readers: [billing, audit]
    canary: {{key: {{stream: canary}}, attribute: at, interval: 30m}}
drills:
  {DRILL}:
    kind: pitr-restore
    resource: clicks
    disruption: region
    checks:
      - {{name: heartbeat, canary-item: {{key: {{stream: canary}}, attribute: at, interval: 30m}}}}
      - {{name: clicks are there, items-at-least: {{minimum: 20}}}}
"""


@dataclass(frozen=True)
class Ground:
    """A lab with the stream in it, on a clock."""

    lab: Lab
    clock: Clock

    def client(self, region: str = HOME) -> Any:
        """An unguarded client: the hand of somebody else in the account."""
        return boto3.client("kinesis", region_name=region, endpoint_url=self.lab.endpoint)

    def streams(self) -> dict[str, Any]:
        """All streams there are, by region and name."""
        return fake_type.TYPE.twin().state["streams"]()

    def asked(self, action: str, took_effect: bool = True) -> int:
        """How often an operation was called, and took effect where that is asked."""
        return sum(1 for each in self.lab.journal if each.action == action and (each.status == 200 or not took_effect))


@contextmanager
def ground(clock: Clock) -> Iterator[Ground]:
    """Within: the lab, and a stream with clicks and a heartbeat in it."""
    with serve(clock, WITH_FAKE) as lab, mock.patch.dict(os.environ, lab.environment()):
        made = Ground(lab, clock)
        kinesis = made.client()
        kinesis.create_stream(StreamName=SOURCE, ShardCount=2)
        clock.sleep(300)
        for number in range(20):
            data = json.dumps({"click": str(number)})
            kinesis.put_record(StreamName=SOURCE, PartitionKey=str(number), Data=data)
        beat(made)
        clock.sleep(60)
        yield made


def beat(made: Ground) -> None:
    """What `dro canary` would put, now."""
    written = {"stream": "canary", "at": made.clock.now().isoformat(), "sequence": "1"}
    made.client().put_record(StreamName=SOURCE, PartitionKey="canary", Data=json.dumps(written))


def write(home: Path, clicks: str = CLICKS, tiers: str = TIERS) -> Settings:
    """Write the workspace; its flows are the project's own."""
    (home / "drills").mkdir(parents=True)
    (home / "drills" / "tiers.yaml").write_text(tiers)
    (home / "drills" / "clicks.yaml").write_text(clicks)
    (home / "flows").symlink_to(CHECKOUT / "flows")
    return load({"DRO_HOME": str(home)})


def world(home: Path, clock: Clock, pace: Pace | None = None, **written: str) -> App:
    """A world in which the type is one of those that there are."""
    made = write(home, **written)
    return App(Settings(made.home, made.database_url, pace or Pace(), made.bundled), clock, types=WITH_FAKE)
