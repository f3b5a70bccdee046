"""The programme's report as files: HTML and Markdown for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from dr_orchestrator.domain.quarter.model import Programme
from dr_orchestrator.reporting.quarter.export import programme_json
from dr_orchestrator.reporting.quarter.view import DRAWN, ProgrammeView, programme_view
from dr_orchestrator.reporting.render import render, safe_stem, to_json, write_file

FORMATS = ("html", "md", "json")


def stem_of(of: Programme) -> str:
    """The name of the files of a quarter, without their ending."""
    return f"programme-{of.quarter}"


def write_programme(
    of: Programme, out: Path, templates: Sequence[Path], *, formats: Collection[str] = FORMATS, stem: str = ""
) -> dict[str, Path]:
    """Write the report; returns its files by format. The JSON comes first: no template can be in its way."""
    name = safe_stem(stem or stem_of(of))
    written: dict[str, Path] = {}
    if "json" in formats:
        written["json"] = write_file(out, name, "json", _json(of))
    view = programme_view(of)
    for ending in ("md", "html"):
        if ending in formats:
            written[ending] = write_file(out, name, ending, rendered(view, ending, templates, name))
    return written


def _json(of: Programme) -> str:
    """The JSON; of a large programme each part is on a line of its own."""
    whole = programme_json(of)
    if len(of.services) <= DRAWN:
        return to_json(whole)
    parts = (f'  "{name}": {json.dumps(part, ensure_ascii=False, allow_nan=False)}' for name, part in whole.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def rendered(view: ProgrammeView, ending: str, templates: Sequence[Path], stem: str) -> str:
    """The page in one format."""
    return render(f"programme.{ending}.j2", templates, programme=view, stem=stem)
