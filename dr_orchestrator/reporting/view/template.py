"""The differences of a replica from the team's template, as a template of a report sees them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.domain.replica import Edit, Made
from dr_orchestrator.reporting.view.proof import Fact

LONGEST = 200
"""Letters of a value that a page shows; the JSON has it whole."""


@dataclass(frozen=True)
class EditRow:
    """A change to the team's template."""

    what: str
    where: str
    was: str
    becomes: str
    why: str


UNSAID = "nothing was restored into it, and nobody said that it may be so"


@dataclass(frozen=True)
class TemplateView:
    """The template of a replica: what was edited, what its owner allowed, and both digests."""

    edits: tuple[EditRow, ...]
    left_out: tuple[str, ...]
    empty: tuple[Fact, ...]
    allowed: tuple[Fact, ...]
    digests: tuple[Fact, ...]


def template_view(made: Made | None) -> TemplateView | None:
    """The template of a replica; None where none was made, or it was not kept."""
    if made is None:
        return None
    return TemplateView(
        edits=tuple(map(_row, made.edits)),
        left_out=tuple(f"{_named(each)} ({each.why})" for each in made.left_out),
        empty=tuple(Fact(f"{each.resource} ({each.type})", each.reason or UNSAID) for each in made.empty),
        allowed=tuple(Fact(each.name, each.reason) for each in made.allowed),
        digests=tuple(fact for each in (made.stacks or (made,)) for fact in _digests(each)),
    )


def _digests(made: Made) -> tuple[Fact, Fact]:
    of = f"Stack {made.stack}, " if made.stack else ""
    words = (f"{of}template of the team", f"{of}given to AWS")
    team, given = (word[0].upper() + word[1:] for word in words)
    return Fact(team, f"sha256:{made.digest}"), Fact(given, f"sha256:{made.derived_digest}")


def _row(edit: Edit) -> EditRow:
    becomes = "left out" if edit.becomes is None else _shown(edit.becomes)
    where = f"{edit.file}:{edit.line}" if edit.line else edit.file
    return EditRow(_named(edit), where, "nothing" if edit.was is None else _shown(edit.was), becomes, edit.why)


def _named(edit: Edit) -> str:
    return f"{edit.resource}.{edit.property}" if edit.property else edit.resource


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
