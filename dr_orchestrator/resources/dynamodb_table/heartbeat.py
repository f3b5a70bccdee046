"""The heartbeat of a table: the put of one item, which is all that `dro canary` may do to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.domain.resource_type import Beat
from dr_orchestrator.domain.service import Canary

_CONDITION = frozenset({"ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"})


def is_heartbeat(table: str, canary: Canary, parameters: Mapping[str, Any]) -> bool:
    """Whether a put is that of the declared item: its whole key, the instant and the number, and nothing beside."""
    item, key = parameters.get("Item"), {name: {"S": value} for name, value in canary.key.items()}
    if not table or not key or not isinstance(item, Mapping):
        return False
    return (
        parameters.get("TableName") == table
        and parameters.keys() <= {"TableName", "Item"} | _CONDITION
        and {name: item.get(name) for name in key} == key
        and item.keys() == {*key, canary.attribute, "sequence"}
    )


BEAT = Beat("dynamodb:PutItem", is_heartbeat)
