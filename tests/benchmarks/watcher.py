"""How late a restore is seen to be ready, and for how many describes: the watcher against a boto3 waiter a restore.

100 RDS restores go on side by side in a lab without databases, which knows the true time of each. Both ways wait for
the same restores at the same time, as their clients would: the waiters with their stock delay of 30 s (in the lab's
time), the restorers through one watcher.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
from botocore.config import Config
from moto.rds.models import rds_backends

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Watcher
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.recovery_point import percentile
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.resources.rds_instance.points import RdsSnapshot
from dr_orchestrator.runner import RunContext
from dr_orchestrator.settings import Pace
from dr_orchestrator.wiring.lab import serve
from tests.support.estate import REGION
from tests.support.types import CALLS

RESTORES = 100
GIB = 100
FACTOR = 6.0
"""A restore of 100 GiB takes about 17 lab minutes: 170 real seconds at this pace, which two cores keep up with."""

STOCK_DELAY = 30.0
SOURCE = Resource("orders-db", "rds-instance", "orders-prod", REGION)


def main() -> None:
    """Print the errors and the describe calls of both."""
    pace = Pace(FACTOR, time.time())
    clock = PacedClock(pace)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(clock, state=Path(folder)) as lab,
        mock.patch.dict(os.environ, lab.environment()),
    ):
        _measure(lab, clock, pace)


def _measure(lab: Lab, clock: PacedClock, pace: Pace) -> None:
    client = boto3.client("rds", region_name=REGION, config=Config(max_pool_connections=RESTORES))
    snapshot, backend = _source(client, clock)
    copies = [Copy("rds-instance", f"dro-bench-{n}", REGION, "bench", "drill", "shop") for n in range(RESTORES)]
    for copy in copies:
        client.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=copy.id, DBSnapshotIdentifier=snapshot, BackupRetentionPeriod=0
        )
    timelines = {copy.id: backend.databases[copy.id].timeline for copy in copies}
    account = Account(REGION, Guard(CALLS))
    proofs = Proofs(lambda _: None, frozenset(), lambda _: ())
    toolkit = Toolkit(account, Watcher(clock), proofs, RunContext("bench", clock), 4 * 3600.0)
    seen: dict[str, dict[str, datetime]] = {"the watcher": {}, "boto3 waiters": {}}
    restorer = RdsSnapshot(SOURCE, Selection(), toolkit)

    def watch(copy: Copy) -> None:
        ready = restorer.ready(copy)
        seen["the watcher"][copy.id] = clock.now() - timedelta(seconds=ready.ago)

    # The waiters have a process of their own, as other clients of AWS would.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as aside, ThreadPoolExecutor(RESTORES) as threads:
        others = aside.submit(wait_by_boto3, [copy.id for copy in copies], pace)
        list(threads.map(watch, copies))
        seen["boto3 waiters"] = others.result()
    described = [entry.params for entry in lab.journal if entry.action == "DescribeDBInstances"]
    calls = {
        "boto3 waiters": sum("DBInstanceIdentifier" in each for each in described),
        "the watcher": sum("DBInstanceIdentifier" not in each for each in described),
    }
    for name, times in seen.items():
        _print(name, calls[name], {copy: (timelines[copy], at) for copy, at in times.items()})
    ratio = calls["boto3 waiters"] / calls["the watcher"]
    print(f"describe calls: 1 to {ratio:.1f} (wanted: 1 to 10)")  # noqa: T201


def wait_by_boto3(names: list[str], pace: Pace) -> dict[str, datetime]:
    """Wait for instances by a stock waiter each; when each returned, in the lab's time."""
    clock, delay = PacedClock(pace), STOCK_DELAY / pace.factor
    client = boto3.client("rds", region_name=REGION, config=Config(max_pool_connections=len(names)))

    def wait(name: str) -> datetime:
        time.sleep(random.uniform(0, delay))
        waiter = client.get_waiter("db_instance_available")
        waiter.wait(DBInstanceIdentifier=name, WaiterConfig={"Delay": delay, "MaxAttempts": 1000})
        return clock.now()

    with ThreadPoolExecutor(len(names)) as threads:
        return dict(zip(names, threads.map(wait, names), strict=True))


def _source(client: Any, clock: PacedClock) -> tuple[str, Any]:
    """An instance that has existed for long, and a snapshot of it."""
    client.create_db_instance(
        DBInstanceIdentifier=SOURCE.id,
        DBInstanceClass="db.m6g.large",
        Engine="postgres",
        AllocatedStorage=GIB,
        MasterUsername="orders",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=30,
    )
    backend: Any = rds_backends["123456789012"][REGION]
    instance = backend.databases[SOURCE.id]
    instance.timeline = lifecycle.settled("available")
    return str(backend.record_automated(instance, clock.now() - timedelta(hours=1)).db_snapshot_identifier), backend


def _print(name: str, calls: int, times: dict[str, tuple[lifecycle.Timeline, datetime]]) -> None:
    late = [at - timeline.ends for timeline, at in times.values()]
    shares = [(at - line.ends) / (line.ends - line.began) for line, at in times.values()]
    ranked = sorted(shares)
    p99 = ranked[round(0.99 * len(ranked)) - 1]
    shown = "; ".join(
        f"{label} {span.total_seconds():.1f} s, {share:.2%}"
        for label, span, share in (
            ("p50", percentile(late, 0.5) or timedelta(), ranked[len(ranked) // 2]),
            ("p99", percentile(late, 0.99) or timedelta(), p99),
            ("max", max(late), ranked[-1]),
        )
    )
    within = "" if name != "the watcher" else " (wanted: p99 within 1 s or 1 %)"
    took = sorted((line.ends - line.began).total_seconds() for line, _ in times.values())
    print(  # noqa: T201
        f"{name}: {len(late)} restores of {took[0]:.0f} to {took[-1]:.0f} lab s, ready seen late by {shown}{within}, "
        f"{calls / len(late):.1f} describe calls a restore"
    )
