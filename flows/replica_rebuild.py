"""Create an environment anew from its template, restore the newest backups into it, prove it, delete it."""

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.prefect_runner import as_task, flow


@flow(name="replica-rebuild", flow_run_name="{drill}", retries=0)
def replica_rebuild(drill: str) -> str:
    """Run one replica-rebuild drill; return its run id. The backups are restored while the environment is built."""
    with wiring.open_run(drill, call=as_task) as run:
        run.look()
        points = {
            each.logical_id: run.choose(f"choose recovery point of {each.name}", each.origin) for each in run.born
        }
        for store in run.imported:
            point = run.choose(f"choose backup of {store.name}", store.restorer)
            run.at_exit(f"destroy restored copy of {store.name}", store.restorer.destroy, store.copy)
            run.create(f"restore {store.name}", store.restorer.restore, point, copy=store.copy)
        for store in run.imported:
            run.finish(store.restorer, store.copy, wait=f"wait for {store.name}")
        run.build("create environment", teardown="destroy environment", points=points)
        for store in run.stores:
            point = run.choose(f"choose backup of {store.name}", store.restorer)
            run.at_exit(f"destroy interim copy of {store.name}", store.restorer.destroy, store.copy)
            run.create(f"restore {store.name}", store.restorer.restore, point, copy=store.copy)
        run.built("wait until built", reaches=Moment.INFRASTRUCTURE_READY)
        for told in run.restored:
            run.choose(f"recovery point of {told.name}", told.chooser)
        for each in run.born:
            run.step(f"take in {each.logical_id}", run.take_in, each)
        for filled in run.direct:
            point = run.choose(f"choose recovery point of {filled.name}", filled.filler)
            run.step(f"fill {filled.logical_id}", run.fill_direct, filled, point)
        for store in run.stores:
            run.finish(store.restorer, store.copy, wait=f"wait for {store.name}")
            run.step(f"fill {store.logical_id}", run.fill, store)
        run.verify()
    return run.header.id
