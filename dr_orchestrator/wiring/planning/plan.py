"""Looks, read-only, what a drill would do and whether it could: nothing is created, nothing is in the ledger."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.cost import Cost
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.preflight import CheckStatus, Preflight, PreflightResult
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.errors import DrillFault, NotRecoverable
from dr_orchestrator.runner import Born, RunContext, Store
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import build_components, plan_copy, read_only
from dr_orchestrator.wiring.customers import reaching as customers
from dr_orchestrator.wiring.identity import look_around
from dr_orchestrator.wiring.planning.costing import estimate, expected
from dr_orchestrator.wiring.planning.preflight import PreflightChecks, driven
from dr_orchestrator.wiring.selection import chosen

__all__ = ["Plan", "driven", "plan"]


@dataclass
class Plan:
    """The plan of a drill: what it would do, and all that was looked at for it."""

    drill: Drill
    account: str = ""
    creates: list[str] = field(default_factory=list)
    recovery_points: list[RecoveryPoint] = field(default_factory=list)
    preflight: Preflight = field(default_factory=Preflight)
    expected: timedelta | None = None
    looks_at: list[str] = field(default_factory=list)
    cost: Cost = field(default_factory=lambda: Cost(None, why="nobody could look"))

    @property
    def blockers(self) -> list[str]:
        """Why the drill could not start; empty where it could."""
        return [look.words for look in self.preflight.blockers]

    @property
    def seen(self) -> list[str]:
        """The findings that do not stand in its way."""
        return [f"{look.name}: {look.words}" for look in self.preflight.looks if not look.stops]


def plan(here: App, name: str) -> Plan:
    """Look at one drill as its run would, without one."""
    drill = chosen(here.drill(name))
    made = Plan(drill, expected=expected(here, drill).recovery)
    made.looks_at = [customers.told(each) for each in drill.service.customer_stacks]
    account = read_only(here, drill.resource.region)
    around = look_around(here, account, drill)
    made.account = around.caller.account
    if around.fault is not None:
        made.preflight = Preflight((_stopped("identity", around.fault),))
        return made
    copy = plan_copy(here, drill, drill.resource, "plan")
    components = build_components(here, drill, copy, account, RunContext("plan", here.clock))
    if drill.production is not None:  # nothing is made, and nothing restored
        made.preflight = PreflightChecks(here, drill, copy, account, components, around).preflight()
        made.cost = Cost(None, why="nothing is made")
        return made
    parts = (part for part in here.types[drill.resource.type].parts if part.cloudformation)  # no snapshot, no export
    within = "".join(f", {part.name} in it" for part in parts)
    own = components.environment.copies(copy) if components.environment else ()
    made.creates = [_named(each.copy) for each in own[:-1]]
    made.creates += [f"{_named(copy)}{within}"]
    made.creates += [_stored(store) for store in components.stores]
    made.creates += [_born(born) for born in components.born]
    scene = PreflightChecks(here, drill, copy, account, components, around)
    made.preflight = scene.preflight()
    with suppress(DrillFault):  # the looks have told
        made.cost = estimate(here, drill, components)
    for _, restorer in scene.points():
        with suppress(DrillFault):
            made.recovery_points.append(point := restorer.choose())
            if restorer is components.restorer:
                made.creates[:0] = [_named(part.copy) for part in components.brought(point, copy)]
    return made


def _named(copy: Copy) -> str:
    """A copy by its type and name, and by its place where that is another than its source's."""
    told = f"{copy.type} named like {copy.id}"
    if copy.source is not None and copy.source.place.region != copy.region:
        told += f" in {copy.region}"
    return told + (f" in account {copy.account}" if copy.account else "")


def _stored(store: Store) -> str:
    """The copy of a store: imported into the environment, or there for as long as it is filled from that."""
    named = _named(store.copy)
    if store.ahead:
        return f"{named}, made there of an export of {store.name} and imported as {store.logical_id}"
    if store.imported:
        return f"{named}, restored from {store.name} and imported as {store.logical_id}"
    return f"{named}, for a while: {store.logical_id} is filled from it item by item"


def _born(store: Born) -> str:
    """A store that the environment makes itself, and of what."""
    if store.followed is None:
        return f"{store.logical_id} in it, made from a recovery point of {store.name}"
    of = f"a replica of {store.name} named like {store.followed.copy.id}, promoted, and a snapshot of it"
    return f"{of}; {store.logical_id} in the environment, made from that"


def _stopped(name: str, fault: DrillFault) -> PreflightResult:
    outcome = CheckStatus.FAILED if isinstance(fault, NotRecoverable) else CheckStatus.INCONCLUSIVE
    return PreflightResult(name, outcome, fault.message, fault.hint, stops=True)
