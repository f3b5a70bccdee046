"""A DynamoDB table as part of an environment: filled from a restored one, taken down should it outlive its stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity, Place
from dr_orchestrator.domain.replica import Brought
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.dynamodb_table import declared, table
from dr_orchestrator.resources.dynamodb_table.name import NAME
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable

BATCH = 25
"""The most items that BatchWriteItem takes."""

BACK_OFF = 2.0


class TableMember:
    """The tables in an environment."""

    type = NAME

    def __init__(self, toolkit: Toolkit, place: Place) -> None:
        """`place` is where the environment stands."""
        self._toolkit, self._place = toolkit, place

    def identity(self, name: str) -> Identity | None:
        """The identity that AWS gives the table for good."""
        found = table.describe(self._api, name)
        return table.identity(found) if found else None

    def proven(self, name: str, stack: Copy, stack_id: str, *, empty: bool) -> Identity:
        """The identity of a table that wears the tags of the run's stack and is younger, and, where asked, empty."""
        found = table.describe(self._api, name)
        if found is None:
            raise NotRecoverable(f"{stack.id} made {name}, which is no {self.type}")
        live = Live(
            found["TableName"],
            table.unique_id(found),
            table.tags(self._api, found),
            created_at=found["CreationDateTime"],
        )
        self._toolkit.proofs.prove_member(stack, stack_id, live)
        if empty and self._api.call("Scan", TableName=name, Limit=1, ConsistentRead=True)["Items"]:
            hint = "a table that the run's stack has just made holds nothing: nothing was written to it"
            raise NotMeasured(f"{name} holds items already", hint, "dynamodb:Scan")
        return table.identity(found)

    def fill(self, source: Copy, target: Copy) -> int:
        """Write every item of a restored table into the environment's own; return how many were written."""
        restored = self._toolkit.account_at(source.place).api("dynamodb")
        return load(restored, self._api, self._toolkit, source.id, target.id)

    def brought(self, name: str) -> Brought:
        """A restored table in the words of AWS::DynamoDB::Table."""
        found = table.describe(self._api, name)
        if found is None:
            raise NotMeasured(f"{name} is not to be seen", call="dynamodb:DescribeTable")
        return Brought({"TableName": name}, declared.properties(found), declared.DEFAULTS, declared.FIXED)

    def destroy(self, copy: Copy) -> CopyState:
        """Delete a table that outlived its stack, proven as any copy."""
        there = self._toolkit.at(copy.place)
        return DynamoTable(Resource(copy.id, NAME, "", copy.region), None, there).destroy(copy)

    @property
    def _api(self) -> Api:
        return self._toolkit.account_at(self._place).api("dynamodb")


def load(restored: Api, made: Api, toolkit: Toolkit, source: str, target: str) -> int:
    """Write every item of one table into another, which may be another account's; return how many were written."""
    items = list(restored.pages("Scan", "Items", TableName=source, ConsistentRead=True))
    for batch in _batches(items):
        pending: dict[str, Any] = {target: [{"PutRequest": {"Item": item}} for item in batch]}
        started = toolkit.clock.monotonic()
        while pending:
            asked = pending
            answer = toolkit.retry_transient(lambda asked=asked: made.call("BatchWriteItem", RequestItems=asked))  # type: ignore[misc]
            pending = answer.get("UnprocessedItems", {})
            if pending and toolkit.clock.monotonic() - started > toolkit.ceiling:
                raise NotMeasured(f"{target} does not take the items", call="dynamodb:BatchWriteItem")
            if pending:
                toolkit.clock.sleep(BACK_OFF)
    return len(items)


def _batches(items: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
