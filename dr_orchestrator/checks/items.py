"""Checks that read a restored DynamoDB table, or a bucket; items are counted by reading them, ItemCount lags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from dr_orchestrator.checks.restored import ITEM, Marker, named
from dr_orchestrator.checks.result import instant, judged
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import CanaryItem, ItemsAtLeast, RestoredItem
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.errors import NotMeasured

MISSED = 2
"""How often what is missing is missed before that is believed: AWS leaves out of an answer what is not there, and an
answer that lost something on its way looks the same.
"""


class Tables(Protocol):
    """The two reads that these checks need of DynamoDB."""

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call."""

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every item of a listing."""


def _no_source(_table: str) -> str:
    raise NotMeasured("nothing says which table is the source")


class ItemChecks:
    """Performs item checks; `table_of` names the table that a check means in a copy, `source_of` that in production.

    `what` is what the reader of a report calls that which is read: an item of a table, an object of a bucket.
    """

    def __init__(
        self,
        tables: Tables,
        table_of: Callable[[Copy, str], str],
        source_of: Callable[[str], str] = _no_source,
        what: str = ITEM,
    ) -> None:
        self._what = what
        self._tables, self._table_of, self._source_of = tables, table_of, source_of

    def called(self, check: ItemsAtLeast | CanaryItem | RestoredItem) -> str:  # noqa: ARG002 - all are of one store
        """How the reader of a report calls what a check reads."""
        return self._what

    def perform(self, check: ItemsAtLeast | CanaryItem, copy: Copy, reference: datetime) -> CheckResult:
        """Perform one check; `reference` is the instant that the age of the canary is counted from."""
        table = self._table_of(copy, check.table)
        if isinstance(check, ItemsAtLeast):
            if (count := self._count(table)) < check.minimum:
                count = self._count(table)
            return judged(check, self._expected(check), counted(count, self._what), count >= check.minimum)
        return self._canary(check, table, reference)

    def marker(self, check: RestoredItem, copy: Copy | None = None) -> Marker | None:
        """The heartbeat item in a copy, else in the source; None where there is none."""
        table = self._table_of(copy, check.table) if copy else self._source_of(check.table)
        item = self._item(table, check.key)
        if not item:
            return None
        sequence, at = _value(item, "sequence"), _value(item, check.attribute)
        if sequence is None or at is None:
            raise NotMeasured(
                f"the {self._what} in {table} has no 'sequence' or no '{check.attribute}' as `dro canary` writes them"
            )
        return Marker(int(sequence), instant(at))

    def _expected(self, check: ItemsAtLeast | CanaryItem) -> str:
        return expectation(check, self._what)

    def _item(self, table: str, key: Mapping[str, str]) -> Mapping[str, Any]:
        wanted = {name: {"S": value} for name, value in key.items()}
        for _ in range(MISSED):
            found = self._tables.call("GetItem", TableName=table, Key=wanted, ConsistentRead=True)
            if item := found.get("Item"):
                return dict(item)
        return {}

    def _count(self, table: str) -> int:
        return sum(1 for _ in self._tables.pages("Scan", "Items", TableName=table, ConsistentRead=True))

    def _canary(self, check: CanaryItem, table: str, reference: datetime) -> CheckResult:
        value = _value(self._item(table, check.key), check.attribute)
        if value is None:
            return replace(
                judged(check, self._expected(check), f"no such {self._what} or attribute", False), canary=True
            )
        found = instant(value)
        age = format_duration(reference - found)
        observed = f"{found:%Y-%m-%d %H:%M:%S} UTC, {age} before {reference:%Y-%m-%d %H:%M:%S} UTC"
        return replace(judged(check, self._expected(check), observed, True), newest=found, canary=True)


class _NoTables:
    """Where there is no table to read."""

    def call(self, operation: str, **_: Any) -> dict[str, Any]:
        raise NotMeasured("there is no table that item checks can read", call=f"dynamodb:{operation}")

    def pages(self, operation: str, key: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: ARG002
        raise NotMeasured("there is no table that item checks can read", call=f"dynamodb:{operation}")


def nothing_to_ask() -> ItemChecks:
    """Checks of items where there is no table: none could be measured."""
    return ItemChecks(_NoTables(), lambda copy, _table: copy.id)


def _value(item: Mapping[str, Any], attribute: str) -> Any:
    return next(iter(item.get(attribute, {}).values()), None)


def expectation(check: ItemsAtLeast | CanaryItem, what: str) -> str:
    """The claim of the check, in words."""
    if isinstance(check, ItemsAtLeast):
        return f"at least {counted(check.minimum, what)}"
    return f"{named(what, check.key)} with an instant in '{check.attribute}'"
