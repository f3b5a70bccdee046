"""A shop whose orders stand on a real MariaDB behind a simulated RDS: an instance, or a cluster of Aurora MySQL."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import boto3

from dr_orchestrator import wiring
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring.heartbeat import beat_once, heartbeats
from dr_orchestrator.wiring.lab import serve
from tests.support import workspace
from tests.support.estate import REGION, network
from tests.support.labs import LeapingClock, outlast

SOURCE, PASSWORD = "orders-prod", "secret-enough"
_DECLARED = "{type: rds-instance, id: orders-prod, region: us-east-1, database: {name: orders, secret: prod/orders}}"
_CHECKS = """
      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 2h}}
      - {name: restored, restored-state: {table: heartbeat, column: at}}
      - {name: orders, rows-at-least: {table: orders, minimum: 3}}
      - {name: notes, query: {sql: "SELECT count(*) FROM `orders` WHERE note LIKE 'note%'", equals: "3"}}
      - {name: whole, mandatory: false, whole-read: {within: 10h}}
      - {name: sound, mandatory: false, integrity: {require: [REQUIRE], against: source}}
      - {name: fast, mandatory: false, answers-within: {sql: SELECT * FROM orders, limit: 1m, times: 3}}
      - {name: counts, mandatory: false, counts: {against: source, tables: {orders.orders: {}}}}
      - {name: own, mandatory: false, command: {run: [sh, -c, 'test "$MYSQL_PWD" = "$DRO_COPY_PASSWORD"']}}
"""
_DRILLS = f"""
  orders-snapshot:
    kind: snapshot-restore
    resource: orders-db
    disruption: application
    checks:{_CHECKS}
  orders-pitr:
    kind: pitr-restore
    resource: orders-db
    disruption: application
    checks:{_CHECKS}
  sessions-pitr:"""


@dataclass(frozen=True)
class Kind:
    """A kind of source: its engine, how RDS names it in calls and fields, and what it can be asked for."""

    type: str
    engine: str
    name: str
    called: str
    key: str
    unique: str
    status: str
    askable: str

    @property
    def lists(self) -> str:
        """The client's method that describes them."""
        return f"describe_{self.called}s"


INSTANCE = Kind(
    *("rds-instance", "mariadb", "MariaDB", "db_instance", "DBInstance", "DbiResourceId", "DBInstanceStatus"),
    "checksums, check-table",
)
CLUSTER = Kind(
    *("aurora-cluster", "aurora-mysql", "Aurora MySQL", "db_cluster", "DBCluster", "DbClusterResourceId", "Status"),
    "check-table",
)


