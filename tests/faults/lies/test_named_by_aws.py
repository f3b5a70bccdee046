"""A name that AWS tells is no proof: what a stack is said to hold is a copy only once the object itself says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from tests.support import shop as shops
from tests.support.estate import TABLE, Estate
from tests.support.lying import Lie, Proxy
from tests.support.lying import answers as altered

THEIRS = "billing-live"
pytestmark = pytest.mark.slow


@pytest.fixture
def proxy(shop: Estate) -> Iterator[Proxy]:
    with Proxy(shop.lab.endpoint).standing() as made:
        yield made


@pytest.fixture
def theirs(shop: Estate) -> Iterator[Callable[..., None]]:
    """Makes a table of somebody else's in the account, with tags and items as they are given."""
    dynamodb = shop.client("dynamodb")

    def make(tags: dict[str, str], items: int) -> None:
        dynamodb.create_table(
            TableName=THEIRS,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        shop.clock.sleep(60)
        for number in range(items):
            dynamodb.put_item(TableName=THEIRS, Item={"pk": {"S": str(number)}})

    yield make
    dynamodb.delete_table(TableName=THEIRS)
    shop.clock.sleep(600)


def drilled(shop: Estate, here: wiring.App, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, name: str) -> Run:
    """A rebuild whose listing of the stack's resources names a table of somebody else's."""
    lie = Lie(altered.renamed("-config", name), "ListStackResources")
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
    with proxy.lying(lie):
        found = shops.run(here, "shop-replica")
    assert lie.told
    return found


@pytest.mark.parametrize(
    ("tags", "items", "told"),
    [
        ({}, 0, "wears neither the tag dr-drill:run="),
        ({"dr-drill:run": "20261120-ffffff"}, 0, "wears neither the tag dr-drill:run="),
        (
            {"aws:cloudformation:stack-id": "arn:aws:cloudformation:us-east-1:123456789012:stack/other/1"},
            0,
            "wears neither",
        ),
    ],
    ids=["untagged", "of another run", "of another stack"],
)
def test_a_table_that_the_stack_did_not_make_is_not_written_to(
    shop: Estate,
    here: wiring.App,
    proxy: Proxy,
    theirs: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tags: dict[str, str],
    items: int,
    told: str,
) -> None:
    """INCONCLUSIVE before any write; the table is as it was, and no row of the ledger claims it."""
    theirs(tags, items)
    shops.fresh(shop)
    before = shops.everything(shop)
    found = drilled(shop, here, proxy, monkeypatch, THEIRS)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert told in " ".join(found.closing.reasons)
    assert THEIRS not in {row.copy.id for row in here.ledger.copies(found.header.id)}
    assert not [call for call in shop.calls("BatchWriteItem") if THEIRS in call.get("RequestItems", {})]
    shops.swept(here)
    assert shops.everything(shop) == before


def test_a_registered_source_is_no_part_of_a_stack(
    shop: Estate, here: wiring.App, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it were tagged as the run's: production is never written to, whatever a listing says."""
    shops.fresh(shop)
    before = shops.everything(shop)
    found = drilled(shop, here, proxy, monkeypatch, TABLE.id)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert "is a registered source" in " ".join(found.closing.reasons)
    shops.swept(here)
    assert shops.everything(shop) == before


def test_a_table_of_the_stack_that_is_not_empty_is_not_filled(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the run's stack has just made holds nothing: items in it are somebody's, and stay as they are."""

    def put(made: Estate) -> Any:
        (name,) = [each for each in made.inventory()["tables"] if each.endswith("-config")]
        return made.client("dynamodb").put_item(TableName=name, Item={"pk": {"S": "somebody's"}})

    shops.fresh(shop)
    shops.disrupted_at(monkeypatch, shop, "fill", put)
    found = shops.run(here, "shop-replica")
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert "holds items already" in " ".join(found.closing.reasons)
    assert found.closing.cleanup is Cleanup.CLEAN
