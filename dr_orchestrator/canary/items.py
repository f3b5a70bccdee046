"""Writes the heartbeat of a DynamoDB table: one item of a declared key, put anew at each beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.errors import UsageError

SEQUENCE = "sequence"


class Table(Protocol):
    """The calls that the writer needs of DynamoDB."""

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call."""


class ItemWriter:
    """Puts one item: its key, the instant (ISO 8601) in an attribute, and its number."""

    def __init__(
        self, api: Table, table: str, key: Mapping[str, str], attribute: str, now: Callable[[], datetime]
    ) -> None:
        self._api, self._table, self._attribute, self._now = api, table, attribute, now
        self._key = {name: {"S": value} for name, value in key.items()}

    def beat(self) -> Beat:
        """Put the item with the next number, if nobody else has meanwhile."""
        before = self._read()
        beat = Beat(int(before[SEQUENCE]["N"]) + 1 if before else 1, self._now())
        item = {
            **self._key,
            self._attribute: {"S": beat.at.isoformat(timespec="microseconds")},
            SEQUENCE: {"N": str(beat.sequence)},
        }
        self._api.call("PutItem", TableName=self._table, Item=item, **self._unless_changed(before))
        return beat

    def close(self) -> None:
        """Nothing is held."""

    def _read(self) -> Mapping[str, Any]:
        """The item as it stands; one that holds anything else than a heartbeat is somebody's data."""
        found = self._api.call("GetItem", TableName=self._table, Key=self._key, ConsistentRead=True).get("Item", {})
        foreign = found.keys() - {*self._key, self._attribute, SEQUENCE}
        if found and (foreign or "N" not in found.get(SEQUENCE, {})):
            held = ", ".join(sorted(foreign)) or "no sequence"
            message = f"the item in {self._table} is no heartbeat: it has {held}"
            raise UsageError(message, "declare a key of its own, or delete the item; nothing was written")
        return dict(found)

    def _unless_changed(self, before: Mapping[str, Any]) -> dict[str, Any]:
        if not before:
            first = next(iter(self._key))
            return {"ConditionExpression": "attribute_not_exists(#k)", "ExpressionAttributeNames": {"#k": first}}
        return {
            "ConditionExpression": "#n = :before",
            "ExpressionAttributeNames": {"#n": SEQUENCE},
            "ExpressionAttributeValues": {":before": before[SEQUENCE]},
        }
