"""A cluster that nothing connects to: drilled by the Data API, copy and source, and no address of either is used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import psycopg
import pytest
from moto.secretsmanager.models import secretsmanager_backends

from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.run import Role, Run, Step
from dr_orchestrator.domain.statements import READ_ONLY
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.waiting.postgres import Stoppable
from tests.support import dying
from tests.support.estate import REGION
from tests.support.real_shop import CLUSTER, DRILLS, PASSWORD, RealShop, real_shop
from tests.support.shop import ended, run

pytestmark = pytest.mark.slow
DRILL = DRILLS[CLUSTER]
CHECKS = """
      - {name: rows, rows-at-least: {table: heartbeat, minimum: 1}}
      - {name: blocks, whole-read: {within: 6h, parallel: 2}, mandatory: false}
      - {name: counted, counts: {against: source}, mandatory: false}
      - {name: whole, integrity: {against: source}, mandatory: false}
      - name: quick
        answers-within: {sql: SELECT count(*) FROM heartbeat, against: source, factor: 1000, times: 3, cold: 1}
        mandatory: false
""".lstrip("\n")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    """The shop, whose cluster is asked by the Data API; a connection of the program's own to any database fails."""
    barred = mock.patch.object(Stoppable, "connect", side_effect=AssertionError("a database was connected to"))
    with real_shop(tmp_path_factory.mktemp("data-api"), of_cluster=CHECKS, cluster="via: data-api") as made, barred:
        rds = made.client("rds")
        rds.enable_http_endpoint(ResourceArn=rds.describe_db_clusters()["DBClusters"][0]["DBClusterArn"])
        yield made


def steps(found: Run, name: str) -> list[Step]:
    return [step for step in found.steps if step.name == name]


def said(shop: RealShop, heard: int, name: str) -> list[dict[str, Any]]:
    """The statements that were said to a cluster."""
    entries = [each for each in shop.lab.journal[heard:] if each.action == "ExecuteStatement"]
    return [each.params for each in entries if each.params["resourceArn"].endswith(f":{name}")]


def secrets_of_rds() -> list[str]:
    kept = secretsmanager_backends[ACCOUNT][REGION].secrets.values()
    return [each.name for each in kept if each.name.startswith("rds!")]


def test_a_cluster_is_drilled_without_a_connection(shop: RealShop) -> None:
    """Checks, canary, probe and deep checks by statements alone: PASSED; production is told first to be only read."""
    heard = len(shop.lab.journal)
    found = run(shop.here, DRILL)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    assert {check.name: check.outcome for check in found.checks} == dict.fromkeys(
        ("heartbeat", "rows", "blocks", "counted", "whole", "quick"), Outcome.PASSED
    )
    (enabled,), (login,) = steps(found, "enable the copy's Data API"), [s for s in found.steps if s.role is Role.LOG_IN]
    assert enabled.duration is not None
    assert enabled.duration.total_seconds() >= 20
    assert login.detail == "by the Data API, with prod/orders as it is now"
    (probe,) = [step for step in found.steps if step.role is Role.PROBE]
    assert probe.tried, probe.detail
    to_source = said(shop, heard, CLUSTER)
    transactions = {each["transactionId"] for each in to_source}
    first = {key: next(each["sql"] for each in to_source if each["transactionId"] == key) for key in transactions}
    assert transactions
    assert set(first.values()) == {READ_ONLY}
    assert [each.action for each in shop.lab.journal[heard:] if each.action.startswith("Modify")] == []
    called = {f"{each.service}:{each.action}" for each in shop.lab.journal[heard:]}
    assert called - calls_of(TYPES, shop.here.drill(DRILL)).all == set()


def test_a_rotated_login_is_replaced_by_a_secret_of_the_copys_own(shop: RealShop) -> None:
    """Killed once RDS had taken the call, another process makes no second one: PASSED, and the secret is gone again."""
    heard, secrets = len(shop.lab.journal), shop.client("secretsmanager")
    with psycopg.connect(shop.url(CLUSTER), autocommit=True) as production:
        production.execute("ALTER ROLE orders PASSWORD 'rotated-since'")
    secrets.put_secret_value(SecretId="prod/orders", SecretString=_login("rotated-since"))
    try:
        dead = dying.killed_in(shop.here, DRILL, dying.killed_at("ModifyDBCluster", 1, after=True))
        assert len(secrets_of_rds()) == 1
        found = dying.resumed(shop.here, dead)
    finally:
        with shop._server(CLUSTER).connect() as connection:
            connection.execute(f"ALTER ROLE orders PASSWORD '{PASSWORD}'")
        secrets.put_secret_value(SecretId="prod/orders", SecretString=_login(PASSWORD))
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    changes = [each for each in shop.lab.journal[heard:] if each.action.startswith(("Modify", "EnableHttp"))]
    copy = f"dro-{found.header.id}-{CLUSTER}"
    assert [each.action for each in changes] == ["EnableHttpEndpoint", "ModifyDBCluster"]
    assert all(copy in str(each.params) for each in changes)
    assert "MasterUserPassword" not in changes[1].params
    first, *_ = [step for step in found.steps if step.role is Role.LOG_IN]
    assert "does not open" in first.detail
    assert "logs in by its current version alone" in first.detail
    assert secrets_of_rds() == []
    assert said(shop, heard, CLUSTER)[0]["secretArn"] == "prod/orders"


def test_an_endpoint_that_is_refused_is_told_by_its_call(shop: RealShop) -> None:
    """INCONCLUSIVE, with the call and AWS's reason; nothing was asked of the copy, and nothing stays."""
    rule = {"service": "rds", "action": "EnableHttpEndpoint", "kind": "error", "code": "InvalidParameterCombination"}
    heard, told = len(shop.lab.journal), "The Data API isn't supported in this Region"
    shop.lab.faults.add({**rule, "message": told, "http": 400})
    try:
        found = run(shop.here, DRILL)
    finally:
        shop.lab.faults.clear()
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert f"rds:EnableHttpEndpoint: InvalidParameterCombination: {told}" in " ".join(found.closing.reasons)
    assert said(shop, heard, f"dro-{found.header.id}-{CLUSTER}") == []


def _login(password: str) -> str:
    return json.dumps({"username": "orders", "password": password})
