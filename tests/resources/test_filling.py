"""A table of an environment is filled with every item of a restored one, of however many pages."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import NotMeasured, Stopped
from dr_orchestrator.resources.dynamodb_table import filling
from dr_orchestrator.resources.dynamodb_table.filling import BATCH, SEGMENTS, Filling
from dr_orchestrator.waiting import stops
from tests.support.estate import TABLE, Estate

KEYS: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
LARGE = 700
"""Items of two kilobytes: more than a page of a scan, which is a megabyte."""

_numbers = itertools.count(1)


def table(made: Estate, items: int, size: int = 1) -> str:
    client, name = made.client("dynamodb"), f"filled-from-{next(_numbers)}"
    client.create_table(TableName=name, **KEYS)
    made.clock.sleep(60)
    for start in range(0, items, BATCH):
        puts = [
            {"PutRequest": {"Item": {"pk": {"S": f"item#{number}"}, "text": {"S": "x" * size}}}}
            for number in range(start, min(start + BATCH, items))
        ]
        client.batch_write_item(RequestItems={name: puts})
    return name


@pytest.fixture
def target(made: Estate) -> Copy:
    """A table of the run's stack, empty."""
    copy = replace(made.copy_of(TABLE, intended=False), id=f"dro-filled-{next(_numbers)}", parent="a-stack")
    made.client("dynamodb").create_table(TableName=copy.id, **KEYS)
    made.clock.sleep(60)
    return made.ledger.intend(copy, made.clock)


def of(made: Estate, source: str, target: Copy) -> Filling:
    api = made.toolkit.account.api("dynamodb")
    return Filling(api, api, made.toolkit, source, target)


def held(made: Estate, name: str) -> Counter[str]:
    pages = made.client("dynamodb").get_paginator("scan").paginate(TableName=name)
    return Counter(item["pk"]["S"] for page in pages for item in page["Items"])


def segments(made: Estate, source: str) -> set[tuple[Any, Any]]:
    scans = [call for call in made.calls("Scan") if call["TableName"] == source]
    return {(call["Segment"], call["TotalSegments"]) for call in scans if "Segment" in call}


def test_what_fits_into_a_page_is_written_by_one(made: Estate, target: Copy) -> None:
    """In batches of as many as AWS takes; nothing else reads the table."""
    source, before = table(made, 60), len(made.calls("BatchWriteItem"))
    assert of(made, source, target).fill() == 60
    assert held(made, target.id) == held(made, source)
    assert segments(made, source) == set()
    assert [len(call["RequestItems"][target.id]) for call in made.calls("BatchWriteItem")[before:]] == [25, 25, 10]


def test_a_larger_one_is_read_and_written_in_segments(made: Estate, target: Copy) -> None:
    """Each part of it once; and how far it is is told meanwhile."""
    source = table(made, LARGE, 2000)
    with mock.patch.object(filling, "TOLD_EVERY", 0.0):
        assert of(made, source, target).fill() == LARGE
    assert held(made, target.id) == Counter(dict.fromkeys((f"item#{number}" for number in range(LARGE)), 1))
    assert segments(made, source) == {(number, SEGMENTS) for number in range(SEGMENTS)}
    told = [state for copy, state in made.ledger.seen if copy == target.id and state.endswith("items written")]
    assert told[-1] == f"{LARGE} items written"


def test_what_the_table_does_not_take_is_put_again(made: Estate, target: Copy) -> None:
    """DynamoDB answers with what was too much for it: only that is asked for once more, after a while."""
    source, call, asked = table(made, 30), Api.call, []

    def half(api: Api, operation: str, **given: Any) -> Any:
        if operation != "BatchWriteItem":
            return call(api, operation, **given)
        puts = given["RequestItems"][target.id]
        asked.append(len(puts))
        kept = puts[: (len(puts) + 1) // 2]
        call(api, operation, RequestItems={target.id: kept})
        left = puts[len(kept) :]
        return {"UnprocessedItems": {target.id: left} if left else {}}

    with mock.patch.object(Api, "call", half):
        assert of(made, source, target).fill() == 30
    assert asked == [25, 12, 6, 3, 1, 5, 2, 1]
    assert held(made, target.id) == held(made, source)


def test_one_that_never_takes_them_is_given_up(made: Estate, target: Copy) -> None:
    """After the time that a restore is measured on, with the call."""
    source, call = table(made, 5), Api.call

    def none(api: Api, operation: str, **given: Any) -> Any:
        if operation == "BatchWriteItem":
            return {"UnprocessedItems": given["RequestItems"]}
        return call(api, operation, **given)

    with mock.patch.object(Api, "call", none), pytest.raises(NotMeasured, match="does not take the items") as fault:
        of(made, source, target).fill()
    assert fault.value.call == "dynamodb:BatchWriteItem"


def test_a_stop_gets_through_between_the_segments(made: Estate, target: Copy) -> None:
    """Whoever stops the run need not wait until a large table is filled."""
    source, asked = table(made, LARGE, 2000), 0

    def stopped() -> None:
        nonlocal asked
        asked += 1
        if asked > 20:
            raise Stopped("somebody stopped it")

    filled = of(made, source, target)
    with stops.heeding(stopped), pytest.raises(Stopped):
        filled.fill()
    assert sum(held(made, target.id).values()) < LARGE
    with pytest.raises(NotMeasured, match="was given up"):  # by whichever segment goes on unawares
        filled._segment(0)
