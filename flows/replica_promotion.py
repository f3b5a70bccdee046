"""Make a replica of the replica that stands in another region, promote that one, prove it, take it down."""

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.prefect_runner import as_task, flow


@flow(name="replica-promotion", flow_run_name="{drill}", retries=0)
def replica_promotion(drill: str) -> str:
    """Run one replica-promotion drill; return its run id. The clock starts once its replica follows."""
    with wiring.open_run(drill, call=as_task) as run:
        run.look()
        run.follow("make a replica of the replica")
        point = run.choose("take what the replica held", run.restorer)
        run.promote("promote the replica", point, reaches=Moment.INFRASTRUCTURE_READY)
        run.verify()
    return run.header.id
