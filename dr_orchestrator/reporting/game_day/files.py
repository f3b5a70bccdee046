"""The after-action record as files: JSON first, then what the templates make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from dr_orchestrator.reporting.game_day.view import game_day_view
from dr_orchestrator.reporting.render import render, safe_stem, to_json, write_file


def write_game_day(
    document: Mapping[str, Any], out: Path, templates: Sequence[Path], *, stem: str = ""
) -> dict[str, Path]:
    """Write the record of a game day, as `game_day_json` tells it; its files by format, named by its id or the stem."""
    stem = safe_stem(stem or document["id"])
    write, view = partial(write_file, out, stem), game_day_view(document)
    written = {"json": write("json", to_json(dict(document)))}
    for ending in ("md", "html"):
        written[ending] = write(ending, render(f"game_day.{ending}.j2", templates, day=view, stem=stem))
    return written
