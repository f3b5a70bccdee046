"""The stores that a stack imports as AWS restored them: under which names, as what, and that they are what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.template import registry
from dr_orchestrator.aws.template.reading.values import Scope, Untold
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.ports import Member
from dr_orchestrator.domain.replica import Birth, Brought
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.cloudformation_stack.stacks import Stacks
from dr_orchestrator.resources.drillable import Parts
from dr_orchestrator.runner import Store

_SCRIPT = "take flows/replica_rebuild.py as `dro init` writes it, which restores `run.imported` before it builds"
_REPLACED = "run the drill again, with `fill: items` at the store where it stays so"


class Imports:
    """The stores of an environment that are imported, by their names in its templates."""

    def __init__(self, stores: Iterable[Store], parts: Parts, stacks: Stacks) -> None:
        self._stores = {each.logical_id: each for each in stores if each.imported}
        self._parts, self._stacks = parts, stacks

    @property
    def births(self) -> dict[str, Birth]:
        """How the templates say so."""
        return {logical: self._birth(each) for logical, each in self._stores.items()}

    def named(self, stores: Sequence[Store], own: Copy) -> tuple[Store, ...]:
        """The stores, those that are imported under the names that the templates give them in the replica: what else
        stands in a template may spell such a name out. Where a template gives none they keep that of a copy.
        """
        found = tuple(replace(each, copy=self._named(each, own)) if each.imported else each for each in stores)
        self._stores = {each.logical_id: each for each in found if each.imported}
        return found

    def of(self, copy: Copy) -> dict[str, Store]:
        """Those that one stack imports, by logical id."""
        return {logical: self._stores[part] for part, logical in self._stacks.within(copy, self._stores).items()}

    def brought(self, copy: Copy, toolkit: Toolkit) -> dict[str, Brought]:
        """The objects that one stack imports; NotMeasured where this run has not restored one, or it is another's."""
        found = {}
        for logical, store in self.of(copy).items():
            row = toolkit.proofs.record(store.copy)
            if row is None or row.identity is None:
                raise NotMeasured(f"{store.name} is to be imported, and was not restored before", _SCRIPT)
            self._prove(store, toolkit)
            found[logical] = self._member(store.copy.type).brought(store.copy.id)
        return found

    def prove_held(self, copy: Copy, listed: Iterable[Mapping[str, Any]], toolkit: Toolkit) -> None:
        """Raise NotMeasured unless one stack holds just what was restored; `listed` are its resources."""
        held = {str(each.get("LogicalResourceId")): str(each.get("PhysicalResourceId")) for each in listed}
        for logical, store in self.of(copy).items():
            if (name := held.get(logical)) != store.copy.id:
                told = f"{copy.id} holds {name or 'nothing'} as {logical}, and not the restored {store.copy.id}"
                raise NotMeasured(told, _REPLACED, "cloudformation:ListStackResources")
            self._prove(store, toolkit)

    def _prove(self, store: Store, toolkit: Toolkit) -> None:
        live = self._member(store.copy.type).identity(store.copy.id)
        if live is None:
            raise NotMeasured(f"{store.copy.id}, restored from {store.name}, is not to be seen")
        toolkit.proofs.same(store.copy, live.unique_id)

    def _named(self, store: Store, own: Copy) -> Copy:
        copy, logical = self._stacks.holding(store.logical_id, own)
        try:
            given = self._stacks.given(copy)
            resource = mapping(mapping(given.derived.template.get("Resources")).get(logical))
            written = mapping(resource.get("Properties")).get(self._key(store.copy.type))
            text = Scope(given.derived.template, given.parameters, copy.id).text(written)
        except (NotRecoverable, Untold):  # whoever looks at the template tells what is wrong with it
            return store.copy
        return replace(store.copy, id=text) if text.startswith(f"{copies.beginning(own)}-") else store.copy

    def _birth(self, store: Store) -> Birth:
        point = f"the newest recovery point of {store.name}"
        return Birth(store.name, point, {self._key(store.copy.type): store.copy.id}, imported=True)

    def _key(self, of: str) -> str:
        """The property that tells one of a type of copies from all others."""
        kind = next(kind for kind, member in self._parts.members.items() if member.type == of)
        known = registry.known(kind)
        return known.identifiers[0] if known else ""

    def _member(self, of: str) -> Member:
        return next(each for each in self._parts.members.values() if each.type == of)
