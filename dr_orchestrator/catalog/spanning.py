"""The other region of a drill whose copy spans two, as drills know it."""

from __future__ import annotations

from dr_orchestrator.catalog.shapes.destination import SecondaryRegion
from dr_orchestrator.domain.secondary import Secondary
from dr_orchestrator.domain.service import Isolation, Resource


def secondary(there: SecondaryRegion | None, resource: Resource) -> Secondary | None:
    """The region in which the secondary of a copy stands; put as beside its source, where nothing else is said."""
    if there is None:
        return None
    put = there.isolation
    isolation = Isolation(put.subnet_group, tuple(put.security_groups)) if put else resource.isolation
    return Secondary(there.region, there.kms_key or "", there.parameter_group or "", isolation)
