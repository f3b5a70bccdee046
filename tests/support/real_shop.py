"""A shop whose databases are real: an instance and a cluster in a lab of this process, a workspace that drills them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import boto3
import psycopg

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.postgres.plane import Plane
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring.lab import serve
from tests.support import workspace
from tests.support.estate import REGION, network
from tests.support.labs import outlast

INSTANCE, CLUSTER, PASSWORD = "orders-prod", "boards-prod", "secret-enough"
DRILLS = {INSTANCE: "orders-snapshot", CLUSTER: "boards-snapshot"}
BOARDS = """
  boards-db: {type: aurora-cluster, id: boards-prod, region: us-east-1, database: {name: orders, secret: prod/orders}}
  sessions: {type"""
LEDGER = "ledger-prod"
OF_ZONES = """
  ledger-db:
    {type: multi-az-cluster, id: ledger-prod, region: us-east-1, database: {name: orders, secret: prod/orders}}"""
BEAT = "      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 1m}}\n"
DRILL = f"""
  boards-snapshot:
    kind: snapshot-restore
    resource: boards-db
    disruption: application
    checks:
{BEAT}  sessions-pitr:"""
NOTING = {"log_statement": "all", "log_connections": "on", "log_line_prefix": "%a|"}


@dataclass
class RealShop:
    """What a test of a drill by real SQL works with."""

    lab: Lab
    clock: PacedClock
    here: wiring.App

    def client(self, service: str, region: str = REGION) -> Any:
        """An unguarded client: the hand of somebody else in the account."""
        return boto3.client(service, region_name=region)

    def said_of_us(self, source: str) -> list[str]:
        """All that the program has said to the server of a source so far, as that noted it."""
        lines = (self._server(source).said()).splitlines()
        return [line.split("statement: ", 1)[-1] for line in lines if "dr-orchestrator" in line]

    def _server(self, source: str, region: str = REGION) -> Any:
        plane = cast(Plane, self.lab.world.databases)
        rds = self.client("rds", region)
        if source in (CLUSTER, LEDGER):
            key = rds.describe_db_clusters(DBClusterIdentifier=source)["DBClusters"][0]["DbClusterResourceId"]
        else:
            key = rds.describe_db_instances(DBInstanceIdentifier=source)["DBInstances"][0]["DbiResourceId"]
        return plane._live[key].cluster

    def url(self, source: str, region: str = REGION) -> str:
        """The URL of a source's database, for its owner."""
        return f"postgresql://orders:{PASSWORD}@127.0.0.1:{self._server(source, region).port}/orders"

    def _fill(self, source: str, region: str = REGION) -> None:
        with self._server(source, region).connect() as connection:
            for name, value in NOTING.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            connection.execute("SELECT pg_reload_conf()")
        with psycopg.connect(self.url(source, region)) as connection:
            connection.execute("CREATE TABLE heartbeat (at timestamptz)")
            connection.execute("INSERT INTO heartbeat VALUES (%s)", (self.clock.now(),))

    def make_zones(self) -> None:
        """A multi-AZ DB cluster besides, filled, and a snapshot of it."""
        rds = self.client("rds")
        rds.create_db_cluster(
            DBClusterIdentifier=LEDGER,
            DatabaseName="orders",
            Engine="postgres",
            EngineVersion="16.6",
            DBClusterInstanceClass="db.m6gd.large",
            AllocatedStorage=100,
            StorageType="gp3",
            Iops=3000,
            MasterUsername="orders",
            MasterUserPassword=PASSWORD,
            BackupRetentionPeriod=7,
        )
        self._await(lambda: rds.describe_db_clusters(DBClusterIdentifier=LEDGER)["DBClusters"][0])
        self._fill(LEDGER)
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="ledger-1", DBClusterIdentifier=LEDGER)
        found = {"DBClusterSnapshotIdentifier": "ledger-1"}
        self._await(lambda: rds.describe_db_cluster_snapshots(**found)["DBClusterSnapshots"][0])

    def make_instance(self, name: str, region: str = REGION) -> None:
        """An instance with backups, and its login in the region that it stands in."""
        login = json.dumps({"username": "orders", "password": PASSWORD})
        self.client("secretsmanager", region).create_secret(Name="prod/orders", SecretString=login)
        self.client("rds", region).create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.m6g.large",
            Engine="postgres",
            AllocatedStorage=20,
            DBName="orders",
            MasterUsername="orders",
            MasterUserPassword=PASSWORD,
            BackupRetentionPeriod=7,
        )

    def fill_instance(self, name: str, region: str = REGION) -> None:
        """Wait until an instance is there, and give it its heartbeat."""
        rds = self.client("rds", region)
        self._await(lambda: rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])
        self._fill(name, region)

    def archived(self, name: str, region: str = REGION) -> None:
        """Wait until what was written to an instance by now can be restored: its archive comes behind."""
        written, rds = self.clock.now(), self.client("rds", region)
        while True:
            told = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
            if told.get("LatestRestorableTime", written) > written:
                return
            self.clock.sleep(60)

    def make(self) -> None:
        """Both sources, filled, and a snapshot of each."""
        rds, waits = self.client("rds"), self._await
        network(cast(Any, self))
        self.make_instance(INSTANCE)
        wanted = {"MasterUsername": "orders", "MasterUserPassword": PASSWORD, "BackupRetentionPeriod": 7}
        engine = {"Engine": "aurora-postgresql", "EngineVersion": "16.6"}
        rds.create_db_cluster(DBClusterIdentifier=CLUSTER, DatabaseName="orders", **engine, **wanted)
        for number in (1, 2):
            within = {"DBClusterIdentifier": CLUSTER, "Engine": engine["Engine"], "DBInstanceClass": "db.r6g.large"}
            rds.create_db_instance(DBInstanceIdentifier=f"{CLUSTER}-{number}", **within)
        for name in (INSTANCE, f"{CLUSTER}-1", f"{CLUSTER}-2"):
            waits(lambda name=name: rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])
        for source in DRILLS:
            self._fill(source)
        rds.create_db_snapshot(DBSnapshotIdentifier="orders-1", DBInstanceIdentifier=INSTANCE)
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="boards-1", DBClusterIdentifier=CLUSTER)
        waits(lambda: rds.describe_db_snapshots(DBSnapshotIdentifier="orders-1")["DBSnapshots"][0])
        waits(
            lambda: rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="boards-1")["DBClusterSnapshots"][0]
        )

    def _await(self, look: Callable[[], Any]) -> None:
        for state in ("creating", "backing-up"):
            outlast(self.clock, state, lambda: str({**look()}.get("DBInstanceStatus") or look().get("Status")))


