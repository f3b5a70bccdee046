"""The comparison of a live copy's settings with its source's: of the one that is drilled, or of each store of an
environment.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dr_orchestrator.aws.parity.reading import facts
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.parity import Facts, Parity, Unread, compare
from dr_orchestrator.domain.resource_type import Types, beside_the_source
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import DrillFault, Stopped
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
    imported = {each.logical_id: each.copy.id for each in components.stores if each.imported}

    def named(logical_id: str, copy: Copy) -> str:
        """The name of what a store is in the environment: an imported one is as it was restored."""
        return imported.get(logical_id) or environment.member(logical_id, copy)[0].id

    return functools.partial(comparison.of_stores, named)


def _by_the_place(source: Resource) -> dict[str, str]:
    """The differences that follow of where a drill's copy is to stand: no other region has the key of its source."""
    if (to := source.to) is None:
        return {}
    if not (to.key or to.standing):
        return {"encryption": f"the drill names no key of {to}, where the source's is not: the copy has AWS's own"}
    return {"encryption": f"a key of {to}, which the drill names or its points there have: the source's is elsewhere"}


@dataclass(frozen=True)
class _Comparison:
    types: Types[Drillable]
    drill: Drill
    toolkit: Toolkit

    def of_copy(self, copy: Copy) -> Parity:
        """Compare the one that was restored."""
        return self._compared(self.drill.resource, lambda: copy.id, copy, from_template=False)

    def of_stores(self, named: Callable[[str, Copy], str], copy: Copy) -> Parity:
        """Compare each store of an environment, by what its template made of it."""
        return sum(self._stores(named, copy), Parity(0))

    def _stores(self, named: Callable[[str, Copy], str], copy: Copy) -> Iterator[Parity]:
        for logical_id, store in self.drill.stores.items():
            if self.types[store.type].settings:
                yield self._compared(store, functools.partial(named, logical_id, copy), copy, from_template=True)

    def _compared(self, source: Resource, named: Callable[[], str], copy: Copy, *, from_template: bool) -> Parity:
        of = self.types[source.type]
        was = self._facts(of, beside_the_source(source), lambda: source.id)
        became = self._facts(of, copy.place, named)
        accept = {**_by_the_place(source), **self.drill.accept}
        return compare(of.settings, source.name, was, became, accept, from_template=from_template)

    def _facts(self, of: Drillable, place: Place, named: Callable[[], str]) -> Facts:
        """The settings of the one of that name; where not even that is known, none of them is."""
        patiently = functools.partial(self.toolkit.context.patiently, patience=LOOKING)
        try:
            return facts(of.looks(), self.toolkit.account_at(place), named(), patiently)
        except Stopped:
            raise
        except DrillFault as fault:
            return {each.name: Unread(str(fault)) for each in of.settings}
