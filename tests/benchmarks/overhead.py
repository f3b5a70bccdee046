"""What orchestration costs: an exercise's makespan against the ideal one of the same restores and deletions.

The makespan is that of `run_quarterly`, from its call to its return, reports written; importing Prefect into the
process is `startup`'s to measure, and a worker has done it long before.
"""

from __future__ import annotations

import heapq
import os
import statistics
import tempfile
import time
from pathlib import Path
from unittest import mock

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.resources.dynamodb_table.lab import backend as dynamodb
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring.lab import serve
from tests.support import workspace

DRILLS, AT_ONCE = 8, 4
FACTOR = 10.0
"""A table is restored in about ten lab minutes: one real minute at this pace."""

DELETED_WITHIN = 120
"""Lab seconds that tell a deletion (about 30) from a restore (about 600)."""

HEADER = """
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
"""
DRILL = """
  drill-NUMBER:
    kind: pitr-restore
    resource: config
    disruption: application
    checks:
      - {name: heartbeat, canary-item: {key: {pk: canary}, attribute: at, interval: 1m}}
"""


def ideal(durations: list[float], lanes: int) -> float:
    """The makespan when each, in this order, starts as soon as a lane is free and takes just as long as AWS does."""
    free = [0.0] * lanes
    for duration in durations:
        heapq.heappush(free, heapq.heappop(free) + duration)
    return max(free)


def main() -> None:
    durations: list[float] = []
    original = lifecycle.passing

    def recorded(*given: object, **named: object) -> lifecycle.Timeline:
        timeline = original(*given, **named)  # type: ignore[arg-type]
        durations.append((timeline.ends - timeline.began).total_seconds())
        return timeline

    origin = time.time()
    clock = PacedClock(Pace(FACTOR, origin))
    with tempfile.TemporaryDirectory() as folder, serve(clock, estate=True) as lab:
        home = Path(folder)
        shop = HEADER + "".join(DRILL.replace("NUMBER", str(number)) for number in range(DRILLS))
        made = workspace.write(home, shop=shop)
        environment = {**lab.environment(), "DRO_HOME": folder}
        here = wiring.App(Settings(made.home, made.database_url, Pace(FACTOR, origin), made.bundled), clock)
        patched = mock.patch.object(dynamodb, "passing", recorded)
        with mock.patch.dict(os.environ, environment), wiring.using(here), patched:
            prefect_runner.script("quarterly")
            began = clock.monotonic()
            exercise = prefect_runner.run_quarterly(None, AT_ONCE)
            measured = clock.monotonic() - began
        _, runs = here.ledger.queries.exercise(exercise)
    restores = [each for each in durations if each > DELETED_WITHIN]  # in the order in which they were asked for
    deletions = [each for each in durations if each <= DELETED_WITHIN]
    per_drill = [restore + statistics.mean(deletions) for restore in restores]
    best = ideal(per_drill, AT_ONCE)
    green = sum(1 for run in runs if run.closing and run.closing.verdict.green)
    print(  # noqa: T201
        f"{green} of {len(runs)} drills green, {AT_ONCE} at once: makespan {measured / FACTOR:.1f} s, "
        f"ideal {best / FACTOR:.1f} s, overhead {measured / best - 1:.1%} (wanted: 5 %)"
    )
