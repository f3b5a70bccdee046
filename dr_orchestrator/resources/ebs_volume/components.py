"""The parts of a drill of a volume: its restorer, and checks by the machine that reads the copy."""

from __future__ import annotations

from dr_orchestrator.aws.machines.commands import Commands
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.ebs_volume.reading import Reading
from dr_orchestrator.resources.ebs_volume.restore import EbsVolume
from dr_orchestrator.resources.ebs_volume.vaulted import EbsFromVault
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The restorer, and checks that read the volume where it is attached."""
    drill, toolkit = order.drill, order.toolkit
    if drill.vault is not None:
        restorer: EbsVolume = EbsFromVault(drill.resource, drill.selection, toolkit, drill.vault)
    else:
        restorer = EbsVolume(drill.resource, drill.selection, toolkit)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        store_of=lambda _check: drill.resource.name,
        deep=Reading(Commands(restorer.there, drill.resource.own["reader"]), restorer.attaching.attached),
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
