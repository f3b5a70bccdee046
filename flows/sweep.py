"""Finish what died: close dead runs, take down what they left, prove it; to be scheduled often."""

from dr_orchestrator import wiring
from dr_orchestrator.errors import CopiesMayRemain
from dr_orchestrator.prefect_runner import flow
from dr_orchestrator.wiring import sweeping


@flow(name="sweep", log_prints=True)
def sweep() -> int:
    """Sweep every dead run and every copy that resisted, close dead exercises; return how many runs were swept.

    The flow run fails where a copy may still exist, so that whoever watches Prefect sees it. A run whose process died
    just now is waited for; one that is driven is left alone, and fails nothing.
    """
    done = sweeping.sweep(wiring.world(), wait=True)
    print(done.proof)  # noqa: T201 - into the flow run's log
    if done.left or done.waiting:
        told = [f"{each.copy.type} {each.copy.id} of run {each.copy.run}: {each.why}" for each in done.left]
        told += [f"those of run {each.held.name}, of whose process nothing was heard" for each in done.waiting]
        raise CopiesMayRemain(f"copies may still exist: {'; '.join(told)}", "`dro sweep` tries again")
    return len(done.runs)
