"""Restore the newest snapshot of a resource beside production, prove it, take it down."""

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.prefect_runner import as_task, flow


@flow(name="snapshot-restore", flow_run_name="{drill}", retries=0)
def snapshot_restore(drill: str) -> str:
    """Run one snapshot-restore drill; return its run id."""
    with wiring.open_run(drill, call=as_task) as run:
        run.look()
        point = run.choose("choose snapshot", run.restorer)
        run.restore("restore snapshot", point, reaches=Moment.INFRASTRUCTURE_READY)
        run.verify()
    return run.header.id