@dataclass
class MariaShop:
    """What a test of a drill by MySQL's words works with."""

    lab: Lab
    clock: Clock
    settings: Settings
    kind: Kind

    def client(self, service: str) -> Any:
        """An unguarded client: the hand of somebody else in the account."""
        return boto3.client(service, region_name=REGION)

    def described(self) -> dict[str, Any]:
        """The source as AWS describes it."""
        named = {f"{self.kind.key}Identifier": SOURCE}
        found: dict[str, Any] = getattr(self.client("rds"), self.kind.lists)(**named)[f"{self.kind.key}s"][0]
        return found

    def server(self) -> Any:
        """The server behind the source."""
        plane = cast(Any, self.lab.world.behind(self.kind.engine))
        return plane._live[self.described()[self.kind.unique]].cluster

    def beat(self, here: wiring.App) -> None:
        """One heartbeat, as `dro canary` writes it; a minute passes."""
        self.clock.sleep(60)
        told: list[Any] = []
        beat_once(heartbeats(here, ["orders-db"]), lambda _, each: told.append(each))
        assert [each.fault for each in told] == [None]

    def back_up(self) -> None:
        """Have all that was written until now in the continuous backup, and time pass until that is told."""
        cast(Any, self.lab.world.behind(self.kind.engine)).tick()
        self.clock.sleep(400)

    def take_snapshot(self, name: str) -> None:
        """Take a snapshot of the source, and wait for it."""
        called, of = ("db_cluster", "DBCluster") if self.kind is CLUSTER else ("db", "DB")
        rds, named, of = self.client("rds"), {f"{of}SnapshotIdentifier": name}, f"{of}Snapshot"
        getattr(rds, f"create_{called}_snapshot")(**named, **{f"{self.kind.key}Identifier": SOURCE})
        look = getattr(rds, f"describe_{called}_snapshots")
        outlast(self.clock, "creating", lambda: str(look(**named)[f"{of}s"][0]["Status"]))

    def make(self) -> None:
        """The source, with orders in it."""
        network(cast(Any, self))
        login = json.dumps({"username": "orders", "password": PASSWORD})
        self.client("secretsmanager").create_secret(Name="prod/orders", SecretString=login)
        wanted = {"Engine": self.kind.engine, "MasterUsername": "orders", "MasterUserPassword": PASSWORD}
        self._make(self.client("rds"), {**wanted, "BackupRetentionPeriod": 7})
        with self.server().connect("orders", "orders", PASSWORD) as connection:
            connection.execute(
                "CREATE TABLE orders (id bigint PRIMARY KEY AUTO_INCREMENT, note varchar(40), body text)"
            )
            connection.execute("INSERT INTO orders (note, body) VALUES ('note 1', repeat('x', 20000))")
            connection.execute("INSERT INTO orders (note) VALUES ('note 2'), ('note 3')")

    def _make(self, rds: Any, wanted: dict[str, Any]) -> None:
        if self.kind is CLUSTER:
            rds.create_db_cluster(DBClusterIdentifier=SOURCE, DatabaseName="orders", **wanted)
            named = {"DBInstanceIdentifier": f"{SOURCE}-1", "DBClusterIdentifier": SOURCE}
            rds.create_db_instance(**named, Engine=self.kind.engine, DBInstanceClass="db.r6g.large")
            name = f"{SOURCE}-1"
        else:
            of = {"EngineVersion": "10.11.16", "DBInstanceClass": "db.m6g.large", "AllocatedStorage": 20}
            rds.create_db_instance(DBInstanceIdentifier=SOURCE, DBName="orders", **of, **wanted)
            name = SOURCE
        look = lambda: rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]  # noqa: E731
        for state in ("creating", "backing-up"):
            outlast(self.clock, state, lambda: str(look()["DBInstanceStatus"]))


@contextmanager
def maria_shop(home: Path, kind: Kind, more: str = "", clock: Clock | None = None) -> Iterator[MariaShop]:
    """Within: the shop in a lab of this process, and a workspace that drills it, with `more` drills.

    By a clock that leaps, unless another is given: what goes on by itself, as a client does, needs one that runs.
    """
    clock = clock or LeapingClock()
    canary = "secret: prod/orders}, canary: {table: heartbeat, column: at, interval: 1m}}"
    declared = _DECLARED.replace("rds-instance", kind.type).replace("secret: prod/orders}}", canary)
    before, after = workspace.SHOP.split("\n  orders-snapshot:")
    drills = more + _DRILLS.replace("REQUIRE", kind.askable)
    made = workspace.write(
        home / "ws", f"{before}{drills}{after.split('  sessions-pitr:')[1]}".replace(_DECLARED, declared)
    )
    tiers = made.drills / "tiers.yaml"
    tiers.write_text(tiers.read_text().replace("< 6h", "< 720h").replace('"< 1h"', '"< 720h", hydration: "< 721h"'))
    settings = Settings(made.home, made.database_url, Pace(), made.bundled)
    with ExitStack() as undo:
        lab = undo.enter_context(serve(clock, mariadb=True, state=home))
        undo.enter_context(mock.patch.dict(os.environ, lab.environment()))
        undo.enter_context(mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)))
        built = MariaShop(lab, clock, settings, kind)
        built.make()
        yield built
