"""Tells what became of a failover of production whose run goes on no more: asked for or not, and who serves now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.failover import STEPS
from dr_orchestrator.domain.run import Run, RunHeader, Step
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.taking_over import Standby
from dr_orchestrator.errors import DrillFault
from dr_orchestrator.runner import RunContext
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import read_only


def told(here: App, recorded: Run) -> str:
    """The words on it, by the ledger and by AWS; empty of a run that fails no production over, however its drill is
    declared by now: one that makes a copy of its own has that in the ledger before it fails over.
    """
    header = recorded.header
    if not header.kind.interrupts or here.ledger.copies(header.id):
        return ""
    if not (asked := [step for step in recorded.steps if step.name in STEPS.values()]):
        return "production was not asked to fail over by it"
    names = " and ".join(f"'{step.name}'" for step in asked)
    return f"{names} of production's {header.resource_id} began {_when(asked)}; {_now(here, recorded, asked)}"


def _now(here: App, recorded: Run, asked: Sequence[Step]) -> str:
    """The failovers in AWS's events since then, and who serves now; why nobody can tell, where that is so."""
    header = recorded.header
    service = here.declared.services.get(header.service)
    resource = service.resources.get(header.resource) if service is not None else None
    make = here.types[resource.type].own_standby if resource is not None else None
    if resource is None or make is None or resource.id != header.resource_id:
        return f"{header.resource_id} is not declared any more: AWS's events tell what became of it"
    context = RunContext(header.id, here.clock)
    proofs = Proofs(lambda _: None, here.sources, lambda _: [])
    try:
        standby = make(resource, Toolkit(read_only(here, resource.region), here.watcher, proofs, context, 0.0))
        return _seen(standby, resource, header, asked[0].started_at)
    except DrillFault as fault:
        return f"what AWS has of it could not be read: {fault.message}"


def _seen(standby: Standby, resource: Resource, header: RunHeader, since: datetime) -> str:
    named = Copy(resource.type, resource.id, resource.region, header.id, header.drill, header.service)
    events = ", ".join(each.state for each in standby.told(named, since)) or "nothing of one"
    return f"AWS's events tell since then: {events}; now {standby.zones(named)}"


def _when(asked: Sequence[Step]) -> str:
    return " and ".join(f"at {step.started_at:%Y-%m-%d %H:%M:%S} UTC" for step in asked)
