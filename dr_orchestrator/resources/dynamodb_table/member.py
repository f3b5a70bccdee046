"""A DynamoDB table as part of an environment: filled from a restored one, taken down should it outlive its stack."""

from __future__ import annotations

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity, Place
from dr_orchestrator.domain.replica import Brought
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.dynamodb_table import declared, table
from dr_orchestrator.resources.dynamodb_table.filling import Filling
from dr_orchestrator.resources.dynamodb_table.name import NAME
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable


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
        return Filling(restored, self._api, self._toolkit, source.id, target).fill()

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
