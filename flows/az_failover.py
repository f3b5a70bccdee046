"""Restore a resource beside production, fail its copy over to another zone under a client, and back; take it down."""

from dr_orchestrator import wiring
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER
from dr_orchestrator.prefect_runner import as_task, flow


@flow(name="az-failover", flow_run_name="{drill}", retries=0)
def az_failover(drill: str) -> str:
    """Run one az-failover drill; return its run id. Its clock is the client's: what it was not served is the outage."""
    with wiring.open_run(drill, call=as_task) as run:
        run.look()
        point = run.choose("choose snapshot", run.restorer)
        run.restore("restore snapshot", point)
        run.stand_by("give the copy a standby")
        run.open_copy()
        run.fail_over("fail over", FAILOVER)
        run.fail_over("fail back", FAILBACK)
        run.verify()
    return run.header.id
