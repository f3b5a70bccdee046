"""The after-action record of a game day, from the ledger alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dr_orchestrator.reporting.game_day.export import game_day_json
from dr_orchestrator.reporting.game_day.files import write_game_day
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.game_days.following import Following
from dr_orchestrator.wiring.publishing import published


def as_json(here: App, name: str) -> dict[str, Any]:
    """All of it, for programs."""
    following = Following(here, name)
    standing = following.look()
    runs = here.ledger.queries.named([each.run for each in standing.drills]) if standing.drills else []
    return game_day_json(following.record, following.entries, standing, runs)


def write(here: App, name: str, folder: Path) -> Mapping[str, Path]:
    """Write it to a folder; its files by format."""
    return write_game_day(as_json(here, name), folder, here.settings.templates)


def publish_game_day(here: App, name: str) -> Mapping[str, Path]:
    """Write it to the folder of reports; a failure is told, and changes nothing of the game day."""
    return published(name, lambda: write(here, name, here.settings.generated), "dro game-day report")
