"""The plans of game days as their files say them by now."""

from __future__ import annotations

from pathlib import Path

from dr_orchestrator.catalog import game_days
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App


def declared(here: App) -> list[Path]:
    """The files of game days in the workspace, by name."""
    return game_days.files(here.settings.drills)


def plan_of(here: App, named: str) -> GameDay:
    """The plan of a file, or of a name in the workspace; CatalogError or UsageError with what is wrong with it."""
    found = {path.stem: path for path in declared(here)}
    path = found.get(named, Path(named))
    if not path.is_file():
        listed = ", ".join(found) or f"none: put one into {here.settings.drills / game_days.FOLDER}"
        raise UsageError(f"there is no game day '{named}', and no such file", f"there are {listed}")
    return game_days.load(path, here.catalogue)
