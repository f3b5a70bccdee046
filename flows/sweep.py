"""Finish what died: close dead runs, take down what they left; to be scheduled often."""

from prefect import flow

from dr_orchestrator import wiring
from dr_orchestrator.wiring import sweeping


@flow(name="sweep")
def sweep() -> int:
    """Sweep every dead run and every copy that resisted, close dead exercises; return how many copies are left."""
    here = wiring.world()
    runs = [*sweeping.dead_runs(here), *sweeping.resistant_runs(here)]
    swept = [copy for run in runs for copy in sweeping.sweep_run(here, run, "its process died; swept")]
    sweeping.close_exercises(here)
    return sum(1 for copy in swept if not copy.gone)
