"""The parts of a drill of such an environment: its programs, and checks of what they tell."""

from __future__ import annotations

from dr_orchestrator.checks.deep.command.running import of_outputs
from dr_orchestrator.checks.deep.performing import DeepChecks
from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.resources.built_environment.environment import BuiltEnvironment
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The environment, and checks that are told its outputs."""
    drill, toolkit = order.drill, order.toolkit
    built = BuiltEnvironment(drill.resource, toolkit, order.parts, order.copy.place)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        http=HttpChecks(built.outputs),
        store_of=lambda _: drill.resource.name,
        patiently=toolkit.patiently,
        deep=DeepChecks(toolkit.clock, order.home, way=lambda copy: of_outputs(built.outputs(copy))),
        reached=toolkit.context.reached,
    )
    return Components(suite.on_the_clock(), environment=built, isolated=built.isolated, afterwards=suite.afterwards())
