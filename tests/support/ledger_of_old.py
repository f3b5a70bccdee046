"""The ledgers of 0.1.0 in `tests/data`, and the account that its runs left, made anew: see `tests/data/make_ledger.py`.

All that knows the inside of today's program, or of the simulated account, is here.
"""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from moto.cloudformation import utils as stacks
from moto.dynamodb.models import dynamodb_backends
from moto.rds.models import rds_backends
from sqlalchemy import create_engine, text

from dr_orchestrator import wiring
from dr_orchestrator.checks.sql import SqlChecks, newest
from dr_orchestrator.domain.clock import MachineClock
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.ledger import ledger
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.ledger.migrate import MIGRATIONS
from dr_orchestrator.ledger.times import BootTimes, this_boot
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.settings import CHECKOUT
from tests.support import shop as shops
from tests.support.estate import INSTANCE, REGION, TABLE, Estate, estate
from tests.support.fakes import FakeClock

DATA = Path(__file__).parents[1] / "data"
VERSION = "0.1.0"
ACCOUNT = json.loads((DATA / f"account-{VERSION}.json").read_text())
RUNS: dict[str, str] = ACCOUNT["runs"]
"""The ids of runs, by what is special about each."""


def load(url: str) -> None:
    """Put the ledger of then into an empty database."""
    source = DATA / f"ledger-{VERSION}"
    if url.startswith("sqlite:///"):
        shutil.copyfile(source.with_name(f"{source.name}.sqlite"), url.removeprefix("sqlite:///"))
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(source.with_name(f"{source.name}.sql").read_bytes())


def ask(url: str, statement: str, **given: object) -> list[dict[str, Any]]:
    """The rows of a statement, asked of the database itself."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        found = connection.execute(text(statement), given)
        rows = [dict(row) for row in found.mappings()] if found.returns_rows else []
    engine.dispose()
    return rows


def newest_revision() -> str:
    """The migration that today's program brings a ledger to."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def workspace(home: Path, flows: Path = CHECKOUT / "flows") -> None:
    """The drill files of then, in which nothing was edited since; with the scripts of today, or those given."""
    for name, source in (("drills", DATA / f"drills-{VERSION}"), ("flows", flows)):
        shutil.rmtree(home / name, ignore_errors=True)
        shutil.copytree(source, home / name, ignore=shutil.ignore_patterns("__pycache__"))


@dataclass
class Then:
    """The account as the last process of then left it; `before` is what it holds besides copies."""

    shop: Estate
    before: dict[str, list[str]]
    machine: datetime

    def copies(self, run: str = "") -> set[str]:
        """What stands in the account that is not production's, of one run or of all."""
        now = self.shop.inventory()
        return {name for of, names in now.items() for name in set(names) - set(self.before[of]) if run in name}

    @contextmanager
    def now(self, later: float = 0) -> Iterator[None]:
        """Within: the machine's clock is so many leases past the end of the ledger; only sleep moves it on."""
        clock = FakeClock(self.machine + later * LEASE)
        ways = {
            "now": lambda _: clock.now(),
            "monotonic": lambda _: clock.monotonic(),
            "sleep": lambda _, seconds: clock.sleep(seconds),
        }
        times = BootTimes(MachineClock(), this_boot())
        with (
            mock.patch.multiple(MachineClock, **ways),
            mock.patch.object(ledger, "times_of", lambda *_: times),  # a server's clock is not of then
            mock.patch.object(SqlLedger, "time", lambda _: None),
        ):
            yield


@contextmanager
def account(home: Path, url: str, lab: Path, flows: Path = CHECKOUT / "flows") -> Iterator[Then]:
    """Within: the drills of then can be run, and gone on with once what they left is in the simulated account."""
    with estate(lab) as shop, shops.world(shop, lab / "world") as first, ExitStack() as undo:
        workspace(home, flows)
        given = replace(first.settings, home=home, database_url=url)
        undo.enter_context(wiring.using(wiring.App(given, shop.clock)))
        undo.enter_context(mock.patch.object(SqlChecks, "perform", _answer))
        # The simulated account of then was reached at another port of this machine.
        ask(url, "UPDATE run SET endpoint = :now WHERE endpoint <> ''", now=shop.lab.endpoint)
        yield Then(shop, shop.inventory(), datetime.fromisoformat(ACCOUNT["machine_clock"]))


def _answer(_self: object, check: Any, copy: Copy, disrupted: datetime) -> CheckResult:
    """What a restored database would answer: no database stands behind the simulated instances here."""
    old = timedelta(minutes=20 if copy.drill == "orders-snapshot" else 6)
    return newest(check, disrupted - old, disrupted)


