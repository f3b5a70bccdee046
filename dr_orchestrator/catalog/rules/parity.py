"""Rules of what a drill accepts: settings that are compared, of its resource or of a store of it."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.shapes.fields import likely, quoted
from dr_orchestrator.catalog.shapes.service import Drill, Resource
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.resource_type import ResourceType, Types


def mistakes(
    service: Declared, drill: Drill, resource: Resource, types: Types[ResourceType]
) -> Iterator[tuple[Key, str, str]]:
    """The names of no setting that a run of the drill compares."""
    known = _compared(service, resource, types) if drill.accept else set()
    for name in drill.accept:
        if name not in known:
            fix = likely(name, known) if known else "remove it: no setting of what it makes is compared"
            yield ("accept", name), f"{quoted(name)} is no setting that the drill compares", fix


def _compared(service: Declared, resource: Resource, types: Types[ResourceType]) -> set[str]:
    found = {each.name for each in types[resource.type].settings}
    stores = resource.rebuild.filled.values() if resource.rebuild and not resource.rebuild.command else ()
    for store in stores:
        declared = service.resources.legal.get(store)
        of = types[declared.type].settings if declared else ()
        found |= {name for each in of for name in (each.name, f"{store}.{each.name}")}
    return found
