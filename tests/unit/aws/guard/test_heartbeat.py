"""The heartbeat's guard: of all that could change production, one item of one table."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, OneWriteGuard
from dr_orchestrator.domain.service import Canary
from dr_orchestrator.resources.dynamodb_table.heartbeat import BEAT
from tests.support.estate import REGION, TABLE
from tests.support.guarded import ACCOUNT, COPY, MODELS, SERVICES, everywhere, guard
from tests.support.types import CALLS, READS

HEARTBEAT = {"pk": {"S": "canary"}, "at": {"S": "2026-11-20T09:00:00"}, "sequence": {"N": "1"}}
PUT = {"TableName": TABLE.id, "Item": HEARTBEAT}


def of(table: str, key: dict[str, str] | None = None, attribute: str = "") -> OneWriteGuard:
    """The guard of a table's heartbeat, as the type of tables declares it."""
    canary = Canary(timedelta(minutes=1), key=key or {}, attribute=attribute)
    return OneWriteGuard(CALLS, BEAT.operation, partial(BEAT.is_one, table, canary))


@pytest.mark.parametrize("service", SERVICES)
def test_the_heartbeats_guard_lets_reads_and_one_put_through(service: str) -> None:
    """Of all of botocore's operations, on the source or a copy, only reads pass; the put needs the whole heartbeat."""
    heartbeat = of(TABLE.id, {"pk": "canary"}, "at")
    for operation in MODELS[service].operation_names:
        for parameters in (*(everywhere(service, operation, each) for each in (TABLE.id, COPY)), PUT):
            if operation in READS.get(service, frozenset()) or (operation == "PutItem" and parameters == PUT):
                heartbeat.check(service, operation, parameters)
            else:
                with pytest.raises(Forbidden):
                    heartbeat.check(service, operation, parameters)


@pytest.mark.parametrize(
    "changed",
    [
        {"TableName": "sessions"},
        {"TableName": TABLE.id.upper()},
        {"TableName": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE.id}"},
        {"Item": {**HEARTBEAT, "pk": {"S": "canary2"}}},
        {"Item": {**HEARTBEAT, "pk": {"N": "1"}}},
        {"Item": {**HEARTBEAT, "pk": "canary"}},
        {"Item": {**HEARTBEAT, "sk": {"S": "x"}}},
        {"Item": {"at": {"S": "x"}, "sequence": {"N": "1"}}},
        {"Item": {}},
        {"Item": None},
        {"Expected": {}},
        {"ReturnValues": "ALL_OLD"},
    ],
)
def test_the_heartbeats_guard_knows_its_one_item(changed: dict[str, Any]) -> None:
    """Another table, key or attribute is refused, and so is a guard that was told no item, and a drill's own guard."""
    of(TABLE.id, {"pk": "canary"}, "at").check("dynamodb", "PutItem", PUT)
    with pytest.raises(Forbidden):
        of(TABLE.id, {"pk": "canary"}, "at").check("dynamodb", "PutItem", PUT | changed)
    for other in (OneWriteGuard(CALLS), of(TABLE.id), guard(COPY), guard(TABLE.id)):
        with pytest.raises(Forbidden):
            other.check("dynamodb", "PutItem", PUT)
