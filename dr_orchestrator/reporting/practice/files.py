"""The record of a tabletop or of a review as files: HTML, Markdown, and JSON with the exact facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from dr_orchestrator.domain.exercise.kept import Sat
from dr_orchestrator.domain.review.looking import Look
from dr_orchestrator.domain.review.signing import Reviewed
from dr_orchestrator.domain.tabletop.sitting import Conducted
from dr_orchestrator.reporting.practice.view import PracticeView
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.reporting.render import render, safe_stem, to_json, write_file
from dr_orchestrator.reporting.wording import iso, seconds

SCHEMA = 1


def record_json(sat: Sat, body: Conducted | Reviewed) -> Json:
    """A record for programs, whole."""
    own = {"sitting_name": sat.sitting, "score_words": sat.score}  # the body tells both whole, under their names
    return {"schema_version": SCHEMA, "coverage": False, "seeded": sat.seeded, **_plain(sat), **_plain(body), **own}


def look_json(look: Look) -> Json:
    """A look for programs."""
    return {"schema_version": SCHEMA, **_plain(look)}


def write_record(
    sat: Sat, body: Conducted | Reviewed, view: PracticeView, out: Path, templates: Sequence[Path], *, stem: str = ""
) -> dict[str, Path]:
    """Write the pages, named by the record's id or the stem; returns its files by format. The JSON comes first: no
    template can be in its way.
    """
    stem = safe_stem(stem or sat.id)
    written = {"json": write_file(out, stem, "json", to_json(record_json(sat, body)))}
    for ending in ("md", "html"):
        written[ending] = write_file(out, stem, ending, rendered(view, ending, templates, stem))
    return written


def rendered(view: PracticeView, ending: str, templates: Sequence[Path], stem: str = "") -> str:
    """The page in one format."""
    return render(f"practice.{ending}.j2", templates, practice=view, stem=stem or view.id)


def _plain(value: Any) -> Any:
    """A record in the words of JSON; durations in seconds, under a name that says so."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {each.name: f"{each.name}_s" if "timedelta" in str(each.type) else each.name for each in fields(value)}
        return {key: _plain(getattr(value, name)) for name, key in named.items()}  # also where nobody told the time
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    """An instant in UTC, a duration in seconds, a day; anything else as it is."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, timedelta):
        return seconds(value)
    return value.isoformat() if isinstance(value, date) else value
