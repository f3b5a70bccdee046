"""The resources of a template that are made from recovery points: edits of ours, which are exactly what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template.editing.edits import Editing
from dr_orchestrator.aws.template.reading.parts import brief, is_secret, kind_of
from dr_orchestrator.aws.template.reading.values import Untold, references
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.replica import Birth, Edit, Refusal

OF_POINT = "the recovery point's own"
MARK = "RestoredFrom"


def bear(editing: Editing, births: Mapping[str, Birth]) -> list[Refusal]:
    """Have resources of the edited template made from recovery points; what cannot be is returned.

    What is put there is noted with the editing as ours: it names what is production's, and is only restored from.
    """
    refused = []
    for name, birth in births.items():
        found = list(_objections(editing, name, birth))
        refused += found
        if not found:
            _edit(editing, name, birth)
    return refused


def _edit(editing: Editing, name: str, birth: Birth) -> None:
    properties = editing.resources[name].setdefault("Properties", {})

    def note(key: str, was: Any, becomes: Any, reason: str) -> None:
        line = editing.line(name, ("Properties", key))
        editing.edits.append(Edit(name, key, "***" if is_secret(key, was) else brief(was), becomes, reason, line))

    for key in sorted(birth.refused & properties.keys()):
        note(key, properties.pop(key), OF_POINT, f"it is made from {birth.source}: AWS takes no other beside the point")
    for key, least in birth.least.items():
        if _number(editing, properties.get(key), least) < least:
            note(key, properties[key], str(least), f"the recovery point of {birth.source} holds as much")
            properties[key] = str(least)
    for key, value in birth.given.items():
        editing.ours.add((name, key))
        if _text(editing, properties.get(key)) != value:
            note(key, properties.get(key), value, birth.why)
            properties[key] = value
    if birth.imported:
        _mark(editing, name, birth)


def _mark(editing: Editing, name: str, birth: Birth) -> None:
    """Have the update after an import change something of the resource: with that it takes a new DeletionPolicy."""
    resource = editing.resources[name]
    resource["Metadata"] = {**mapping(resource.get("Metadata")), MARK: birth.source}
    why = "it is imported with DeletionPolicy Retain, which CloudFormation changes only with something else"
    editing.edits.append(Edit(name, f"Metadata.{MARK}", None, birth.source, why, editing.line(name)))


def _objections(editing: Editing, name: str, birth: Birth) -> Iterator[Refusal]:
    """Why a resource cannot be made from the recovery point."""
    resource = editing.resources.get(name)
    line = editing.line(name)
    if resource is None or not isinstance(resource.get("Properties", {}), dict):
        why = f"it is to be made from a recovery point of {birth.source}"
        yield Refusal(name, "is no resource with properties that can be read", why, line)
        return
    properties = mapping(resource.get("Properties"))
    for key, why in birth.foreign.items():
        if key in properties:
            yield Refusal(name, f"has {key}", why, editing.line(name, ("Properties", key)))
    for key, wanted in birth.agrees.items():
        told = _text(editing, properties.get(key))
        if told and told.lower() != wanted.lower():
            why = f"{birth.source}, from which it is to be made, has {wanted}"
            yield Refusal(name, f"has {key} {told}", why, editing.line(name, ("Properties", key)))
    if birth.reached_by and not _is_reached(editing, name, *birth.reached_by):
        of, key = birth.reached_by
        yield Refusal(name, f"is named by no {of}", f"nothing reads its data: one with its name as {key} does", line)


def _is_reached(editing: Editing, name: str, of: str, key: str) -> bool:
    """Whether a resource of a type names this one in a property."""
    those = (each for each in map(mapping, editing.resources.values()) if kind_of(each) == of)
    return any(name in references(mapping(each.get("Properties")).get(key)) for each in those)


def _text(editing: Editing, value: Any) -> str:
    """The text that a value comes to; empty where nobody can tell."""
    if value is None:
        return ""
    try:
        return editing.scope().text(value)
    except Untold:
        return ""


def _number(editing: Editing, value: Any, otherwise: int) -> int:
    told = _text(editing, value)
    return int(told) if told.isdigit() else otherwise
