"""A shop to hurt: four kinds of drill in a lab of this process, on a clock that stands still until it is waited for."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.aws import toolkit
from dr_orchestrator.checks.sql import SqlChecks, newest
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.waiting import stops
from dr_orchestrator.wiring import sweeping
from tests.support import workspace
from tests.support.estate import INSTANCE, TABLE, Estate

CREATES = {
    "orders-snapshot": ("rds", "RestoreDBInstanceFromDBSnapshot"),
    "orders-pitr": ("rds", "RestoreDBInstanceToPointInTime"),
    "sessions-pitr": ("dynamodb", "RestoreTableToPointInTime"),
    "shop-replica": ("cloudformation", "CreateChangeSet"),
}
"""The call that asks for the copy of each drill."""
MAKES = {*CREATES.values()} - {("cloudformation", "CreateChangeSet")} | {("cloudformation", "ExecuteChangeSet")}
"""The calls that make copies: a change set is only prepared, as often as that is asked for."""
ALL = tuple(CREATES)
FULL = os.environ.get("DRO_FAULTS") == "full"
GREEN = (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS)
DELETES = {"rds": "DeleteDBInstance", "dynamodb": "DeleteTable", "cloudformation": "DeleteStack"}
NAMES = ("DBInstanceIdentifier", "TargetDBInstanceIdentifier", "TargetTableName", "StackName")
"""Parameters that name what a creating call makes, the likeliest last."""
PITR = """
  orders-pitr:
    kind: pitr-restore
    resource: orders-db
    disruption: application
    checks:
      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 5m}}
  sessions-pitr:"""

Strike = Callable[[Estate], object]
_numbers = itertools.count(1)


@contextmanager
def world(shop: Estate, home: Path, more: str = "") -> Iterator[wiring.App]:
    """Within: the shop's drills can be run, and `more`, against databases that answer; no retry takes real time."""
    with answering(shop):
        made = workspace.world(home, shop.clock, shop=workspace.SHOP.replace("\n  sessions-pitr:", more + PITR))
        tiers = home / "drills" / "tiers.yaml"
        tiers.write_text(tiers.read_text().replace("< 6h", "< 40m"))  # what never comes is given up the sooner
        with wiring.using(made) as here:
            yield here
    shop.lab.faults.clear()


@contextmanager
def answering(shop: Estate) -> Iterator[None]:
    """Within: databases answer, with a heartbeat of a while ago, and no retry takes real time."""
    clock, secrets = shop.clock, shop.client("secretsmanager")
    patches = [
        mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=clock.sleep)),
        mock.patch.object(stops, "sleep", clock.sleep),
        mock.patch.object(toolkit, "TEARDOWN_CEILING", 3600.0),
        mock.patch.object(SqlChecks, "answers", lambda *_: True),
        mock.patch.object(SqlChecks, "serves", lambda *_: True),
        mock.patch.object(SqlChecks, "follows", lambda *_: True),
        mock.patch.object(SqlChecks, "perform", lambda _, check, copy, at: _heartbeat(shop, check, copy, at)),
    ]
    with suppress(secrets.exceptions.ResourceExistsException):
        secrets.create_secret(Name="prod/orders", SecretString='{"username": "u", "password": "hush"}')
    with ExitStack() as undo:
        for patch in patches:
            undo.enter_context(patch)
        yield


def _heartbeat(shop: Estate, check: Any, copy: Copy, disrupted: datetime) -> CheckResult:
    """What a restored database would answer: no database stands behind the lab's instances here."""
    of_snapshot = copy.drill.endswith(("-snapshot", "-failover"))
    behind = timedelta(minutes=16 if "standing" in copy.drill else 6)  # as long as a replicated backup is
    taken = _newest_snapshot(shop, copy) if of_snapshot else disrupted - behind
    return newest(check, taken, disrupted)


def _newest_snapshot(shop: Estate, copy: Copy) -> datetime:
    """The instant of the newest data: where the drill takes what lies elsewhere, of the newest copy there."""
    source = copy.source.id if copy.source else INSTANCE.id
    kept = _snapshots(shop.client("rds"), copy.type, source)
    if "standing" not in copy.drill:
        return max(each["SnapshotCreateTime"] for each in kept.values())
    there = _snapshots(shop.client("rds", copy.region), copy.type, source).values()
    taken = (each.get("OriginalSnapshotCreateTime") or kept[_original(each)]["SnapshotCreateTime"] for each in there)
    newest_one: datetime = max(taken)
    return newest_one


def _original(snapshot: dict[str, Any]) -> str:
    return str(snapshot["SourceDBClusterSnapshotArn"])


