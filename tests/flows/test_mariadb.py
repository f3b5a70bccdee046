"""A MariaDB that is drilled end to end: snapshot and instant, heartbeat, checks of every kind, a new password."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import boto3
import pytest
from click.testing import CliRunner

from dr_orchestrator import wiring
from dr_orchestrator.cli.main import dro
from dr_orchestrator.domain.run import Role, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring.heartbeat import beat_once, heartbeats
from dr_orchestrator.wiring.lab import serve
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import workspace
from tests.support.estate import REGION, network
from tests.support.labs import LeapingClock, outlast
from tests.support.shop import run

pytestmark = pytest.mark.slow
SOURCE, PASSWORD = "orders-prod", "secret-enough"
DECLARED = "database: {name: orders, secret: prod/orders}}"
HEARTBEAT = "{table: heartbeat, column: at}"
CHECKS = """
      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 2h}}
      - {name: restored, restored-state: {table: heartbeat, column: at}}
      - {name: orders, rows-at-least: {table: orders, minimum: 3}}
      - {name: notes, query: {sql: "SELECT count(*) FROM `orders` WHERE note LIKE 'note%'", equals: "3"}}
      - {name: whole, mandatory: false, whole-read: {within: 10h}}
      - {name: sound, mandatory: false, integrity: {require: [checksums, check-table], against: source}}
      - {name: fast, mandatory: false, answers-within: {sql: SELECT * FROM orders, limit: 1m, times: 3}}
      - {name: counts, mandatory: false, counts: {against: source, tables: {orders.orders: {}}}}
      - {name: own, mandatory: false, command: {run: [sh, -c, 'test "$MYSQL_PWD" = "$DRO_COPY_PASSWORD"']}}
