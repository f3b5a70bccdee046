"""The one loader of CloudFormation templates, YAML or JSON: long forms, each key once, with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import yaml

from dr_orchestrator.documents.walk import TAG, Key, Walk, dotted
from dr_orchestrator.errors import Problem

LARGEST = 51_200
"""Bytes that CreateStack takes as text."""

LARGEST_IN_BUCKET = 1_000_000
"""Bytes that it takes from a bucket: its own words are "may not exceed 1000000 bytes in size"."""

_BARE = ("Ref", "Condition")
_FUNCTIONS = {
    *(
        "And",
        "Base64",
        "Cidr",
        "Contains",
        "EachMemberEquals",
        "EachMemberIn",
        "Equals",
        "FindInMap",
        "GetAtt",
        "GetAZs",
    ),
    *("If", "ImportValue", "Join", "Length", "Not", "Or", "RefAll", "Select", "Split", "Sub", "ToJsonString"),
    *("Transform", "ValueOf", "ValueOfAll"),
}
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")

_tag_of: Callable[[str], str] = partial(yaml.resolver.Resolver().resolve, yaml.ScalarNode, implicit=(True, False))
_MADE = yaml.constructor.SafeConstructor()
_VALUES: dict[str, Callable[[yaml.ScalarNode], Any]] = {
    f"{TAG}int": _MADE.construct_yaml_int,
    f"{TAG}float": _MADE.construct_yaml_float,
    f"{TAG}bool": _MADE.construct_yaml_bool,
    f"{TAG}null": _MADE.construct_yaml_null,
}


class Malformed(ValueError):
    """A text is no template; `problems` say where and why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"line {each.line}: {each.message}" for each in problems))
        self.problems = problems


@dataclass(frozen=True)
class Template:
    """A template as data, and the line that each of its keys stands on."""

    file: str
    data: Mapping[str, Any]
    lines: Mapping[Key, int]

    def part(self, name: str) -> Mapping[str, Any]:
        """A section of the template; empty where it has none, or none that is a mapping."""
        return mapping(self.data.get(name))

    def place(self, *key: str | int) -> str:
        """Where a key stands: `shop.template.yaml:12:Resources.Config`; the nearest one around it that is written."""
        near: Key = key
        while near and near not in self.lines:
            near = near[:-1]
        return f"{self.file}:{self.lines.get(near, 1)}:{dotted(key)}"


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def parse(text: str, file: str, largest: int = LARGEST) -> Template:
    """Read a template; Malformed with all that is wrong in it."""
    if len(text.encode(errors="replace")) > largest:
        message = f"the template is larger than {largest:,} bytes"
        raise Malformed((Problem(file, 1, "", message, "CloudFormation takes no more in one call"),))
    walk = _Walk(file)
    data = walk.data(_of_json(text) if text.lstrip().startswith("{") else text)
    if not walk.problems and not isinstance(data, dict):
        walk.note(1, (), "it is not a mapping", "begin with `Resources:`")
    if walk.problems:
        raise Malformed(tuple(walk.problems))
    return Template(file, data, walk.lines)


def _of_json(text: str) -> str:
    """JSON as the YAML that it nearly is: tabs may not begin a text, and characters are not written in two halves."""
    begun = text.lstrip()
    blank = text[: len(text) - len(begun)].replace("\t", " ")
    return blank + _SURROGATES.sub(lambda pair: pair[1] + _joined(pair[2], pair[3]), begun)


def _joined(high: str, low: str) -> str:
    return bytes.fromhex(high + low).decode("utf-16-be")


class _Walk(Walk):
    """CloudFormation's dialect: values as YAML 1.1 has them, dates as text, and a tag is a function."""

    def scalar(self, event: yaml.ScalarEvent) -> Any:
        """Text, or a number, a truth value or nothing where it is written without quotes."""
        tag = event.tag or ("" if event.style else _tag_of(event.value))
        construct = _VALUES.get(tag)
        try:
            return construct(yaml.ScalarNode(tag, event.value)) if construct else event.value
        except (ValueError, LookupError):
            return event.value

    def tagged(self, tag: str, line: int, key: Key, value: Any) -> Any:
        """The long form of a function; any other tag is refused."""
        name = tag.removeprefix("!")
        if name not in _FUNCTIONS and name not in _BARE:
            self.note(line, key, f"the tag {tag} is no function of CloudFormation", "remove the tag")
        if name == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {name if name in _BARE else f"Fn::{name}": value}

    def merged(self, line: int, place: Key, value: Any) -> dict[str, Any]:
        """The keys of one mapping or of several, where the first wins."""
        found: dict[str, Any] = {}
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, dict):
                self.note(line, place, "only mappings can be merged", "write the keys out")
                continue
            found = part | found
        return found

    def word(self, event: yaml.Event, value: Any) -> str | None:
        """A key as it is written: numbers and truth values are words too."""
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value) if event.value or event.style else None
        return value if isinstance(value, str) else None
