"""Which recovery point drills take: the one that they declare, or one that somebody asks for on the way."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from dr_orchestrator.domain.drill import Drill, Selection
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import world

_selection: contextvars.ContextVar[Selection | None] = contextvars.ContextVar("selection", default=None)


@contextmanager
def choosing(selection: Selection | None) -> Iterator[None]:
    """While inside, runs take this recovery point, not the one that their drill declares; None changes nothing."""
    token = _selection.set(selection)
    try:
        yield
    finally:
        _selection.reset(token)


def runs_of(drill: str) -> int:
    """How many runs prove a drill: several where each draws a random recovery point."""
    return (_selection.get() or world().drill(drill).selection).runs


def chosen(drill: Drill) -> Drill:
    """The drill with the recovery point that somebody asked for; UsageError where it can choose none."""
    asked = _selection.get()
    if asked is None:
        return drill
    if not drill.kind.selects:
        hint = "leave out --at, --before, --oldest and --random"
        raise UsageError(f"drill {drill.name} rebuilds a whole environment from its newest backups", hint)
    return replace(drill, selection=asked)