def replay(shop: Estate) -> None:
    """Make what then was made, each at its time and under the identity that the ledger knows it by."""
    with mock.patch.object(shop, "client", functools.cache(shop.client)):
        for each in ACCOUNT["timeline"]:
            _until(shop, each["at"])
            _MAKE[each["made"]](shop, each)
        _until(shop, ACCOUNT["drill_clock"])
        for each in ACCOUNT["timeline"]:
            if each["made"] == "dynamodb-table":
                _as_it_was_found(shop, each)


def exchanged(shop: Estate, instance: str) -> None:
    """Somebody deletes an instance and makes another one of the same name and tags."""
    rds_backends[_account(shop)][REGION].databases[instance].dbi_resource_id = "db-SOMEBODYELSES"


def _until(shop: Estate, at: str) -> None:
    shop.clock.sleep((datetime.fromisoformat(at) - shop.clock.now()).total_seconds())


def _snapshot(shop: Estate, each: dict[str, Any]) -> None:
    shop.client("rds").create_db_snapshot(DBInstanceIdentifier=INSTANCE.id, DBSnapshotIdentifier=each["id"])


def _heartbeat(shop: Estate, each: dict[str, Any]) -> None:
    canary = {"pk": {"S": "canary"}, "at": {"S": shop.clock.now().isoformat()}}
    shop.client("dynamodb").put_item(TableName=TABLE.id, Item=canary)


def _instance(shop: Estate, each: dict[str, Any]) -> None:
    rds, ec2 = shop.client("rds"), shop.client("ec2")
    groups = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["dro-isolated"]}])
    given = {
        "DBSubnetGroupName": "dro-isolated",
        "VpcSecurityGroupIds": [group["GroupId"] for group in groups["SecurityGroups"]],
        "PubliclyAccessible": False,
        "MultiAZ": False,
        "DeletionProtection": False,
        "BackupRetentionPeriod": 0,
        "Tags": _tags(each),
    }
    if each["snapshot"]:
        rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=each["id"], DBSnapshotIdentifier=each["snapshot"], **given
        )
    else:
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier=INSTANCE.id,
            TargetDBInstanceIdentifier=each["id"],
            RestoreTime=datetime.fromisoformat(each["instant"]),
            **given,
        )
    rds_backends[_account(shop)][REGION].databases[each["id"]].dbi_resource_id = each["unique_id"]


def _table(shop: Estate, each: dict[str, Any]) -> None:
    if not each["parent"]:
        shop.client("dynamodb").restore_table_to_point_in_time(
            SourceTableName=TABLE.id,
            TargetTableName=each["id"],
            RestoreDateTime=datetime.fromisoformat(each["instant"]),
        )


def _stack(shop: Estate, each: dict[str, Any]) -> None:
    template = DATA / f"drills-{VERSION}" / "infrastructure" / "shop.template.yaml"
    with mock.patch.object(stacks.random, "uuid4", lambda: each["unique_id"].rpartition("/")[2]):
        shop.client("cloudformation").create_stack(
            StackName=each["id"],
            TemplateBody=template.read_text(),
            Parameters=[{"ParameterKey": "EnvironmentName", "ParameterValue": each["id"]}],
            Tags=_tags(each),
        )


_MAKE = {
    "snapshot": _snapshot,
    "heartbeat": _heartbeat,
    "rds-instance": _instance,
    "dynamodb-table": _table,
    "cloudformation-stack": _stack,
}


def _as_it_was_found(shop: Estate, each: dict[str, Any]) -> None:
    """A table wears its tags once it is active, and the stack's own was filled from the restored one."""
    dynamodb = shop.client("dynamodb")
    if each["unique_id"]:  # the simulated account knew a table by the instant of its creation
        table: Any = dynamodb_backends[_account(shop)][REGION].tables[each["id"]]
        table.created_at, table.id = datetime.fromisoformat(each["unique_id"]), each["unique_id"]
    if each["parent"]:
        (interim,) = (
            one["id"] for one in ACCOUNT["timeline"] if "-interim-" in one.get("id", "") and _of(one) == _of(each)
        )
        for item in dynamodb.scan(TableName=interim)["Items"]:
            dynamodb.put_item(TableName=each["id"], Item=item)
    elif each["tags"]:
        arn = dynamodb.describe_table(TableName=each["id"])["Table"]["TableArn"]
        dynamodb.tag_resource(ResourceArn=arn, Tags=_tags(each))


def _of(each: dict[str, Any]) -> str:
    return "-".join(each["id"].split("-")[1:3])


def _tags(each: dict[str, Any]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in each["tags"].items()]


def _account(shop: Estate) -> str:
    return str(shop.client("sts").get_caller_identity()["Account"])
