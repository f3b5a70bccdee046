"""The content of a store of an environment that is no database, as checks read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.checks.items import ItemChecks, Tables
from dr_orchestrator.checks.restored import Marker
from dr_orchestrator.checks.suite import Proves
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import CanaryItem, ItemsAtLeast, RestoredItem
from dr_orchestrator.domain.run import CheckResult


@dataclass(frozen=True)
class Contents:
    """The reads that item checks need of a store, in the environment and in production, by its name in AWS; `deep` are
    those that go deep. `what` is what the reader of a report calls one of the things that it holds.
    """

    tables: Tables
    deep: Proves
    what: str


class ItemsWithin(ItemChecks):
    """Checks of an environment's stores by what they hold: items of its tables, and of others what those have."""

    def __init__(
        self,
        tables: Tables,
        name_of: Callable[[Copy, str], str],
        source_of: Callable[[str], str],
        others: Mapping[str, Contents],
    ) -> None:
        """`others` are the stores that are no tables, by logical id."""
        super().__init__(tables, name_of, source_of)
        self._others = {name: ItemChecks(each.tables, name_of, source_of, each.what) for name, each in others.items()}

    def called(self, check: ItemsAtLeast | CanaryItem | RestoredItem) -> str:
        """As the store calls it that the check names."""
        other = self._others.get(check.table)
        return other.called(check) if other else super().called(check)

    def perform(self, check: ItemsAtLeast | CanaryItem, copy: Copy, reference: datetime) -> CheckResult:
        """Perform one check in the store that it names."""
        other = self._others.get(check.table)
        return other.perform(check, copy, reference) if other else super().perform(check, copy, reference)

    def marker(self, check: RestoredItem, copy: Copy | None = None) -> Marker | None:
        """The heartbeat in the store that the check names, else in its source."""
        other = self._others.get(check.table)
        return other.marker(check, copy) if other else super().marker(check, copy)
