"""What is not ours stays: drills on one source, objects in our tag; and tokens that live for seconds are renewed."""

from __future__ import annotations

import asyncio
import sys

import pytest
from sqlalchemy import delete

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.wiring import opening, sweeping
from tests.support import shop as shops
from tests.support.estate import ISOLATION, TEMPLATE, Estate
from tests.support.shop import GREEN

RUN = "20261120-cafe00cafe"
TAGS = [{"Key": "dr-drill:run", "Value": RUN}]
COPIES = {
    "orders-snapshot": f"dro-{RUN}-orders-prod",
    "sessions-pitr": f"dro-{RUN}-sessions-prod",
    "shop-replica": f"dro-{RUN}-shop-prod",
}
PROVIDER = """
import datetime, json, secrets
good = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=3)
key = "ASIA" + secrets.token_hex(8).upper()
told = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": "lab", "SessionToken": "lab"}
print(json.dumps(told | {"Expiration": good.isoformat()}))
"""


def stranger(shop: Estate, drill: str) -> None:
    """A production object with the name of the copy that a run is about to make, in that run's own tag."""
    name, service = COPIES[drill], shop.client(shops.CREATES[drill][0])
    if drill == "orders-snapshot":
        service.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.m6g.large",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="somebody",
            MasterUserPassword="not-a-secret",
            DBSubnetGroupName=ISOLATION.subnet_group,
            Tags=TAGS,
        )
    elif drill == "sessions-pitr":
        service.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=TAGS,
        )
    else:
        parameters = [{"ParameterKey": "EnvironmentName", "ParameterValue": name}]
        service.create_stack(StackName=name, TemplateBody=TEMPLATE, Parameters=parameters, Tags=TAGS)
    shop.clock.sleep(3600)


def removed(shop: Estate, drill: str) -> None:
    name, service = COPIES[drill], shop.client(shops.CREATES[drill][0])
    if drill == "orders-snapshot":
        service.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    elif drill == "sessions-pitr":
        service.delete_table(TableName=name)
    else:
        service.delete_stack(StackName=name)
    shop.clock.sleep(3600)
    assert name not in str(shop.inventory())


@pytest.mark.parametrize("drill", list(COPIES))
def test_an_object_in_the_copys_place_is_neither_adopted_nor_touched(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, drill: str
) -> None:
    """Name and tag are the run's very own, but it was there before the run asked: the drill ends and leaves it."""
    monkeypatch.setattr(opening, "new_run_id", lambda _: RUN)
    shops.fresh(shop)
    stranger(shop, drill)
    before = shops.everything(shop)

    found = shops.run(here, drill)

    assert found.closing is not None
    assert found.closing.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE)
    assert "exists already and is not of this run" in shops.told(here, found)
    assert shops.everything(shop) == before
    removed(shop, drill)


@pytest.mark.parametrize("drill", list(COPIES))
def test_a_sweep_leaves_an_object_that_is_older_than_the_intent(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, drill: str
) -> None:
    """The process died before AWS answered; what is there by that name, in that tag, is not what was asked for."""
    monkeypatch.setattr(opening, "new_run_id", lambda _: RUN)
    shops.fresh(shop)
    found = shops.run(here, drill)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    stranger(shop, drill)
    row = next(row for row in found.copies if row.copy.id == COPIES[drill])
    before = shops.everything(shop)
    _ask_anew(here.ledger, row.copy, shop)

    left = sweeping.sweep_run(here, here.ledger.queries.run(RUN), "died")

    assert [each.gone for each in left] == [False]
    assert "from before this run asked for it" in left[0].why
    assert shops.everything(shop) == before
    removed(shop, drill)


def _ask_anew(ledger: SqlLedger, copy: Copy, shop: Estate) -> None:
    """As if the copy had been asked for just now, and AWS had not answered."""
    with ledger._engine.begin() as connection:
        connection.execute(delete(tables.copy).where(tables.copy.c.id == copy.id))
    ledger.intend_copy(copy, shop.clock.now())


def test_a_tag_alone_makes_nothing_ours(shop: Estate, here: wiring.App) -> None:
    """Production that wears our tag, one with a copy's name among them, is reported as stray and never touched."""
    shops.fresh(shop)
    stranger(shop, "sessions-pitr")
    rds = shop.client("rds")
    arn = rds.describe_db_instances(DBInstanceIdentifier="orders-prod")["DBInstances"][0]["DBInstanceArn"]
    rds.add_tags_to_resource(ResourceName=arn, Tags=TAGS)
    before = shops.everything(shop)

    found = shops.run(here, "orders-snapshot")
    for left in sweeping.resistant_runs(here):
        sweeping.sweep_run(here, left, "by hand")

    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    orphans = of_runner.find_orphans(sweeping.context(here))
    assert {each.id for each in orphans} == {
        "orders-prod",
        COPIES["sessions-pitr"],
    }
    assert shops.everything(shop) == before
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["dr-drill:run"])
    removed(shop, "sessions-pitr")


@pytest.mark.parametrize("drills", [["orders-snapshot", "orders-pitr"], ["sessions-pitr", "shop-replica"]])
def test_two_drills_on_one_source(shop: Estate, here: wiring.App, drills: list[str]) -> None:
    """At once, each with a copy of its own: neither waits for, adopts or deletes what the other made."""
    shops.fresh(shop)
    before = shops.everything(shop)

    quarter = asyncio.run(prefect_runner.script("quarterly").fn(drills, 2))

    _, runs = here.ledger.queries.exercise(quarter)
    assert len(runs) == 2
    for each in runs:
        assert each.closing is not None
        assert each.closing.verdict in GREEN, each.closing.reasons
        assert each.closing.cleanup is Cleanup.CLEAN
        assert {row.state for row in each.copies} == {CopyState.DELETED}
        assert max(shops.made(shop, each.header.id).values()) == 1
    assert shops.everything(shop) == before


@pytest.mark.campaign(0)
def test_tokens_that_live_for_three_seconds_are_renewed(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drill outlives its credentials many times over: each call is signed with those of that moment."""
    home = here.settings.home
    (home / "provider.py").write_text(PROVIDER)
    (home / "aws").write_text(f"[profile short]\ncredential_process = {sys.executable} {home / 'provider.py'}\n")
    shops.fresh(shop)
    before = shops.everything(shop)
    with monkeypatch.context() as during:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            during.delenv(name, raising=False)
        during.setenv("AWS_CONFIG_FILE", str(home / "aws"))
        during.setenv("AWS_PROFILE", "short")
        shop.lab.faults.add({"kind": "old-token", "seconds": 3})
        found = shops.run(here, "sessions-pitr")
    shop.lab.faults.clear()

    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert len(shop.lab.application._first_used) > 20
    assert shops.everything(shop) == before
