"""Run the drills whose time in the calendar has come, tier 0 first: to be scheduled every few minutes."""

from dr_orchestrator import wiring
from dr_orchestrator.prefect_runner import flow, side_by_side


@flow(name="scheduled", retries=0)
async def scheduled(at_once: int | None = None) -> str:
    """Run what is to start now as one exercise; return its id, empty where nothing is."""
    with wiring.open_scheduled(at_once) as exercise:
        if exercise is None:
            return ""
        await side_by_side(exercise.planned, exercise.at_once, exercise.id)
    return exercise.id
