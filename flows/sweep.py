"""Finish what died: close dead runs, take down what they left, prove it; to be scheduled often."""

from prefect import flow

from dr_orchestrator import wiring
from dr_orchestrator.wiring import sweeping


@flow(name="sweep")
def sweep() -> int:
    """Sweep every dead run and every copy that resisted, close dead exercises; return how many copies are left."""
    return len(sweeping.sweep(wiring.world()).left)
