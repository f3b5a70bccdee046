"""Look how backups are kept, read-only, and keep what was seen; to be scheduled daily."""

from dr_orchestrator import wiring
from dr_orchestrator.prefect_runner import flow
from dr_orchestrator.wiring.posture import flowing


@flow(name="posture", log_prints=True, retries=0)
def posture(services: list[str] | None = None, fail_on: str = "high") -> int:
    """Look at the services named, or all; return how many shortfalls there are.

    The flow run fails where `dro posture` does not end with 0, so that whoever watches Prefect sees it: where something
    falls short at least as `fail_on` says (high, medium, low or never), or could not be asked. What was seen is in the
    ledger in any case.
    """
    done = flowing.look(wiring.world(), services or [], fail_on)
    print(done.told)  # noqa: T201 - into the flow run's log
    if done.fault:
        raise done.fault
    return done.short
