"""The port by which a runner looks at customers' stacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from dr_orchestrator.domain.customer.looking import When
from dr_orchestrator.domain.run import CheckResult


class Customers(Protocol):
    """Looks at the customers' stacks that a drill's service depends on."""

    def planned(self, when: When) -> Sequence[str]:
        """The names of the results of a look."""

    def look(self, when: When, before: Mapping[str, CheckResult]) -> Sequence[CheckResult]:
        """A result for each aspect of each stack; `before` are those from before the drill, by name."""
