"""All types that can be drilled, and what is derived from all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Generic, TypeVar

from dr_orchestrator.domain.resource_type.calls import BACKED, COMMON, DISCOVERY, GRANTS, IMPORT, Calls, CallTable
from dr_orchestrator.domain.resource_type.copies import CopyType, HeldType
from dr_orchestrator.domain.resource_type.declared import ResourceType

Declared_co = TypeVar("Declared_co", bound=ResourceType, covariant=True)


class Types(Generic[Declared_co]):
    """The types that can be drilled, by name; what is derived from all of them together."""

    def __init__(self, declared: Iterable[Declared_co]) -> None:
        self._declared = {each.name: each for each in declared}

    def __iter__(self) -> Iterator[Declared_co]:
        return iter(self._declared.values())

    def __getitem__(self, name: str) -> Declared_co:
        return self._declared[name]

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in the order of their declaration."""
        return tuple(self._declared)

    @cached_property
    def copies(self) -> Mapping[str, CopyType]:
        """All that drills make, by name."""
        return {copy.name: copy for each in self for copy in each.copies}

    @cached_property
    def held(self) -> Mapping[str, HeldType]:
        """All that copies may hold and that no drill makes by itself, by name."""
        return {held.name: held for each in self for held in each.holds}

    @cached_property
    def published(self) -> Mapping[str, CopyType]:
        """All that drills put where AWS takes it from, and leave there, by name."""
        return {each.name: each for declared in self for each in declared.publishes}

    @cached_property
    def targets(self) -> Mapping[str, CopyType]:
        """All that a drill may change, by name."""
        return {**self.copies, **self.held, **self.published}

    @cached_property
    def grants(self) -> Mapping[str, tuple[str, ...]]:
        """The IAM actions of the calls that IAM knows by other names."""
        return {**GRANTS, **{call: actions for each in self for call, actions in each.grants.items()}}

    def making(self, copy: str) -> Declared_co:
        """The type whose drills make copies of that type."""
        own = [each for each in self if each.name == copy]
        return next(iter([*own, *(each for each in self if copy in {made.name for made in each.copies})]))

    @cached_property
    def calls(self) -> CallTable:
        """Every call that a drill or a sweep of any of them may make."""
        reads = {call for each in self for calls in each.kinds.values() for call in calls.reads}
        others = (calls for each in self for calls in each.besides)
        reads |= {call for calls in others for call in calls.reads}
        reads |= DISCOVERY.reads | IMPORT.reads | BACKED.reads
        imported = {each.made.cloudformation: each.name for each in self if each.imported.all}
        writes = (write for each in self for write in each.writes)
        inquiries = [each.inquiry for each in self if each.inquiry is not None]
        return CallTable(reads | COMMON.reads, writes, imported, inquiries)

    @cached_property
    def sweep(self) -> Calls:
        """The calls of a sweep for its inventories; what it deletes it deletes by the calls of the kind that made
        it.
        """
        found = Calls(frozenset({"sts:GetCallerIdentity"}))
        for each in self:
            found |= each.listing
        return found

    @cached_property
    def services(self) -> tuple[str, ...]:
        """The services whose endpoints decide whether a run is simulated."""
        return tuple(dict.fromkeys(("sts", *(service for each in self for service in each.services))))

    def with_key(self, key: str) -> list[Declared_co]:
        """The types that have a key of the drill files."""
        return [each for each in self if key in each.keys or key in each.own_keys()]
