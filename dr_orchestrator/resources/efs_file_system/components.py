"""The parts of a drill of a file system: its restorer, and checks by the machine that mounts the copy."""

from __future__ import annotations

from dr_orchestrator.aws.machines.commands import Commands
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.efs_file_system.reading import Reading
from dr_orchestrator.resources.efs_file_system.restore import EfsFileSystem
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The restorer, and checks that read what was restored where it is mounted."""
    drill, toolkit = order.drill, order.toolkit
    restorer = EfsFileSystem(drill.resource, drill.selection, toolkit, drill.vault)
    commands = Commands(restorer.there, drill.resource.own["mount"].reader)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        store_of=lambda _check: drill.resource.name,
        deep=Reading(commands, restorer.mounting.mounted, restorer.asked_at),
        patiently=toolkit.patiently,
        reached=toolkit.context.reached,
    )
    later = suite.afterwards()
    return Components(suite.on_the_clock(), restorer=restorer, isolated=restorer.isolated, afterwards=later)
