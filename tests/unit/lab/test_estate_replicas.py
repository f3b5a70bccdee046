"""A company's read replica in another region: it follows its source's server, with backups and a login of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest

from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import Pace
from dr_orchestrator.wiring.lab import serve
from tests.support.fakes import FakeClock
from tests.support.labs import outlast

pytestmark = pytest.mark.slow
AWAY = "eu-central-1"
FILE = f"""
elsewhere: {{{AWAY}: {{key: alias/dr-drills}}}}
rds-instance:
  orders-prod:
    database: orders
    gib: 20
    tables: {{orders: {{rows: 20, columns: {{name: "Order {{n}}"}}}}}}
    read_replica: {{id: orders-eu, region: {AWAY}}}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    file = tmp_path / "estate.yaml"
    file.write_text(FILE)
    with serve(PacedClock(Pace(60.0, time.time())), estate=file, postgres=True) as made:
        yield made


def there(lab: Lab, service: str) -> Any:
    secrets = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.client(service, region_name=AWAY, endpoint_url=lab.endpoint, **secrets)


def test_it_follows_and_is_logged_in_to_there(lab: Lab) -> None:
    """What is written in production is read in it a while later, by the login that is replicated to its region."""
    rds = there(lab, "rds")

    def described() -> dict[str, Any]:
        return dict(rds.describe_db_instances(DBInstanceIdentifier="orders-eu")["DBInstances"][0])

    outlast(lab.world.clock, "creating", lambda: str(described()["DBInstanceStatus"]))
    found = described()
    assert found["ReadReplicaSourceDBInstanceIdentifier"].endswith("us-east-1:123456789012:db:orders-prod")
    assert found["StatusInfos"][0]["Status"] == "replicating"
    assert found["BackupRetentionPeriod"] > 0
    secret = found_secret(lab)
    login = {"user": secret["username"], "password": secret["password"], "dbname": "orders"}
    place = found["Endpoint"]["Address"], found["Endpoint"]["Port"]
    asked = SqlChecks(lambda _: Login(*place, "orders", secret["username"], secret["password"]))
    assert not asked.serves(Copy("rds-instance", "orders-eu", AWAY, "r", "d", "s"))
    with psycopg.connect(host=found["Endpoint"]["Address"], port=found["Endpoint"]["Port"], **login) as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        assert connection.execute("SELECT count(*) >= 20 FROM orders").fetchone() == (True,)


def found_secret(lab: Lab) -> dict[str, str]:
    secrets = there(lab, "secretsmanager")
    (named,) = [each["Name"] for each in secrets.list_secrets()["SecretList"]]
    return dict(json.loads(secrets.get_secret_value(SecretId=named)["SecretString"]))


def test_what_cannot_be_played_is_told(clock: FakeClock, tmp_path: Path) -> None:
    """By the key, before any server is started."""
    file = tmp_path / "estate.yaml"
    file.write_text(FILE.replace(f"elsewhere: {{{AWAY}: {{key: alias/dr-drills}}}}", ""))
    with pytest.raises(CatalogError, match="is none of 'elsewhere'"), serve(clock, estate=file):
        pass
