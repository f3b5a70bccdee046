"""Finish what died: close dead runs, take down what they left, prove it; to be scheduled often."""

from dr_orchestrator import wiring
from dr_orchestrator.prefect_runner import flow
from dr_orchestrator.wiring import sweeping


@flow(name="sweep", log_prints=True)
def sweep() -> int:
    """Sweep every dead run and every copy that resisted, close dead exercises; return how many runs were swept.

    The flow run fails where `dro sweep` does not end with 0, so that whoever watches Prefect sees it. A run whose
    process died just now is waited for; one that is driven is left alone, and fails nothing. One sweep of the schedule
    is under way at a time: another one leaves all to it.
    """
    done = sweeping.sweep_alone(wiring.world())
    if done is None:
        print("Another sweep is under way: nothing was begun.")  # noqa: T201 - into the flow run's log
        return 0
    print(done.proof)  # noqa: T201 - likewise
    if done.fault:
        raise done.fault
    return len(done.runs)
