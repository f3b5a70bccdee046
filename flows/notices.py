"""Tell people what is to be told: raise what is new, send what waits; to be scheduled often."""

from dr_orchestrator import wiring
from dr_orchestrator.prefect_runner import flow
from dr_orchestrator.wiring.notifying import NotTold, sync


@flow(name="notices", log_prints=True, retries=0)
def notices() -> int:
    """Raise and send; return how many messages were sent.

    The flow run fails where a message failed, or nobody knows of one whether it arrived; what waits is the next one's.
    """
    done = sync(wiring.world())
    print(done.told)  # noqa: T201 - into the flow run's log
    if done.stuck or done.blind:
        raise NotTold(done.told, "`dro notices` tells which")
    return len(done.sent)
