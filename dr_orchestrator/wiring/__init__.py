"""The composition root, the only room that knows every adapter: opens runs and exercises, publishes their reports."""

from dr_orchestrator.wiring.choosing import choosing, runs_of
from dr_orchestrator.wiring.exercising import anew, open_exercise, perform_in
from dr_orchestrator.wiring.opening import as_part_of, kind_of, open_run, resuming
from dr_orchestrator.wiring.world import World, using, world

__all__ = [
    "World",
    "anew",
    "as_part_of",
    "choosing",
    "kind_of",
    "open_exercise",
    "open_run",
    "perform_in",
    "resuming",
    "runs_of",
    "using",
    "world",
]
