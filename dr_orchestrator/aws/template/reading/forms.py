"""The forms of CloudFormation's functions: what is one, what it refers to, how messages show it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.documents.cloudformation import mapping

INSERT = re.compile(r"\$\{([^}]*)\}")
PSEUDO = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix", "AWS::NotificationARNs")
"""Pseudo parameters that tell no stack from another: they stand in a text as they are written."""

STACK = "AWS::StackId"

NOBODYS = "Fn::Nobodys"
"""Stands for the function that gave a value of which only AWS knows whose it is: an output's, of a stack within."""

NO_VALUE = {"Ref": "AWS::NoValue"}
Path = tuple[str | int, ...]


class Untold(Exception):
    """A value that is known only to AWS; `own` where something that the template makes is in it."""

    def __init__(self, value: Any, *, own: bool = False, parameter: str = "") -> None:
        super().__init__(shown(value))
        self.own, self.parameter = own, parameter


def is_looked_up(declared: Mapping[str, Any]) -> bool:
    """Whether AWS looks up a parameter's value in a store."""
    return str(declared.get("Type", "")).startswith("AWS::SSM::Parameter::Value")


def reference(name: str) -> dict[str, str]:
    """The reference that stands in a text as `${name}`."""
    return {"Fn::GetAtt" if "." in name else "Ref": name}


def function(value: Any) -> tuple[str, Any]:
    """The function that a value is a call of, and its argument; empty where it is none."""
    if isinstance(value, dict) and len(value) == 1:
        (form, inner), *_ = value.items()
        if form in ("Ref", "Condition") or str(form).startswith("Fn::"):
            return form, inner
    return "", None


def split_of(value: Any) -> tuple[Any, Any]:
    """The separator, and the text that is split, where a value is a call of Fn::Split; both empty where it is none."""
    form, inner = function(value)
    return (inner[0], inner[1]) if form == "Fn::Split" and isinstance(inner, list) and len(inner) == 2 else ("", "")


def references(value: Any) -> Iterator[str]:
    """The names that a value refers to, wherever in it: of resources, of parameters, of pseudo parameters."""
    return (name for name, _ in attributes(value) if name != NOBODYS)


def attributes(value: Any) -> Iterator[tuple[str, str]]:
    """The names that a value refers to, each with the attribute that is asked for; empty where none is."""
    if isinstance(value, list):
        for each in value:
            yield from attributes(each)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key == "Ref" and isinstance(inner, str):
            yield inner, ""
        elif key == NOBODYS:
            yield key, ""
        elif key == "Fn::GetAtt" and isinstance(inner, str | list) and inner:
            name, _, attribute = (".".join(map(_word, inner)) if isinstance(inner, list) else inner).partition(".")
            yield name, attribute
        elif key == "Fn::Sub":
            text, local = (inner[0], inner[1]) if isinstance(inner, list) and len(inner) == 2 else (inner, {})
            for found in map(str.strip, INSERT.findall(str(text))):
                name, _, attribute = found.partition(".")
                if name not in mapping(local) and not name.startswith("!"):
                    yield name, attribute
            yield from attributes(local)
        else:
            yield from attributes(inner)


def _word(part: Any) -> str:
    """A part of an attribute's name; of one that is computed what no type has."""
    return part if isinstance(part, str) else "?"


def shown(value: Any) -> str:
    """A value as messages show it."""
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 120 else f"'{value[:120]}...'"
    form, inner = function(value)
    if form == NOBODYS:
        return str(inner)
    text = f"!{form.removeprefix('Fn::')} {json.dumps(inner, default=str)}" if form else json.dumps(value, default=str)
    return text if len(text) <= 120 else f"{text[:120]}..."
