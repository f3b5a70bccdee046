"""Bring an environment back in another region from what lies there, lead a drill's own name to it, and back again."""

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.prefect_runner import as_task, flow


@flow(name="region-failover", flow_run_name="{drill}", retries=0)
def region_failover(drill: str) -> str:
    """Run one region-failover drill; return its run id. The clock goes on until the name leads there."""
    with wiring.open_run(drill, call=as_task) as run:
        run.look()
        for each in run.followed:
            run.follow(f"make a replica of {each.name}", teardown=f"destroy the replica of {each.name}", of=each)
        run.name_it("make the drill's name")
        for each in run.followed:
            run.hold(f"see what the replica of {each.name} holds", of=each)
        points = {
            each.logical_id: run.choose(f"choose recovery point of {each.name}", each.origin) for each in run.born
        }
        for each in run.followed:
            run.promote(f"promote the replica of {each.name}", points[each.logical_id], of=each)
        for store in run.imported:
            point = run.choose(f"choose backup of {store.name}", store.restorer)
            run.restore(f"restore {store.name}", point, store.restorer, store.copy)
        run.build("create environment", teardown="destroy environment", points=points)
        for store in run.stores:
            point = run.choose(f"choose backup of {store.name}", store.restorer)
            run.at_exit(f"destroy interim copy of {store.name}", store.restorer.destroy, store.copy)
            run.create(f"restore {store.name}", store.restorer.restore, point, copy=store.copy)
        run.built("wait until built", reaches=Moment.INFRASTRUCTURE_READY)
        for each in run.born:
            run.step(f"take in {each.logical_id}", run.take_in, each)
        for filled in run.direct:
            point = run.choose(f"choose recovery point of {filled.name}", filled.filler)
            run.step(f"fill {filled.logical_id}", run.fill_direct, filled, point)
        for store in run.stores:
            run.finish(store.restorer, store.copy, wait=f"wait for {store.name}")
            run.step(f"fill {store.logical_id}", run.fill, store)
        run.lead("lead the name there", Way.THERE)
        run.verify()
        run.lead("lead the name back", Way.BACK)
        run.compare_both()
    return run.header.id
