"""The word of a drill on the other region -> the resource that comes back there, and the name that leads to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dr_orchestrator.catalog.shapes.there import There
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.domain.drill import Check
from dr_orchestrator.domain.leading import By, Controls, Leading
from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.service import Resource


def moved(resource: Resource, there: There) -> Resource:
    """The resource as it comes back: in the other region, its stores from what lies there."""
    if (rebuild := resource.rebuild) is None:
        return replace(resource, region=there.region)
    stores = {part: there.stores.get(part) or there.stores[part.rpartition("/")[2]] for part in rebuild.stores}
    return replace(resource, region=there.region, rebuild=replace(rebuild, stores=stores))


def leading(resource: Resource, there: There, policy: TiersFile) -> Leading | None:
    """The name that leads to what comes back; None where no zone is declared."""
    if (zone := policy.drill_zone) is None:
        return None
    named = (resource.region, zone.id, zone.domain, there.output, there.record, there.ttl)
    return Leading(*named, controls=_controls(policy) if there.by is By.ROUTING_CONTROL else None)


def _controls(policy: TiersFile) -> Controls | None:
    """The control panel that is declared for drills; None where none is, which is told as a mistake."""
    if (declared := policy.drill_controls) is None:
        return None
    return Controls(declared.cluster, declared.control_panel, tuple(sorted(declared.endpoints.items())))


def whole(check: Check, stores: Iterable[str]) -> Check:
    """A check of what stands in two regions, by the whole name of its store: that of a stack within it, too."""
    if not isinstance(check, SameInBoth):
        return check
    named = check.store
    return replace(check, store=next((each for each in stores if each.rpartition("/")[2] == named), named))


def promoted(resource: Resource, there: There | None) -> Mapping[str, str]:
    """The stores of the lost region, by logical id, that come back by a promotion of what replicates them there."""
    if there is None or (rebuild := resource.rebuild) is None:
        return {}
    named = {each.rpartition("/")[2] for each in there.promotes}
    return {part: name for part, name in rebuild.stores.items() if part.rpartition("/")[2] in named}


def compared(resource: Resource, checks: Iterable[Check]) -> Mapping[str, str]:
    """The stores of the lost region, by logical id, that checks compare with what stands in the other."""
    known = resource.rebuild.stores if resource.rebuild else {}
    named = (check.store for check in checks if isinstance(check, SameInBoth))
    return {store: known[store] for store in named if store in known}
