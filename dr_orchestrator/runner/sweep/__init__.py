"""Finishes what died: runs whose process is gone, and copies that resisted. Needs what `ports` names, not Prefect.

`runs` takes down and closes, `inventory` and `proof` tell what that changed in the account, `orphans` what wears our
tag all the same, `exercises` closes those that died; `perform` is one sweep of all.
"""

from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.runner.sweep.exercises import close_exercises, end_exercise
from dr_orchestrator.runner.sweep.inventory import take_inventory
from dr_orchestrator.runner.sweep.objects import Inventory
from dr_orchestrator.runner.sweep.orphans import Orphan, find_orphans, forget, orphans_of
from dr_orchestrator.runner.sweep.perform import LeftAlone, Sweep, dry_run, sweep
from dr_orchestrator.runner.sweep.ports import Destroyer, Region, SweepContext, Unreachable
from dr_orchestrator.runner.sweep.proof import Proof
from dr_orchestrator.runner.sweep.runs import (
    Swept,
    SweptRun,
    alive,
    cost_so_far,
    dead_runs,
    resistant_runs,
    sweep_run,
)

__all__ = [
    "Destroyer",
    "Inventory",
    "LeftAlone",
    "LiveObject",
    "Orphan",
    "Proof",
    "Region",
    "Sweep",
    "SweepContext",
    "Swept",
    "SweptRun",
    "Unreachable",
    "alive",
    "close_exercises",
    "cost_so_far",
    "dead_runs",
    "dry_run",
    "end_exercise",
    "find_orphans",
    "forget",
    "orphans_of",
    "resistant_runs",
    "sweep",
    "sweep_run",
    "take_inventory",
]
