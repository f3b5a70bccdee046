"""Restore the sites that an event took, in waves: the containers of a wave side by side, tenants from their copies."""

from dr_orchestrator import wiring
from dr_orchestrator.prefect_runner import as_container, flow, side_by_side


@flow(name="mass-restore", flow_run_name="{name}", retries=0)
async def mass_restore(
    name: str, auto: bool = False, at_once: int | None = None, accepted: str = "", resume: bool = False
) -> str:
    """Run the large-incident drill of that name, or go on with what a dead process left of it; return its id.

    A wave begins once the one before is settled and its team releases it; with `auto` it is released by itself.
    """
    with wiring.open_mass_restore(name, auto, at_once, accepted, resume) as event:
        for containers in event.waves():
            await side_by_side(containers, event.at_once, event.id, as_container)
    return event.id
