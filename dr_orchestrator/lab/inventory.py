"""The state of the lab, told by itself: used to show that nothing but a drill's copies was touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dr_orchestrator.lab.cloud.world import SimulatedCloud
from dr_orchestrator.lab.twin import Twin


def state(world: SimulatedCloud, twins: Sequence[Twin]) -> dict[str, Any]:
    """Every object of the types that there are, with identity, state and tags; and what the lab did wrong."""
    sections = {name: tell() for twin in twins for name, tell in twin.state.items()}
    return {"now": world.now().isoformat(), **sections, "defects": list(world.defects)}
