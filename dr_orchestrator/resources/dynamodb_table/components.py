"""The parts of a drill of a table: its restorer and checks of items; and who beats its heart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.preflight.region import place_of
from dr_orchestrator.canary.beating import Writer
from dr_orchestrator.canary.items import ItemWriter
from dr_orchestrator.checks.items import ItemChecks, Tables
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.checks.tenants import ItemTenants
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.service import Canary, Resource
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.dynamodb_table.backups import TableBackup
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from dr_orchestrator.resources.dynamodb_table.vaulted import TableFromVault
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The restorer, and checks that read the restored table, or the source beside it."""
    drill, toolkit = order.drill, order.toolkit
    table = _way(order)
    items = ItemChecks(_tables(order), lambda copy, _table: copy.id, lambda _table: drill.resource.id)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        items=items,
        store_of=lambda _check: drill.resource.name,
        patiently=toolkit.patiently,
    )
    tenants = ItemTenants(_tables(order), lambda copy: copy.id)
    return Components(suite, restorer=table, isolated=table.isolated, tenants=tenants)


def _tables(order: Order) -> Tables:
    """The tables that checks read: the source where it is, the copy where that stands."""
    beside, place = order.toolkit.account.api("dynamodb"), place_of(order.drill.resource)
    if place is None:
        return beside
    return _Apart(order.drill.resource.id, beside, order.toolkit.at(place).account.api("dynamodb"))


@dataclass(frozen=True)
class _Apart:
    """The reads of two places: those of the source, by its name, beside it, and all others there."""

    source: str
    beside: Api
    there: Api

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call."""
        return self._of(parameters).call(operation, **parameters)

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every item of a listing."""
        return self._of(parameters).pages(operation, key, **parameters)

    def _of(self, parameters: Mapping[str, Any]) -> Api:
        return self.beside if parameters.get("TableName") == self.source else self.there


def _way(order: Order) -> DynamoTable:
    """The restorer of the drill's kind, or out of the vault that it names."""
    drill, toolkit = order.drill, order.toolkit
    if drill.vault is not None:
        return TableFromVault(drill.resource, drill.selection, toolkit, drill.vault)
    way = TableBackup if drill.kind is Kind.SNAPSHOT_RESTORE else DynamoTable
    return way(drill.resource, drill.selection, toolkit)


def writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    """The writer of the heartbeat's item."""
    return ItemWriter(account.api("dynamodb"), resource.id, canary.key, canary.attribute, clock.now)
