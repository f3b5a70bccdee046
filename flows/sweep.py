"""Finish what died: close dead runs, take down what they left, prove it; to be scheduled often."""

from dr_orchestrator import wiring
from dr_orchestrator.prefect_runner import flow
from dr_orchestrator.wiring import sweeping


@flow(name="sweep", log_prints=True)
def sweep() -> int:
    """Sweep every dead run and every copy that resisted, close dead exercises; return how many runs were swept.

    The flow run fails where `dro sweep` does not end with 0, so that whoever watches Prefect sees it. A run whose
    process died just now is waited for; one that is driven is left alone, and fails nothing.
    """
    done = sweeping.sweep(wiring.world(), wait=True)
    print(done.proof)  # noqa: T201 - into the flow run's log
    if done.fault:
        raise done.fault
    return len(done.runs)
