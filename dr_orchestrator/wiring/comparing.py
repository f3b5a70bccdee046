"""The comparison of a live copy's settings with its source's: of the one that is drilled, or of each store of an
environment.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dr_orchestrator.aws.parity.reading import facts
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.parity import Parity, compare
from dr_orchestrator.domain.resource_type import Types, beside_the_source
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.runner import Components
from dr_orchestrator.runner.patience import LOOKING


def comparing(
    types: Types[Drillable], drill: Drill, toolkit: Toolkit, components: Components
) -> Callable[[Copy], Parity] | None:
    """The comparison of a drill's copy with its source; None where there is nothing whose settings anybody knows."""
    comparison = _Comparison(types, drill, toolkit)
    if types[drill.resource.type].settings:
        return comparison.of_copy
    environment = components.environment
    builder = drill.resource.rebuild.builder if drill.resource.rebuild else None
    if environment is None or builder is not None or not drill.stores:
        return None
    return functools.partial(comparison.of_stores, lambda logical, copy: environment.member(logical, copy)[0])


@dataclass(frozen=True)
class _Comparison:
    types: Types[Drillable]
    drill: Drill
    toolkit: Toolkit

    def of_copy(self, copy: Copy) -> Parity:
        """Compare the one that was restored."""
        return self._compared(self.drill.resource, copy.id, copy, from_template=False)

    def of_stores(self, member: Callable[[str, Copy], Copy], copy: Copy) -> Parity:
        """Compare each store of an environment, by what its template made of it."""
        return sum(self._stores(member, copy), Parity(0))

    def _stores(self, member: Callable[[str, Copy], Copy], copy: Copy) -> Iterator[Parity]:
        for logical_id, store in self.drill.stores.items():
            if self.types[store.type].settings:
                yield self._compared(store, member(logical_id, copy).id, copy, from_template=True)

    def _compared(self, source: Resource, name: str, copy: Copy, *, from_template: bool) -> Parity:
        of, patiently = self.types[source.type], functools.partial(self.toolkit.context.patiently, patience=LOOKING)
        here = self.toolkit.at(beside_the_source(source)).account
        there = self.toolkit.account_at(copy.place)
        was = facts(of.looks(), here, source.id, patiently)
        became = facts(of.looks(), there, name, patiently)
        return compare(of.settings, source.name, was, became, self.drill.accept, from_template=from_template)
