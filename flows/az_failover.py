"""Fail a restored copy over to another zone under a client, and back; or production, where all words are given."""

from dr_orchestrator import wiring
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER
from dr_orchestrator.prefect_runner import as_task, flow


@flow(name="az-failover", flow_run_name="{drill}", retries=0)
def az_failover(drill: str) -> str:
    """Run one az-failover drill; return its run id. Its clock is the client's: what it was not served is the outage."""
    with wiring.open_run(drill, call=as_task) as run:
        run.look()
        if run.on_copy:
            point = run.choose("choose snapshot", run.restorer)
            run.restore("restore snapshot", point)
            run.stand_by("give the copy a standby")
            run.open_copy()
        run.fail_over("fail over", FAILOVER)
        if run.returns:
            run.fail_over("fail back", FAILBACK)
        if run.on_copy:
            run.verify()
        else:
            run.stand_by("look whether production is whole again")
    return run.header.id
