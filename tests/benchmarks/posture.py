"""How many calls a look at the posture takes, and how long, for a fleet that AWS throttles as it does.

A lab of this process stands for AWS. DynamoDB answers 10 `DescribeContinuousBackups` and 5 `ListBackups` a second, as
its documentation says, and throttles the others. `DRO_FLEET=100,1000` measures other sizes.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from unittest import mock

from moto.dynamodb.models import dynamodb_backends
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends

from dr_orchestrator import settings, wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.posture.ruling import Standing, of_standing
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.faults import Faults, Rule
from dr_orchestrator.resources.rds_instance.lab.backend import Rds
from dr_orchestrator.resources.rds_instance.lab.models import Instance
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring.lab import serve
from dr_orchestrator.wiring.posture import looking
from tests.support.workspace import TIERS

SIZES = [int(size) for size in os.environ.get("DRO_FLEET", "100,1000").split(",")]
KEPT = 8
"""Snapshots of each instance."""

RATES = {"DescribeContinuousBackups": 10, "ListBackups": 5}
SHARES = {"rds-instance": 0.6, "dynamodb-table": 0.2, "s3-bucket": 0.2}


def main() -> None:
    for size in SIZES:
        numbers = {of: int(size * share) for of, share in SHARES.items()}
        with tempfile.TemporaryDirectory() as folder, fleet(Path(folder), numbers) as (here, lab):
            for which in ("first", "second"):
                _measure(here, lab, size, which)


def _measure(here: wiring.App, lab: Lab, size: int, which: str) -> None:
    before, began = len(lab.journal), time.perf_counter()
    rows = looking.look(here).rows
    took, heard = time.perf_counter() - began, list(lab.journal)[before:]
    throttled = sum(each.status == 400 for each in heard)
    told = f"{len(heard):,} calls, {throttled:,} of them throttled, {took:.1f} s"
    silent = len(of_standing(rows, Standing.UNKNOWN))
    print(f"{size:,} resources, {which} look: {told}; {len(rows):,} rulings, {silent} not known")  # noqa: T201
    most = Counter(f"{each.service}:{each.action}" for each in heard).most_common(8)
    print("  " + ", ".join(f"{call} {number:,}" for call, number in most))  # noqa: T201


@contextmanager
def fleet(home: Path, numbers: dict[str, int]) -> Iterator[tuple[wiring.App, Lab]]:
    """Within: so many resources of each type, which are declared, too."""
    clock = PacedClock(Pace())
    with serve(clock) as lab, mock.patch.dict(os.environ, lab.environment()), _rates():
        with lab.world.at_once():
            _make(lab, numbers)
        (home / "drills").mkdir()
        (home / "drills" / "tiers.yaml").write_text(TIERS)
        (home / "drills" / "fleet.yaml").write_text(_declared(numbers))
        made = settings.load({"DRO_HOME": str(home)})
        with wiring.using(wiring.App(Settings(made.home, made.database_url, Pace(), made.bundled), clock)) as here:
            yield here, lab


def _make(lab: Lab, numbers: dict[str, int]) -> None:
    rds = cast(Rds, rds_backends[ACCOUNT][REGION])
    for number in range(numbers["rds-instance"]):
        given = {"db_instance_identifier": f"fleet-{number}", "engine": "postgres", "engine_version": "16.4"}
        more = {"db_instance_class": "db.m6g.large", "allocated_storage": 20, "master_username": "somebody"}
        kept = {"master_user_password": "hush-hush", "backup_retention_period": 7}
        made = rds.create_db_instance({**given, **more, **kept})
        for day in range(KEPT):
            rds.record_automated(cast(Instance, made), lab.world.now() - timedelta(days=day, hours=2))
    for number in range(numbers["dynamodb-table"]):
        dynamodb_backends[ACCOUNT][REGION].create_table(
            f"fleet-{number}",
            schema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            throughput=None,
            attr=[{"AttributeName": "pk", "AttributeType": "S"}],
            global_indexes=[],
            indexes=[],
            streams=None,
            billing_mode="PAY_PER_REQUEST",
            sse_specification=None,
            tags=[],
            deletion_protection_enabled=True,
            warm_throughput=None,
        )
    for number in range(numbers["s3-bucket"]):
        s3_backends[ACCOUNT]["aws"].create_bucket(f"fleet-{number}", REGION)


def _declared(numbers: dict[str, int]) -> str:
    head = "service: fleet\ntitle: A fleet\ntier: 1\nowner: Somebody\ndr_champion: Ada\n"
    head += "contacts: [{name: Ada, role: on-call, reach: here}]\n"
    head += "runbook: {url: https://wiki.example.com, reviewed: 2026-10-01}\nresources:\n"
    lines = [
        f"  {of[:2]}-{number}: {{type: {of}, id: fleet-{number}, region: {REGION}}}"
        for of, many in numbers.items()
        for number in range(many)
    ]
    return head + "\n".join(lines) + "\ndrills: {}\n"


@contextmanager
def _rates() -> Iterator[None]:
    """Within: what comes faster than DynamoDB answers is throttled."""
    came: dict[str, deque[float]] = {call: deque(maxlen=rate) for call, rate in RATES.items()}
    original: Callable[..., Rule | None] = Faults.for_call

    def for_call(faults: Faults, service: str, action: str, resources: Any) -> Rule | None:
        lately = came.get(action) if service == "dynamodb" else None
        if lately is None:
            return original(faults, service, action, resources)
        now = time.monotonic()
        if len(lately) == lately.maxlen and now - lately[0] < 1.0:
            return Rule("throttle")
        lately.append(now)
        return None

    with mock.patch.object(Faults, "for_call", for_call):
        yield
