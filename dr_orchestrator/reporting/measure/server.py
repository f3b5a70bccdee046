"""AWS's own clock beside ours: when a copy came into a state by either of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.run import Run, ServerTime


@dataclass(frozen=True)
class Beside:
    """A state by AWS's clock, and when the watcher saw it (None: never); `difference` is ours less AWS's."""

    told: ServerTime
    seen_at: datetime | None
    difference: timedelta | None


def beside(run: Run) -> tuple[Beside, ...]:
    """Every time that AWS told, with the watcher's sighting of the same copy and state that lies nearest to it."""
    return tuple(_beside(run, told) for told in run.server_times)


def _beside(run: Run, told: ServerTime) -> Beside:
    alike = (told.copy, told.state.casefold())
    sightings = [seen.at for seen in run.observations if (seen.copy, seen.state.casefold()) == alike]
    nearest = min(sightings, key=lambda at: abs(at - told.at), default=None)
    return Beside(told, nearest, nearest - told.at if nearest is not None else None)
