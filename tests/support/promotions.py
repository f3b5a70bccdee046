"""A read replica that stands in another region, and the drill that promotes a replica of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from unittest import mock

import psycopg
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.wiring import opening
from tests.support import elsewhere, workspace
from tests.support import shop as shops
from tests.support.elsewhere import AWAY
from tests.support.estate import INSTANCE, REGION, Estate
from tests.support.labs import outlast
from tests.support.real_shop import PASSWORD, RealShop

STANDING, DRILL = "orders-eu", "orders-promotion"
RESOURCE = f"""
  orders-there: {{type: rds-instance, id: {STANDING}, region: {AWAY}, database: {{name: orders, secret: prod/orders}}}}
  sessions: {{type"""
PROMOTES = f"""
  {DRILL}:
    kind: replica-promotion
    resource: orders-there
    replicates: orders-db
    disruption: region
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 1m}}}}
"""
SHOP = f"{workspace.SHOP.replace(chr(10) + '  sessions: {type', RESOURCE).rstrip()}{PROMOTES}"


def stand(lab: Any, source: str = INSTANCE.id, **given: Any) -> None:
    """Somebody makes the standing replica, with backups of its own, where copies of drills may be put."""
    key, rds = elsewhere.prepared(lab), elsewhere.client(lab, "rds")
    account = rds.describe_db_subnet_groups()["DBSubnetGroups"][0]["DBSubnetGroupArn"].split(":")[4]
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier=STANDING,
        SourceDBInstanceIdentifier=f"arn:aws:rds:{REGION}:{account}:db:{source}",
        SourceRegion=REGION,
        KmsKeyId=key,
        DBSubnetGroupName="dro-isolated",
        **given,
    )


def settled(lab: Any, wait: Any) -> None:
    """It is there, and has backups."""
    rds = elsewhere.client(lab, "rds")

    def status() -> str:
        return str(rds.describe_db_instances(DBInstanceIdentifier=STANDING)["DBInstances"][0]["DBInstanceStatus"])

    wait(status)
    rds.modify_db_instance(DBInstanceIdentifier=STANDING, BackupRetentionPeriod=1, ApplyImmediately=True)


@contextmanager
def world(shop: Estate, home: Path) -> Iterator[wiring.App]:
    """Within: the shop's standing replica is there, with a login, and the drill that promotes one of it can be run."""
    prepared(shop)
    written = mock.patch.object(workspace, "SHOP", workspace.SHOP.replace("\n  sessions: {type", RESOURCE))
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with written, dead, shops.world(shop, home, PROMOTES.rstrip()) as here:
        yield here
    removed()


def prepared(shop: Estate) -> None:
    """Somebody makes the standing replica, and its login is replicated."""
    secrets = shop.client("secretsmanager", AWAY)
    with suppress(secrets.exceptions.ResourceExistsException):
        secrets.create_secret(Name="prod/orders", SecretString='{"username": "orders", "password": "hush"}')
    stand(shop.lab)
    shop.clock.sleep(3600)
    settled(shop.lab, lambda _: None)
    shop.clock.sleep(900)


def removed() -> None:
    """It is gone, and what it replicated knows it no more."""
    there = cast(Any, rds_backends[ACCOUNT][AWAY])
    there._remove(there.databases[STANDING], True)


def standing() -> Any:
    """The standing replica, as the lab knows it."""
    return cast(Any, rds_backends[ACCOUNT][AWAY].databases[STANDING])


def follows(shop: RealShop) -> None:
    """The standing replica of a shop with real databases is made, follows, and can be logged in to."""
    login = json.dumps({"username": "orders", "password": PASSWORD})
    elsewhere.client(shop.lab, "secretsmanager").create_secret(Name="prod/orders", SecretString=login)
    stand(shop.lab)
    settled(shop.lab, lambda status: outlast(shop.clock, "creating", status))
    standing().engine_version = "16.9"  # moto's own is older than any that has replicas of replicas


@contextmanager
def beating(shop: RealShop) -> Iterator[list[datetime]]:
    """Within: a heartbeat goes on in production, as `dro canary` writes it."""
    ended, told = threading.Event(), list[datetime]()

    def beat() -> None:
        with psycopg.connect(shop.url(INSTANCE.id), autocommit=True) as connection:
            while not ended.wait(0.1):
                told.append(shop.clock.now())
                connection.execute("INSERT INTO heartbeat VALUES (%s)", (told[-1],))

    beats = threading.Thread(target=beat)
    beats.start()
    try:
        yield told
    finally:
        ended.set()
        beats.join()