def _snapshots(rds: Any, of_type: str, source: str) -> dict[str, dict[str, Any]]:
    """The snapshots of a database that are not the drills', by ARN."""
    of = "" if of_type == INSTANCE.type else "cluster_"
    key = "DBClusterSnapshot" if of else "DBSnapshot"
    named = {"DBClusterIdentifier" if of else "DBInstanceIdentifier": source}
    pages = rds.get_paginator(f"describe_db_{of}snapshots").paginate(**named)
    listed = (each for page in pages for each in page[f"{key}s"])
    return {each[f"{key}Arn"]: each for each in listed if not each[f"{key}Identifier"].startswith("dro-")}


def fresh(shop: Estate) -> None:
    """A snapshot and a heartbeat of just now, that the continuous backup has caught up with."""
    shop.client("rds").create_db_snapshot(
        DBInstanceIdentifier=INSTANCE.id, DBSnapshotIdentifier=f"orders-{next(_numbers)}"
    )
    shop.clock.sleep(600)
    canary = {"pk": {"S": "canary"}, "at": {"S": shop.clock.now().isoformat()}}
    shop.client("dynamodb").put_item(TableName=TABLE.id, Item=canary)
    shop.clock.sleep(301)


def ended(found: Run) -> tuple[Verdict, Cleanup]:
    """The two verdicts of a run that is closed, whatever settings came back otherwise."""
    assert found.closing is not None
    verdict, findings = found.closing.verdict, found.closing.findings
    if verdict is Verdict.PASSED_WITH_FINDINGS and {each.rule for each in findings} == {Rule.PARITY}:
        verdict = Verdict.PASSED
    return verdict, found.closing.cleanup


def run(here: wiring.App, drill: str) -> Run:
    """A drill of the shop, by its own script."""
    return here.ledger.queries.run(str(prefect_runner.script(here.drill(drill).kind).fn(drill)))


def disrupted_at(monkeypatch: pytest.MonkeyPatch, shop: Estate, at: str, strike: Strike) -> None:
    """Strike just before the step whose name begins so; at once where no step is named."""
    waiting = [strike]

    def as_task(name: str, act: Callable[[], Any]) -> Any:
        if waiting and name.startswith(at):
            waiting.pop()(shop)
        return act()

    if at:
        monkeypatch.setattr(prefect_runner, "as_task", as_task)
    else:
        strike(shop)


def rules(*given: dict[str, Any]) -> Strike:
    """A strike that puts fault rules in force."""
    return lambda shop: [shop.lab.faults.add(each) for each in given]


def everything(shop: Estate) -> dict[str, Any]:
    """All that is in the account, down to tags, protection and items."""
    rds, dynamodb = shop.client("rds"), shop.client("dynamodb")
    tables = {name: dynamodb.describe_table(TableName=name)["Table"] for name in dynamodb.list_tables()["TableNames"]}
    return {
        **shop.inventory(),
        "rows": [_still(each) for each in rds.describe_db_instances()["DBInstances"]],
        "snapshots": [each["DBSnapshotIdentifier"] for each in rds.describe_db_snapshots()["DBSnapshots"]],
        "items": {name: sorted(map(str, dynamodb.scan(TableName=name)["Items"])) for name in tables},
        "tags": {
            name: dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
            for name, table in tables.items()
        },
        "protection": {name: table.get("DeletionProtectionEnabled") for name, table in tables.items()},
        "backups": {
            name: dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"][
                "PointInTimeRecoveryDescription"
            ]["PointInTimeRecoveryStatus"]
            for name in tables
        },
    }


def _still(instance: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in instance.items() if key != "LatestRestorableTime"}


def made(shop: Estate, run_id: str) -> Counter[str]:
    """How often each copy of a run was really created: calls that took effect, whatever became of their answers."""
    counted: Counter[str] = Counter()
    for call in shop.lab.journal:
        if (call.service, call.action) in MAKES and call.status == 200:
            name = next(call.params[key] for key in reversed(NAMES) if key in call.params)
            counted[name] += run_id in name
    return +counted


def told(here: wiring.App, found: Run) -> str:
    """All that the reports of a run say: its JSON's words, and the page."""
    page = (here.settings.generated / f"{found.header.id}.md").read_text()
    return f"{run_json(here.ledger.queries.run(found.header.id))}\n{page}"


def swept(here: wiring.App) -> None:
    """Take down what resisted."""
    for left in sweeping.resistant_runs(here):
        assert all(each.gone for each in sweeping.sweep_run(here, left, "by hand"))


def beat(shop: Estate) -> None:
    """Write the canary now, and let the continuous backup catch up with it."""
    canary = {"pk": {"S": "canary"}, "at": {"S": shop.clock.now().isoformat()}}
    shop.client("dynamodb").put_item(TableName=TABLE.id, Item=canary)
    shop.clock.sleep(301)