"""
DRILLS = f"""
  orders-snapshot:
    kind: snapshot-restore
    resource: orders-db
    disruption: application
    checks:{CHECKS}
  orders-pitr:
    kind: pitr-restore
    resource: orders-db
    disruption: application
    checks:{CHECKS}
  sessions-pitr:"""


class Shop:
    """A workspace whose orders stand on an instance of MariaDB in a lab of this process."""

    def __init__(self, lab: Any, clock: LeapingClock, settings: Settings) -> None:
        self.lab, self.clock, self.settings = lab, clock, settings

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=REGION)

    def server(self) -> Any:
        """The server behind the source."""
        rds = self.client("rds")
        key = rds.describe_db_instances(DBInstanceIdentifier=SOURCE)["DBInstances"][0]["DbiResourceId"]
        return self.lab.world.behind("mariadb")._live[key].cluster

    def make(self, engine: str = "mariadb") -> None:
        rds = self.client("rds")
        network(cast(Any, self))
        login = json.dumps({"username": "orders", "password": PASSWORD})
        self.client("secretsmanager").create_secret(Name="prod/orders", SecretString=login)
        rds.create_db_instance(
            DBInstanceIdentifier=SOURCE,
            Engine=engine,
            EngineVersion="10.11.16",
            MasterUsername="orders",
            MasterUserPassword=PASSWORD,
            BackupRetentionPeriod=7,
            DBInstanceClass="db.m6g.large",
            AllocatedStorage=20,
            DBName="orders",
        )
        for state in ("creating", "backing-up"):
            outlast(self.clock, state, self._state)
        with self.server().connect("orders", "orders", PASSWORD) as connection:
            connection.execute(
                "CREATE TABLE orders (id bigint PRIMARY KEY AUTO_INCREMENT, note varchar(40), body text)"
            )
            connection.execute("INSERT INTO orders (note, body) VALUES ('note 1', repeat('x', 20000))")
            connection.execute("INSERT INTO orders (note) VALUES ('note 2'), ('note 3')")

    def back_up(self) -> None:
        """Have all that was written until now in the continuous backup, and time pass until that is told."""
        self.lab.world.behind("mariadb").tick()
        self.clock.sleep(400)

    def _state(self) -> str:
        found = self.client("rds").describe_db_instances(DBInstanceIdentifier=SOURCE)["DBInstances"][0]
        return str(found["DBInstanceStatus"])

    def beat(self, here: wiring.App) -> None:
        """One heartbeat, as `dro canary` writes it; a minute passes."""
        self.clock.sleep(60)
        told: list[Any] = []
        beat_once(heartbeats(here, ["orders-db"]), lambda _, each: told.append(each))
        assert [each.fault for each in told] == [None]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home, clock = tmp_path_factory.mktemp("maria"), LeapingClock()
    database = f"{DECLARED[:-1]}, canary: {{table: heartbeat, column: at, interval: 1m}}}}"
    before, after = workspace.SHOP.split("\n  orders-snapshot:")
    text = f"{before}{DRILLS}{after.split('  sessions-pitr:')[1]}".replace(DECLARED, database)
    made = workspace.write(home / "ws", text)
    tiers = made.drills / "tiers.yaml"
    tiers.write_text(tiers.read_text().replace("< 6h", "< 720h").replace('"< 1h"', '"< 720h", hydration: "< 721h"'))
    settings = Settings(made.home, made.database_url, Pace(), made.bundled)
    with ExitStack() as undo:
        lab = undo.enter_context(serve(clock, mariadb=True, state=home))
        undo.enter_context(mock.patch.dict(os.environ, lab.environment()))
        undo.enter_context(mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)))
        built = Shop(lab, clock, settings)
        built.make()
        yield built


@pytest.fixture
def here(shop: Shop) -> Iterator[wiring.App]:
    with wiring.using(wiring.App(shop.settings, shop.clock)) as made:
        yield made


def passed(found: Run) -> None:
    assert found.closing is not None
    told = [f"{each.name}: {each.outcome} {each.observed}" for each in found.checks]
    assert {each.outcome for each in found.checks} == {Outcome.PASSED}, "\n".join((*told, str(found.closing.reasons)))
    assert found.closing.verdict in (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS), found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN


def test_a_snapshot_is_restored_and_opened_by_a_new_password(shop: Shop, here: wiring.App) -> None:
    """The login was rotated after it, and no version of then is kept; all checks pass, deep ones too."""
    rds = shop.client("rds")
    shop.beat(here)
    rds.create_db_snapshot(DBSnapshotIdentifier="orders-1", DBInstanceIdentifier=SOURCE)
    look = lambda: rds.describe_db_snapshots(DBSnapshotIdentifier="orders-1")["DBSnapshots"][0]["Status"]  # noqa: E731
    outlast(shop.clock, "creating", look)
    rotated = "rotated-since-then"
    shop.server().give_password("orders", rotated)
    held = json.dumps({"username": "orders", "password": rotated})
    secrets = shop.client("secretsmanager")
    secrets.delete_secret(SecretId="prod/orders", ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name="prod/orders", SecretString=held)
    shop.beat(here)
    found = run(here, "orders-snapshot")
    passed(found)
    (reset,) = [step for step in found.steps if step.role is Role.RESET]
    assert reset.outcome is Outcome.PASSED
    for each in (PASSWORD, rotated):
        assert each not in str(found)


def test_an_instant_is_restored(shop: Shop, here: wiring.App) -> None:
    """What was written before it is there, what was written since is not."""
    shop.beat(here)
    shop.back_up()
    shop.beat(here)
    passed(run(here, "orders-pitr"))


def test_what_the_engine_cannot_answer_is_told_before_a_restore(shop: Shop) -> None:
    """By the plan from the source, and by the check where the engine is declared."""
    file = shop.settings.drills / "shop.yaml"
    declared = file.read_text()
    runner, home = CliRunner(), {"DRO_HOME": str(shop.settings.home)}
    try:
        file.write_text(declared.replace("require: [checksums, check-table]", "require: [amcheck]"))
        with wiring.using(wiring.App(shop.settings, shop.clock)) as here:
            told = [each for each in plan(here, "orders-snapshot").preflight.blockers if each.name == "engine"]
        assert [each.words.split(" (")[0] for each in told] == ["check sound: MariaDB cannot be asked for amcheck"]
        assert runner.invoke(dro, ["check"], env=home).exit_code == 0
        file.write_text(file.read_text().replace("{name: orders, secret", "{name: orders, engine: mariadb, secret"))
        checked = runner.invoke(dro, ["check"], env=home).output
        assert "checks[5].integrity.require: MariaDB cannot be asked for amcheck" in checked
    finally:
        file.write_text(declared)
