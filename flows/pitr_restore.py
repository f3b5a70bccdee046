"""Restore a resource to an instant beside production, prove that the copy holds that instant's data, take it down."""

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.prefect_runner import as_task, flow


@flow(name="pitr-restore", flow_run_name="{drill}", retries=0)
def pitr_restore(drill: str) -> str:
    """Run one pitr-restore drill; return its run id."""
    with wiring.open_run(drill, call=as_task) as run:
        run.look()
        instant = run.choose("choose instant", run.restorer)
        run.restore("restore to the instant", instant, reaches=Moment.INFRASTRUCTURE_READY)
        run.verify()
    return run.header.id
