"""The parts of a drill of a stack: the environment, the stores that fill it, checks of both."""

from __future__ import annotations

from dr_orchestrator.checks.deep.command.running import of_outputs
from dr_orchestrator.checks.deep.performing import DeepChecks
from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Check, Drill
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The environment, its stores as wiring restores them, and checks that find each store in the copy."""
    drill, toolkit = order.drill, order.toolkit
    stack = CloudFormationStack(drill.resource, toolkit, order.parts)

    def in_copy(copy: Copy, logical_id: str) -> str:
        return stack.physical(logical_id, copy)

    def in_production(logical_id: str) -> str:
        return drill.stores[logical_id].id if logical_id in drill.stores else drill.resource.id

    def store_of(check: Check) -> str:
        return _store_of(drill, check)

    items = ItemChecks(toolkit.account.api("dynamodb"), in_copy, in_production)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        items=items,
        http=HttpChecks(stack.outputs),
        store_of=store_of,
        patiently=toolkit.patiently,
        deep=DeepChecks(toolkit.clock, order.home, way=lambda copy: of_outputs(stack.outputs(copy))),
        reached=toolkit.context.reached,
    )
    return Components(
        suite.on_the_clock(),
        environment=stack,
        stores=order.stores,
        isolated=stack.isolated,
        afterwards=suite.afterwards(),
    )


def _store_of(drill: Drill, check: Check) -> str:
    """The resource whose data a check reads: the store that its table was filled from."""
    if not drill.stores:
        return drill.resource.name
    store = drill.stores.get(str(getattr(check, "table", "")))
    return store.name if store else ""
