"""The composition root, the only room that knows every adapter: opens runs and exercises, publishes their reports."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App, using, world
    from dr_orchestrator.wiring.exercising import open_exercise, open_scheduled, perform_in
    from dr_orchestrator.wiring.mass_restores.containers import restore_container
    from dr_orchestrator.wiring.mass_restores.driving import open_mass_restore
    from dr_orchestrator.wiring.opening import kind_of, open_run, resuming
    from dr_orchestrator.wiring.request import anew, as_part_of, choosing
    from dr_orchestrator.wiring.selection import runs_of

__all__ = [
    "App",
    "anew",
    "as_part_of",
    "choosing",
    "kind_of",
    "open_exercise",
    "open_mass_restore",
    "open_run",
    "open_scheduled",
    "perform_in",
    "restore_container",
    "resuming",
    "runs_of",
    "using",
    "world",
]
_HOMES = {
    "runs_of": "selection",
    **dict.fromkeys(("anew", "as_part_of", "choosing"), "request"),
    **dict.fromkeys(("kind_of", "open_run", "resuming"), "opening"),
    **dict.fromkeys(("open_exercise", "open_scheduled", "perform_in"), "exercising"),
    "open_mass_restore": "mass_restores.driving",
    "restore_container": "mass_restores.containers",
    **dict.fromkeys(("App", "using", "world"), "app"),
}


def __getattr__(name: str) -> Any:
    """Load on first use: a command that only reads drill files needs no AWS, whose client alone takes a while."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
