"""Run every drill that is due this quarter, tier 0 first, several at once: one exercise."""

from dr_orchestrator import wiring
from dr_orchestrator.prefect_runner import flow, side_by_side


@flow(name="quarterly", retries=0)
async def quarterly(drills: list[str] | None = None, at_once: int | None = None) -> str:
    """Run the drills named, or all that are due; return the exercise's id.

    One of the quarter that is under way is joined, not begun twice; what a dead process left of one is gone on with.
    """
    with wiring.open_exercise(drills, at_once) as exercise:
        await side_by_side(exercise.planned, exercise.at_once, exercise.id)
    return exercise.id
