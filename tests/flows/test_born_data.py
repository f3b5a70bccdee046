"""A replica's database holds production's data of the newest point, read in it by SQL; it is real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from dr_orchestrator.domain.run import Role
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.export import run_json
from tests.support.born_shop import born_shop
from tests.support.real_shop import INSTANCE, PASSWORD, RealShop
from tests.support.shop import ended, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    with born_shop(tmp_path_factory.mktemp("born")) as made:
        yield made


def test_the_data_of_both_stores_is_read_in_the_copy(shop: RealShop) -> None:
    """PASSED and CLEAN; the RPA is that of the store that lost most, and how far the other is from it is told."""
    before, heard = shop.said_of_us(INSTANCE), len(shop.lab.journal)

    found = run(shop.here, "shop-replica")

    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    seen = {check.name: check for check in found.checks}
    assert seen["orders are there"].observed == "5 rows"
    assert {seen["orders beat"].store, seen["heartbeat"].store} == {"orders-db", "sessions"}
    orders, sessions = seen["orders beat"].newest, seen["heartbeat"].newest
    assert orders is not None
    assert sessions is not None
    measured = found.closing.measures
    assert (measured.newest_data, measured.rpa_check, measured.rpa_grade) == (orders, "orders beat", "A")
    assert measured.rpa_skew == sessions - orders
    assert measured.rpa_skew > timedelta()
    page = (shop.here.settings.generated / f"{found.header.id}.md").read_text()
    assert "apart; the one that lost most speaks for the run" in page
    assert shop.said_of_us(INSTANCE) == before
    written = [each for each in shop.lab.journal[heard:] if INSTANCE in map(str, each.params.values())]
    assert {each.action for each in written} <= {
        *("DescribeDBInstances", "DescribeDBSnapshots", "DescribeDBInstanceAutomatedBackups", "DescribeEvents"),
    }
    assert run_json(found)["template"]["left_out"] == []
    probes = [step for step in found.steps if step.role is Role.PROBE]
    assert [step.tried for step in probes] == [True], probes
    assert "hush" not in str(found)
    assert PASSWORD not in str(found)


def test_a_login_that_was_rotated_away_is_given_anew(shop: RealShop) -> None:
    """No version of the secret opens the copy: its master user gets a new password, and production keeps its own."""
    secrets = shop.client("secretsmanager")
    secrets.delete_secret(SecretId="prod/orders", ForceDeleteWithoutRecovery=True)
    held = json.dumps({"username": "orders", "password": "never-was"})
    secrets.create_secret(Name="prod/orders", SecretString=held)
    heard = len(shop.lab.journal)
    try:
        found = run(shop.here, "shop-replica")
    finally:
        held = json.dumps({"username": "orders", "password": PASSWORD})
        secrets.put_secret_value(SecretId="prod/orders", SecretString=held)

    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    (step,) = (each for each in found.steps if each.role is Role.RESET)
    assert step.detail.startswith("Database: orders has a new password")
    changed = [each for each in shop.lab.journal[heard:] if each.action == "ModifyDBInstance"]
    assert [found.header.id in str(each.params) for each in changed] == [True]
    with psycopg.connect(shop.url(INSTANCE)) as production:
        assert production.execute("SELECT count(*) FROM orders").fetchone() == (5,)
