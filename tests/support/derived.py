"""Templates to be derived, as their authors write them."""

from __future__ import annotations

import textwrap
from typing import Any

from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.domain.replica import Answers, Derived, Edit, Note, Place

COPY = "dro-20261120-f78f760dff-shop"


def derived(
    template: str, place: Place = Place.BESIDE, sources: frozenset[str] = frozenset(), **answers: Any
) -> Derived:
    """What a replica makes of a template; `answers` are its owner's."""
    source = cloudformation.parse(textwrap.dedent(template), "shop.yaml")
    return derive(source, COPY, place, Answers(**answers), sources=sources)


def of(kind: str, properties: str = "", more: str = "", name: str = "It") -> str:
    """A template of one resource; `properties` are in flow style."""
    lines = [f"Resources:\n  {name}:", f"    Type: {kind}", f"    Properties: {{{properties}}}"]
    lines += [f"    {more}"] if more else []
    return "\n".join(lines)


def changes(found: Derived) -> dict[str, tuple[Any, Any]]:
    """The edits by resource and property: what was, and what it becomes."""
    return {_key(edit): (edit.was, edit.becomes) for edit in found.edits}


def _key(edit: Edit) -> str:
    return f"{edit.resource}.{edit.property}" if edit.property else edit.resource


def notes(found: Derived) -> list[Note]:
    """What is told of a template, but for the log groups that functions leave."""
    return [note for note in found.notes if not note.what.startswith("leaves log groups")]


def properties(found: Derived, name: str = "It") -> dict[str, Any]:
    """The properties that AWS is given of a resource."""
    given: dict[str, Any] = found.template["Resources"][name].get("Properties", {})
    return given


def put(properties: dict[str, Any], path: str, value: Any) -> None:
    """Set a property by its path in the schema."""
    keys = path.split("/")
    part: Any = properties
    for at, key in enumerate(keys):
        last, following = at == len(keys) - 1, keys[at + 1] if at + 1 < len(keys) else ""
        if isinstance(part, list):
            part[:] = part or [value if last else [] if following == "*" else {}]
            part = part[0]
        elif last:
            part[key] = value
        else:
            part = part.setdefault(key, [] if following == "*" else {})
            if not isinstance(part, dict | list):
                return
