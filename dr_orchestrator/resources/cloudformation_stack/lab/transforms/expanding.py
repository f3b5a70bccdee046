"""A template as AWS processes it: each transform in its turn, those of a part before those of the whole.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-overview.html
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from dr_orchestrator.lab.cloud.world import ACCOUNT, world
from dr_orchestrator.resources.cloudformation_stack.lab import texts
from dr_orchestrator.resources.cloudformation_stack.lab.transforms import language, serverless

LANGUAGE, INCLUDE = "AWS::LanguageExtensions", "AWS::Include"


class TransformFailed(Exception):
    """A transform was not found, or fails; the text is the reason that AWS gives."""


def transforms(template: Mapping[str, Any]) -> list[str]:
    """The names of all transforms of a template, those of its parts first."""
    return [name for name, _ in (*_within(template), *_of(template.get("Transform")))]


def expanded(template: Mapping[str, Any], parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    """The template with all its transforms applied; TransformFailed where one cannot be."""
    made = copy.deepcopy(dict(template))
    whole = list(_of(made.pop("Transform", None)))
    made = _parts(made)
    for name, given in whole:
        made = _applied(name, given, made, parameters, region)
    return made


def _of(listed: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The transforms that a section, or a part, names."""
    for each in listed if isinstance(listed, list) else [listed] if listed else []:
        if isinstance(each, str):
            yield each, {}
        elif isinstance(each, dict):
            yield str(each.get("Name")), each.get("Parameters") or {}


def _within(part: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _within(value)
            if key == "Fn::Transform":
                yield from _of(value)
    elif isinstance(part, list):
        for each in part:
            yield from _within(each)


def _parts(part: Any) -> Any:
    """A part with the transforms in it applied, the innermost first."""
    if isinstance(part, list):
        return [_parts(each) for each in part]
    if not isinstance(part, dict):
        return part
    made: Any = {key: _parts(value) for key, value in part.items()}
    for name, given in _of(made.pop("Fn::Transform", None)):
        made = _applied_to_part(name, given, made)
    return made


def _applied_to_part(name: str, given: Mapping[str, Any], part: Any) -> Any:
    if name != INCLUDE:
        return _by_macro(name, given, part)
    try:
        found = texts.parsed(texts.stored(str(given.get("Location"))))
    except ValidationError as wrong:
        raise TransformFailed(f"Transform {INCLUDE} failed with: {wrong.message}") from wrong
    return {**found, **part}


def _applied(
    name: str, given: Mapping[str, Any], template: dict[str, Any], parameters: Mapping[str, Any], region: str
) -> dict[str, Any]:
    try:
        if name == LANGUAGE:
            pseudo = {"AWS::Region": region, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws"}
            return language.Language(template, parameters, pseudo).expanded()
        if name == serverless.NAME:
            return serverless.expanded(template, parameters, region)
    except (language.Failed, serverless.Failed) as wrong:
        raise TransformFailed(f"Transform {name} failed with: {wrong}") from wrong
    made = _applied_to_part(name, given, template)
    if not isinstance(made, dict):
        raise TransformFailed(f"Received malformed response from transform {ACCOUNT}::{name}")
    return made


def _by_macro(name: str, given: Mapping[str, Any], part: Any) -> Any:
    """A part as a macro of the account makes it."""
    macro = world().macros.get(name)
    called = name if name.startswith("AWS::") else f"{ACCOUNT}::{name}"
    if macro is None:
        raise TransformFailed(f"No transform named {called} found.")
    try:
        return macro(copy.deepcopy(part), given)
    except Exception as wrong:  # whatever its code raises
        raise TransformFailed(f"Transform {called} failed with: {wrong}.") from wrong
