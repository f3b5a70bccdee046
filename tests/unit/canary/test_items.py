"""The heartbeat of a DynamoDB table, through the guard, in the lab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.guard import Forbidden, OneWriteGuard
from dr_orchestrator.canary.beating import keep
from dr_orchestrator.canary.items import ItemWriter
from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import CanaryItem, RestoredItem
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.service import Canary
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import UsageError
from dr_orchestrator.resources.dynamodb_table.heartbeat import BEAT
from tests.support.estate import REGION, TABLE, Estate, estate
from tests.support.stores import no_login
from tests.support.types import CALLS

KEY = {"pk": "canary"}
MINUTE = timedelta(minutes=1)
COPY = Copy("dynamodb-table", TABLE.id, REGION, "x", "d", "s")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab")) as built:
        yield built


@pytest.fixture(autouse=True)
def _empty(made: Estate) -> None:
    made.client("dynamodb").delete_item(TableName=TABLE.id, Key={"pk": {"S": "canary"}})


def account() -> Account:
    return Account(
        REGION,
        OneWriteGuard(CALLS, BEAT.operation, partial(BEAT.is_one, TABLE.id, Canary(MINUTE, key=KEY, attribute="at"))),
    )


def writer(made: Estate) -> ItemWriter:
    return ItemWriter(account().api("dynamodb"), TABLE.id, KEY, "at", made.clock.now)


def test_each_beat_puts_the_item_anew(made: Estate) -> None:
    """One item, with the instant to the microsecond and a number that grows, by this process or another."""
    first = writer(made).beat()
    made.clock.sleep(0.000123)
    second = writer(made).beat()
    item = made.client("dynamodb").get_item(TableName=TABLE.id, Key={"pk": {"S": "canary"}})["Item"]
    assert (first.sequence, second.sequence) == (1, 2)
    told = made.clock.now().isoformat(timespec="microseconds")
    assert item == {"pk": {"S": "canary"}, "at": {"S": told}, "sequence": {"N": "2"}}


def test_the_checks_read_what_the_writer_wrote(made: Estate) -> None:
    """`canary-item` and `restored-state` find the beat to the microsecond."""
    beat = writer(made).beat()
    checks = ItemChecks(made.toolkit.account.api("dynamodb"), lambda copy, _: copy.id, lambda _: TABLE.id)
    found = checks.perform(CanaryItem("heartbeat", KEY, "at"), COPY, made.clock.now())
    assert found.newest == beat.at
    for seen in (checks.marker(RestoredItem("r", KEY, "at"), COPY), checks.marker(RestoredItem("r", KEY, "at"))):
        assert seen is not None
        assert (seen.sequence, seen.at) == (1, beat.at)


def test_an_item_of_somebody_else_is_not_overwritten(made: Estate) -> None:
    """An item of the declared key that holds other data is refused and stays as it is."""
    theirs = {"pk": {"S": "canary"}, "price": {"N": "3"}}
    made.client("dynamodb").put_item(TableName=TABLE.id, Item=theirs)
    with pytest.raises(UsageError, match="no heartbeat: it has price"):
        writer(made).beat()
    found = made.client("dynamodb").get_item(TableName=TABLE.id, Key={"pk": {"S": "canary"}})["Item"]
    assert found == theirs


def test_two_writers_do_not_go_back(made: Estate) -> None:
    """A beat that another writer overtook between its look and its put is refused, so that no number comes twice."""

    class Overtaken:
        def __init__(self) -> None:
            self.api = account().api("dynamodb")

        def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
            if operation == "PutItem":
                writer(made).beat()
            return self.api.call(operation, **parameters)

    for _ in range(2):  # with no item before, and with one
        with pytest.raises(Refused, match="ConditionalCheckFailed"):
            ItemWriter(Overtaken(), TABLE.id, KEY, "at", made.clock.now).beat()
    assert writer(made).beat().sequence == 3


def restored(made: Estate, at: datetime) -> str:
    """A copy of the table as it was at an instant, made by the lab."""
    name, dynamodb = f"copy-{at:%H%M%S}", made.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(SourceTableName=TABLE.id, TargetTableName=name, RestoreDateTime=at)
    while dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        made.clock.sleep(60)
    return name


def test_data_loss_is_read_exact_to_the_interval(made: Estate) -> None:
    """Restored to any instant, the copy's newest heartbeat is less than an interval before it, and never after it.

    The marker tells the three ends apart: gone back, a later state than was asked for, a source that stands still.
    """
    beating, clock, left = writer(made), made.clock, [20]

    def wait(seconds: float) -> bool:
        left[0] -= 1
        clock.sleep(seconds)
        return not left[0]

    began = clock.now()
    keep(beating, MINUTE, lambda _: None, clock.monotonic, wait)
    ended = clock.now()
    clock.sleep(1200)
    for seconds in (61, 100, 359, 600, 1111):
        at = (began + timedelta(seconds=seconds)).replace(microsecond=0)
        copy = replace(COPY, id=restored(made, at))
        items = ItemChecks(made.toolkit.account.api("dynamodb"), lambda of, _: of.id, lambda _: TABLE.id)
        checks = (CanaryItem("heartbeat", KEY, "at"), RestoredItem("went back", KEY, "at"))
        suite = Suite(checks, clock, SqlChecks(no_login), items, HttpChecks(lambda _: {}))
        point = RecoveryPoint("x", PointKind.CONTINUOUS, at, "asked", reference=at)
        heartbeat, _, marker = suite.all(copy, (point,), ended)
        assert heartbeat.newest is not None
        assert timedelta() <= at - heartbeat.newest < MINUTE
        assert marker.outcome is Outcome.PASSED
        earlier = replace(point, data_time=at - timedelta(minutes=2))
        assert suite.all(copy, (earlier,), ended)[-1].outcome is Outcome.FAILED
        made.client("dynamodb").delete_table(TableName=copy.id)
    still = replace(COPY, id=restored(made, (ended + MINUTE).replace(microsecond=0)))
    assert suite.all(still, (replace(point, data_time=ended + MINUTE),), ended)[-1].outcome is Outcome.INCONCLUSIVE


OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("put_item", {"TableName": TABLE.id, "Item": {"pk": {"S": "session#1"}, "at": {"S": "x"}, "sequence": {"N": "1"}}}),
    ("put_item", {"TableName": "other", "Item": {"pk": {"S": "canary"}, "at": {"S": "x"}, "sequence": {"N": "1"}}}),
    ("put_item", {"TableName": TABLE.id, "Item": {"pk": {"S": "canary"}, "at": {"S": "x"}}}),
    (
        "put_item",
        {
            "TableName": TABLE.id,
            "Item": {"pk": {"S": "canary"}, "at": {"S": "x"}, "sequence": {"N": "1"}, "x": {"N": "1"}},
        },
    ),
    (
        "put_item",
        {"TableName": TABLE.id.upper(), "Item": {"pk": {"S": "canary"}, "at": {"S": "x"}, "sequence": {"N": "1"}}},
    ),
    ("delete_item", {"TableName": TABLE.id, "Key": {"pk": {"S": "canary"}}}),
    ("update_item", {"TableName": TABLE.id, "Key": {"pk": {"S": "canary"}}}),
    ("delete_table", {"TableName": TABLE.id}),
    ("batch_write_item", {"RequestItems": {TABLE.id: [{"PutRequest": {"Item": {"pk": {"S": "canary"}}}}]}}),
]


@pytest.mark.parametrize(("method", "parameters"), OTHERS, ids=[f"{each[0]}-{n}" for n, each in enumerate(OTHERS)])
def test_nothing_else_leaves_the_process(made: Estate, method: str, parameters: dict[str, Any]) -> None:
    """Another item, table or operation is refused on the client itself: the lab has heard nothing."""
    before = len(made.lab.journal)
    with pytest.raises(Forbidden):
        getattr(account()._session.client("dynamodb"), method)(**parameters)
    assert len(made.lab.journal) == before


def test_a_drill_cannot_write_a_heartbeat(made: Estate) -> None:
    """The guard of drills refuses what that of `dro canary` lets through."""
    drills = made.toolkit.account.api("dynamodb")
    with pytest.raises(Forbidden):
        ItemWriter(drills, TABLE.id, KEY, "at", made.clock.now).beat()
