"""The parts of a drill of an instance: its restorer, and checks by the copy itself and at its own address."""

from __future__ import annotations

from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.ec2_instance import asking
from dr_orchestrator.resources.ec2_instance.asking import Asking
from dr_orchestrator.resources.ec2_instance.restore import Ec2Instance
from dr_orchestrator.resources.ec2_instance.vaulted import Ec2FromVault
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The restorer, and checks of the machine that is proven to be the copy."""
    drill, toolkit = order.drill, order.toolkit
    if drill.vault is not None:
        restorer: Ec2Instance = Ec2FromVault(drill.resource, drill.selection, toolkit, drill.vault)
    else:
        restorer = Ec2Instance(drill.resource, drill.selection, toolkit)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        store_of=lambda _check: drill.resource.name,
        http=HttpChecks(lambda copy: asking.outputs(drill.checks, restorer.proven(copy))),
        deep=Asking(restorer.there, restorer.proven),
        patiently=toolkit.patiently,
        reached=toolkit.context.reached,
    )
    later = suite.afterwards()
    return Components(
        suite.on_the_clock(),
        restorer=restorer,
        isolated=restorer.isolated,
        afterwards=later,
        brought=restorer.brought,
    )
