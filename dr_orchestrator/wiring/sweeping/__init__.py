"""Finishes what died: runs whose process is gone, and copies that resisted. Needs the ledger and AWS, not Prefect.

`runs` takes down and closes, `inventory` and `proof` tell what that changed in the account, `tagged` what wears our tag
all the same, `exercises` closes those that died; `whole` is one sweep of all.
"""

from dr_orchestrator.wiring.sweeping.exercises import close_exercises, end_exercise
from dr_orchestrator.wiring.sweeping.inventory import Inventory, Object, take_inventory
from dr_orchestrator.wiring.sweeping.proof import Proof, counted
from dr_orchestrator.wiring.sweeping.runs import (
    Swept,
    SweptRun,
    alive,
    cost_so_far,
    dead_runs,
    resistant_runs,
    sweep_run,
)
from dr_orchestrator.wiring.sweeping.tagged import Stray, forget, strays, strays_of
from dr_orchestrator.wiring.sweeping.whole import LeftAlone, Sweep, rehearse, sweep

__all__ = [
    "Inventory",
    "LeftAlone",
    "Object",
    "Proof",
    "Stray",
    "Sweep",
    "Swept",
    "SweptRun",
    "alive",
    "close_exercises",
    "cost_so_far",
    "counted",
    "dead_runs",
    "end_exercise",
    "forget",
    "rehearse",
    "resistant_runs",
    "strays",
    "strays_of",
    "sweep",
    "sweep_run",
    "take_inventory",
]