@contextmanager
def real_shop(
    home: Path,
    of_instance: str = "",
    of_cluster: str = "",
    cluster: str = "",
    more: str = "",
    pace: float = 600.0,
    *,
    zones: bool = False,
) -> Iterator[RealShop]:
    """Within: the shop, on a clock that runs so many times as fast as the machine's; with more checks of either.

    `more` are further drills, `cluster` is a further key of how the cluster is logged in to; `zones` has a multi-AZ DB
    cluster, too.
    """
    clock = PacedClock(Pace(pace, time.time()))
    own = workspace.SHOP.replace(BEAT, BEAT + of_instance)
    drill = more + DRILL.replace(BEAT, BEAT + of_cluster)
    boards = BOARDS.replace("database: {", f"database: {{{cluster}, ") if cluster else BOARDS
    boards = (OF_ZONES if zones else "") + boards
    shop = own.replace("\n  sessions: {type", boards).replace("\n  sessions-pitr:", drill)
    made = workspace.write(home / "ws", shop)
    tiers = made.drills / "tiers.yaml"
    tiers.write_text(
        tiers.read_text().replace("< 6h", "< 720h").replace('"< 1h"', '"< 720h", hydration: "< 721h"')
    )  # days pass in minutes
    settings = Settings(made.home, made.database_url, Pace(), made.bundled)
    with opened(home, clock, settings) as built:
        built.make()
        if zones:
            built.make_zones()
        yield built


@contextmanager
def opened(home: Path, clock: PacedClock, settings: Settings) -> Iterator[RealShop]:
    """Within: a lab that has nothing yet, real servers behind what is made in it, and the workspace of the settings."""
    served = serve(clock, postgres=True, state=home)
    patched = mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    with ExitStack() as undo:
        lab = undo.enter_context(served)
        undo.enter_context(mock.patch.dict(os.environ, lab.environment()))
        undo.enter_context(patched)
        yield RealShop(lab, clock, undo.enter_context(wiring.using(wiring.App(settings, clock))))
