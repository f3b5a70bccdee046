"""A large-incident drill as files: JSON first, then what the templates make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from dr_orchestrator.reporting.mass_restore.view import mass_view
from dr_orchestrator.reporting.render import render, safe_stem, to_json, write_file


def write_mass(document: Mapping[str, Any], out: Path, templates: Sequence[Path], stem: str = "") -> dict[str, Path]:
    """Write the record of a drill, as `mass_json` tells it, as files of its id or of another `stem`; by format."""
    stem = stem or safe_stem(document["id"])
    write, view = partial(write_file, out, stem), mass_view(document, out)
    written = {"json": write("json", to_json(dict(document)))}
    for ending in ("md", "html"):
        written[ending] = write(ending, render(f"mass_restore.{ending}.j2", templates, mass=view, stem=stem))
    return written
