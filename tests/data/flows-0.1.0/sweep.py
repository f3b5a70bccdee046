"""Finish what died: close dead runs, take down what they left, prove it; to be scheduled often."""

from prefect import flow

from dr_orchestrator import wiring
from dr_orchestrator.errors import CopiesMayRemain
from dr_orchestrator.wiring import sweeping


@flow(name="sweep", log_prints=True)
def sweep() -> int:
    """Sweep every dead run and every copy that resisted, close dead exercises; return how many runs were swept.

    The flow run fails where a copy may still exist, so that whoever watches Prefect sees it.
    """
    done = sweeping.sweep(wiring.world())
    print(done.proof)  # noqa: T201 - into the flow run's log
    if done.left:
        told = "; ".join(f"{each.copy.type} {each.copy.id} of run {each.copy.run}: {each.why}" for each in done.left)
        raise CopiesMayRemain(f"{len(done.left)} copies may still exist: {told}", "`dro sweep` tries again")
    return len(done.runs)
