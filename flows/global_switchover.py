"""Switch a restored copy that spans two regions over to the other, under a client; verify it there; switch it back."""

from dr_orchestrator import wiring
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER
from dr_orchestrator.prefect_runner import as_task, flow


@flow(name="global-switchover", flow_run_name="{drill}", retries=0)
def global_switchover(drill: str) -> str:
    """Run one global-switchover drill; return its run id. Its clock is the client's: what it was not served."""
    with wiring.open_run(drill, call=as_task) as run:
        run.look()
        point = run.choose("choose snapshot", run.restorer)
        run.restore("restore snapshot", point)
        run.stand_by("wait until the other region follows")
        run.open_copy()
        run.fail_over("switch over", FAILOVER)
        run.verify("verify in the other region")
        run.fail_over("switch back", FAILBACK)
    return run.header.id
