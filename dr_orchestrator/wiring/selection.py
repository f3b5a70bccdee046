"""Which recovery point drills take: the one that they declare, or one that somebody asks for on the way."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import world
from dr_orchestrator.wiring.request import request


def runs_of(drill: str) -> int:
    """How many runs prove a drill: several where each draws a random recovery point."""
    return (request().selection or world().drill(drill).selection).runs


def chosen(drill: Drill) -> Drill:
    """The drill with the recovery point that somebody asked for; UsageError where it can choose none."""
    asked = request().selection
    if asked is None:
        return drill
    if not drill.kind.selects:
        hint = "leave out --at, --before, --oldest and --random"
        raise UsageError(f"drill {drill.name} rebuilds a whole environment from its newest backups", hint)
    return replace(drill, selection=asked)
