"""A database that is brought into another account holds production's data there; it is real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator.domain.run import Role
from dr_orchestrator.domain.verdict import Cleanup
from tests.support.apart import OTHER, stand_apart
from tests.support.born_shop import CHECKS, born_shop, put
from tests.support.labs import outlast
from tests.support.real_shop import INSTANCE, PASSWORD, RealShop
from tests.support.shop import GREEN, run

pytestmark = pytest.mark.slow


def _apart(drills: Path) -> None:
    put(drills, CHECKS)
    stand_apart(drills)
    file = drills / "shop.yaml"
    file.write_text(file.read_text().replace("secret: prod/orders}", "secret: prod/orders, reset_password: true}"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    """The shop whose replicas have an account of their own, with a snapshot of its rows, and a login rotated since."""
    with born_shop(tmp_path_factory.mktemp("carried"), _apart) as made:
        rds = made.client("rds")
        rds.create_db_snapshot(DBSnapshotIdentifier="orders-2", DBInstanceIdentifier=INSTANCE)
        outlast(
            made.clock,
            "creating",
            lambda: str(rds.describe_db_snapshots(DBSnapshotIdentifier="orders-2")["DBSnapshots"][0]["Status"]),
        )
        yield made


def test_its_data_is_read_there_by_a_login_made_there(shop: RealShop) -> None:
    """Five rows of the snapshot, after its master user got a new password, by the role of that account alone."""
    secrets = shop.client("secretsmanager")
    secrets.delete_secret(SecretId="prod/orders", ForceDeleteWithoutRecovery=True)
    held = json.dumps({"username": "orders", "password": "never-was"})
    secrets.create_secret(Name="prod/orders", SecretString=held)
    heard = len(shop.lab.journal)

    found = run(shop.here, "shop-replica")

    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert {check.name: check for check in found.checks}["orders are there"].observed == "5 rows"
    assert [each.id for each in found.points if each.store == "orders-db"] == ["orders-2"]
    (step,) = (each for each in found.steps if each.role is Role.RESET)
    assert step.detail.startswith("Database: orders has a new password")
    changed = [each for each in shop.lab.journal[heard:] if each.action == "ModifyDBInstance"]
    assert [found.header.id in str(each.params) for each in changed] == [True]
    assert [step.tried for step in found.steps if step.role is Role.PROBE] == [True]
    assert OTHER in {row.copy.account for row in found.copies}
    assert PASSWORD not in str(found)
