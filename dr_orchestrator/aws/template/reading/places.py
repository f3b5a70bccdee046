"""The places in a resource to which the paths of its schema lead, and the texts that stand there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.values import Path, Scope, Untold, function
from dr_orchestrator.documents.cloudformation import mapping


def places(part: Any, keys: Sequence[str], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The parts at the ends of a path as schemas write it, each with the path as the template has it; so too in the
    branches of an Fn::If.
    """
    if not keys:
        yield path, part
        return
    form, inner = function(part)
    key, *rest = keys
    if form == "Fn::If" and isinstance(inner, list):
        for at, branch in enumerate(inner[1:3], start=1):
            yield from places(branch, keys, (*path, "Fn::If", at))
    elif isinstance(part, list) and key == "*":
        for at, each in enumerate(part):
            yield from places(each, rest, (*path, at))
    elif isinstance(part, dict) and not form:
        for inside in part if key == "*" else [key] if key in part else ():
            yield from places(part[inside], rest, (*path, str(inside)))


def text_of(value: Any, scope: Scope) -> str:
    """The text that a value comes to; empty where that is not known, and of its own words what stands as text."""
    try:
        return scope.text(value)
    except Untold:
        return str(value.get("Fn::Sub", "")) if isinstance(value, dict) else ""


def records(kind: str, properties: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The records of the DNS that a resource makes: itself, and those in its list, each with where it stands."""
    if kind in outward.PUBLIC_RECORDS:
        yield (), properties
        for path, record in places(properties, ("RecordSets", "*")):
            yield from ((found, mapping(each)) for found, each in _branches(record, path))


def _branches(part: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    form, inner = function(part)
    if form == "Fn::If" and isinstance(inner, list):
        for at, branch in enumerate(inner[1:3], start=1):
            yield from _branches(branch, (*path, "Fn::If", at))
    else:
        yield path, part


def told(properties: Mapping[str, Any], key: str, scope: Scope) -> Iterator[tuple[Path, str]]:
    """The texts at a path that are not the replica's own."""
    for path, part in places(properties, key.split("/")):
        for below, value in scope.leaves(part, path):
            text = text_of(value, scope)
            if text and not is_own(value, scope) and scope.stack not in text:
                yield below, text


def is_own(value: Any, scope: Scope) -> bool:
    """Whether a value is of what the replica makes, or has its name in it."""
    return scope.is_own(value)
