"""Checks that read a restored DynamoDB table; items are counted by reading them, ItemCount lags by hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from dr_orchestrator.checks.result import instant, judged
from dr_orchestrator.domain.drill import CanaryItem, ItemsAtLeast
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import CheckResult, Copy


class Tables(Protocol):
    """The two reads that these checks need of DynamoDB."""

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call."""

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every item of a listing."""


class ItemChecks:
    """Performs item checks; `table_of` names the table that a check means in a copy."""

    def __init__(self, tables: Tables, table_of: Callable[[Copy, str], str]) -> None:
        self._tables, self._table_of = tables, table_of

    def perform(self, check: ItemsAtLeast | CanaryItem, copy: Copy, reference: datetime) -> CheckResult:
        """Perform one check; `reference` is the instant that the age of the canary is counted from."""
        table = self._table_of(copy, check.table)
        if isinstance(check, ItemsAtLeast):
            count = sum(1 for _ in self._tables.pages("Scan", "Items", TableName=table, ConsistentRead=True))
            return judged(check, expectation(check), f"{count} items", count >= check.minimum)
        return self._canary(check, table, reference)

    def _canary(self, check: CanaryItem, table: str, reference: datetime) -> CheckResult:
        key = {name: {"S": value} for name, value in check.key.items()}
        item = self._tables.call("GetItem", TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        value = next(iter(item.get(check.attribute, {}).values()), None)
        if value is None:
            return replace(judged(check, expectation(check), "no such item or attribute", False), canary=True)
        found = instant(value)
        age = format_duration(reference - found)
        observed = f"{found:%Y-%m-%d %H:%M:%S} UTC, {age} before the disruption"
        return replace(judged(check, expectation(check), observed, True), newest=found, canary=True)


def expectation(check: ItemsAtLeast | CanaryItem) -> str:
    """What the check claims, in words."""
    if isinstance(check, ItemsAtLeast):
        return f"at least {check.minimum} items"
    key = ", ".join(f"{name}={value}" for name, value in check.key.items())
    return f"item {key} with an instant in '{check.attribute}'"
