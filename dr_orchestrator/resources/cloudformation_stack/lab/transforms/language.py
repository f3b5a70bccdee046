"""AWS::LanguageExtensions: loops, lengths, JSON texts and look-ups with a default, resolved as far as they can be.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_LOOP = re.compile(r"Fn::ForEach::[A-Za-z0-9]+")
_PLAIN = re.compile(r"[^A-Za-z0-9]")
_NOTHING: Any = object()


class Failed(Exception):
    """The template asks for what cannot be resolved; the text is the reason."""


class Language:
    """The expansion of one template."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, Any], pseudo: Mapping[str, str]) -> None:
        self._template, self._mappings = template, template.get("Mappings") or {}
        self._known = {**pseudo, **parameters}

    def expanded(self) -> dict[str, Any]:
        """The template without loops, and with what can be resolved resolved."""
        made = {key: self._walk(part, {}) if key != "Mappings" else part for key, part in self._template.items()}
        for resource in made.get("Resources", {}).values():
            for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
                if isinstance(resource, dict) and isinstance(resource.get(policy), dict):
                    resource[policy] = self._needed(resource[policy], {})
        return made

    def _walk(self, part: Any, bound: Mapping[str, Any]) -> Any:
        if isinstance(part, list):
            return [self._walk(each, bound) for each in part]
        if isinstance(part, str):
            return _filled(part, bound)
        if not isinstance(part, dict):
            return part
        if len(part) == 1 and (of := self._function(*next(iter(part.items())), bound)) is not _NOTHING:
            return of
        made: dict[str, Any] = {}
        for key, value in part.items():
            more = (
                self._loop(key, value, bound) if _LOOP.fullmatch(key) else {_key(key, bound): self._walk(value, bound)}
            )
            if twice := sorted(made.keys() & more.keys()):
                raise Failed(f"duplicate key {twice[0]}")
            made |= more
        return made

    def _loop(self, key: str, value: Any, bound: Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(value, list) or len(value) != 3 or not isinstance(value[2], dict):
            raise Failed(f"{key} layout is incorrect")
        name, collection, body = value
        items = self._needed(collection, bound)
        if not isinstance(items, list):
            raise Failed(f"{key} could not resolve the collection")
        made: dict[str, Any] = {}
        for item in items:
            found = self._walk(body, {**bound, str(name): self._needed(item, bound)})
            if twice := sorted(made.keys() & found.keys()):
                raise Failed(f"{key} makes {twice[0]} twice")
            made |= found
        return made

    def _function(self, name: str, value: Any, bound: Mapping[str, Any]) -> Any:
        """The value of a function; _NOTHING where it stays a function for CloudFormation."""
        if name == "Ref":
            return bound.get(str(value), _NOTHING)
        if name == "Fn::Length":
            items = self._resolved(value, bound)
            if not isinstance(items, list):
                raise Failed("Fn::Length expects a list that can be resolved")
            return len(items)
        if name == "Fn::ToJsonString":
            return _json_text(self._walk(value, bound))
        if name == "Fn::FindInMap":
            return self._looked_up(value, bound)
        if name == "Fn::Sub" and bound and isinstance(value, str):
            text = _filled(value, bound)
            return {"Fn::Sub": text} if "${" in text else text
        return _NOTHING

    def _needed(self, value: Any, bound: Mapping[str, Any]) -> Any:
        """A value that has to be known by now."""
        found = self._resolved(value, bound)
        if found is _NOTHING or isinstance(found, dict):
            raise Failed(f"{json.dumps(value)} cannot be resolved before the stack is made")
        return found

    def _resolved(self, value: Any, bound: Mapping[str, Any]) -> Any:
        walked = self._walk(value, bound)
        if isinstance(walked, list):
            return [self._resolved(each, bound) for each in walked]
        if isinstance(walked, dict) and len(walked) == 1:
            name, given = next(iter(walked.items()))
            if name == "Ref":
                return self._known.get(str(given), _NOTHING)
            if name == "Fn::Split":
                return str(self._needed(given[1], bound)).split(given[0])
            if name == "Fn::Sub" and isinstance(given, str):
                text = _filled(given, self._known)
                return text if "${" not in text else _NOTHING
        return walked

    def _looked_up(self, value: Any, bound: Mapping[str, Any]) -> Any:
        if not isinstance(value, list) or len(value) not in (3, 4):
            raise Failed("Fn::FindInMap layout is incorrect")
        keys = [self._resolved(each, bound) for each in value[:3]]
        otherwise = (
            value[3].get("DefaultValue", _NOTHING) if len(value) == 4 and isinstance(value[3], dict) else _NOTHING
        )
        if _NOTHING in keys or any(isinstance(key, dict) for key in keys):
            return _NOTHING
        try:
            return self._mappings[keys[0]][keys[1]][keys[2]]
        except (KeyError, TypeError):
            if otherwise is not _NOTHING:
                return self._walk(otherwise, bound)
            raise Failed(f"Unable to get mapping for {'::'.join(map(str, keys))}") from None


def _filled(text: str, bound: Mapping[str, Any]) -> str:
    for name, value in bound.items():
        if isinstance(value, str | int | float):
            text = text.replace(f"${{{name}}}", str(value)).replace(f"&{{{name}}}", _PLAIN.sub("", str(value)))
    return text


def _key(key: str, bound: Mapping[str, Any]) -> str:
    return _filled(key, bound)


def _json_text(value: Any) -> Any:
    """A JSON text of a value: what only the stack knows stands in it as Fn::Sub would have it."""
    text = json.dumps(_placed(value), separators=(",", ":"))
    return {"Fn::Sub": text} if "${" in text else text


def _placed(value: Any) -> Any:
    if isinstance(value, list):
        return [_placed(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"}:
        return f"${{{value['Ref']}}}"
    if value.keys() == {"Fn::GetAtt"}:
        of = value["Fn::GetAtt"]
        return f"${{{of if isinstance(of, str) else '.'.join(map(str, of))}}}"
    if value.keys() == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
        return value["Fn::Sub"]
    return {key: _placed(each) for key, each in value.items()}
