"""Finds what would stay behind when a replica's stack is deleted: by what a property says, or because nothing does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.aws.template.reading.places import places, text_of
from dr_orchestrator.aws.template.reading.values import Path, Scope, references
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.documents.cloudformation import mapping


def left_behind(kind: str, properties: Mapping[str, Any]) -> Iterator[tuple[Path, Any, str]]:
    """The properties because of which something stays after the drill, each with the value that lets it go, and why."""
    schema = known(kind)
    for each in schema.protections if schema else ():
        for path, value in () if each.key else places(properties, each.path.split("/")):
            if isinstance(value, str | bool) and str(value).lower() != str(each.off).lower():
                yield path, each.off, "it could not be deleted after the drill"
    for key, (gone, why) in outward.LEAVES.get(kind, {}).items():
        for path, value in places(properties, key.split("/")):
            if str(value).lower() != str(gone).lower():
                yield path, gone, why


def logs_left(scope: Scope) -> tuple[str, ...]:
    """The functions whose log groups the template does not make: their first lines do, and no stack deletes them."""
    groups = [
        mapping(each.get("Properties")).get("LogGroupName")
        for each in scope.resources.values()
        if each.get("Type") == "AWS::Logs::LogGroup"
    ]
    made = {name for group in groups for name in references(group)}
    named = {text_of(group, scope) for group in groups}
    left = []
    for name, each in scope.resources.items():
        properties = mapping(each.get("Properties"))
        if kind_of(each) not in outward.LOGGING or "LoggingConfig" in properties or name in made:
            continue
        called = text_of(properties.get("FunctionName", ""), scope)
        if scope.is_made(each) and not (called and f"/aws/lambda/{called}" in named):
            left.append(name)
    return tuple(left)
