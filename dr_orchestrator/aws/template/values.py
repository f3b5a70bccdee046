"""The values that CloudFormation will make of what is written, as far as that can be told before it does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dr_orchestrator.documents.cloudformation import mapping

INSERT = re.compile(r"\$\{([^}]*)\}")
PSEUDO = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix", "AWS::NotificationARNs")
"""Pseudo parameters that tell no stack from another: they stand in a text as they are written."""

NO_VALUE = {"Ref": "AWS::NoValue"}
Path = tuple[str | int, ...]


class Untold(Exception):
    """A value that is known only to AWS; `own` where something that the template makes is in it."""

    def __init__(self, value: Any, *, own: bool = False, parameter: str = "") -> None:
        super().__init__(shown(value))
        self.own, self.parameter = own, parameter


class Scope:
    """A template with the values of its parameters: texts, conditions, and whose a reference is.

    `stack` is the name that the stack will have; what is `left_out` is nobody's own.
    """

    def __init__(self, template: Mapping[str, Any], given: Mapping[str, str], stack: str) -> None:
        self.template, self.stack = template, stack
        self.resources = {
            str(name): each for name, each in mapping(template.get("Resources")).items() if isinstance(each, dict)
        }
        self.parameters = mapping(template.get("Parameters"))
        self._given = given
        self._expands = bool(template.get("Transform"))
        self._conditions = mapping(template.get("Conditions"))
        self._known: dict[str, bool | None] = {}

    def text(self, value: Any, local: Mapping[str, Any] | None = None) -> str:
        """The text that a value comes to; Untold where that is not known."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float):
            if "{{resolve:" in str(value):
                raise Untold(value)
            return str(value)
        form, inner = function(value)
        known = self._FORMS.get(form)
        if known is None:
            raise Untold(value, own=self.holds_own(value))
        return known(self, value, inner, local or {})

    def parameter(self, name: str) -> str:
        """The value of a parameter: as given, else its default; Untold where it has none, or AWS looks it up."""
        declared = mapping(self.parameters[name])
        if str(declared.get("Type", "")).startswith("AWS::SSM::"):
            raise Untold({"Ref": name}, parameter=name)
        if name in self._given:
            return str(self._given[name]).replace("{copy}", self.stack)
        if "Default" not in declared:
            raise Untold({"Ref": name}, parameter=name)
        return self.text(declared["Default"]) if not isinstance(declared["Default"], list | dict) else ""

    def is_made(self, resource: Mapping[str, Any]) -> bool:
        """Whether the resource is made; so too where its condition cannot be told."""
        name = resource.get("Condition")
        return not isinstance(name, str) or self.condition(name) is not False

    def condition(self, name: str) -> bool | None:
        """Whether a condition holds; None where that cannot be told."""
        if name not in self._known:
            self._known[name] = None  # one that names itself is never told
            self._known[name] = self._holds(self._conditions.get(name))
        return self._known[name]

    def branches(self, value: Any) -> Iterator[Any]:
        """The values that an Fn::If may come to; any other value comes to itself."""
        form, inner = function(value)
        if form != "Fn::If" or not isinstance(inner, list) or len(inner) != 3:
            yield value
            return
        holds = self.condition(str(inner[0]))
        for branch, lost in ((inner[1], False), (inner[2], True)):
            if holds is not lost:
                yield from self.branches(branch)

    def leaves(self, value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
        """Each part of a value that is a text, a number or a function, with where it stands; of an Fn::If what it may
        come to.
        """
        form, _ = function(value)
        if form == "Fn::If":
            for branch in self.branches(value):
                yield from self.leaves(branch, path)
        elif form and form != "Condition":
            if value != NO_VALUE:
                yield path, value
        elif isinstance(value, dict):
            for key, each in value.items():
                yield from self.leaves(each, (*path, str(key)))
        elif isinstance(value, list):
            for at, each in enumerate(value):
                yield from self.leaves(each, (*path, at))
        elif value is not None:
            yield path, value

    def owner(self, value: Any) -> str:
        """The resource of this template that a value is a reference to, and to nothing else; empty where to none."""
        form, inner = function(value)
        if form == "Fn::Sub" and isinstance(inner, str):
            whole = re.fullmatch(r"\$\{([A-Za-z0-9.:]+)\}", inner)
            name = whole[1].partition(".")[0] if whole else ""
        elif form == "Fn::GetAtt":
            name = str(inner[0]) if isinstance(inner, list) and inner else str(inner).partition(".")[0]
        elif form in ("Fn::Select", "Fn::Split", "Fn::Join", "Fn::ImportValue"):
            return ""
        else:
            name = inner.partition(".")[0] if form == "Ref" and isinstance(inner, str) else ""
        return name if self.makes(name) else ""

    def makes(self, name: str) -> bool:
        """Whether a name is of a resource of this template, or of one that AWS makes when it expands it."""
        if name in self.resources:
            return True
        return self._expands and bool(name) and name not in self.parameters and not name.startswith("AWS::")

    def holds_own(self, value: Any) -> bool:
        """Whether a reference to a resource of this template stands anywhere in a value."""
        return any(self.makes(name) for name in references(value))

    def _holds(self, said: Any) -> bool | None:
        form, inner = function(said)
        parts = inner if isinstance(inner, list) else [inner]
        if form == "Condition":
            return self.condition(str(inner))
        if form == "Fn::Equals":
            return self._equal(parts)
        held = [self._holds(part) for part in parts]
        if form == "Fn::Not":
            return None if None in held else not all(held)
        decides = {"Fn::And": False, "Fn::Or": True}.get(form)
        if decides is None or decides in held:
            return decides
        return None if None in held else not decides

    def _equal(self, parts: list[Any]) -> bool | None:
        try:
            return len({self.text(part) for part in parts}) == 1
        except Untold:
            return None

    def _ref(self, value: Any, inner: Any, _local: Mapping[str, Any]) -> str:
        if inner in ("AWS::StackName", "AWS::StackId"):
            return self.stack
        if inner in PSEUDO:
            return f"${{{inner}}}"
        if inner == "AWS::NoValue":
            return ""
        if isinstance(inner, str) and inner in self.parameters:
            return self.parameter(inner)
        raise Untold(value, own=self.makes(str(inner).partition(".")[0]))

    def _join(self, value: Any, inner: Any, local: Mapping[str, Any]) -> str:
        if not (isinstance(inner, list) and len(inner) == 2 and isinstance(inner[1], list)):
            raise Untold(value, own=self.holds_own(value))
        return self._whole(value, lambda: self.text(inner[0]).join(self.text(part, local) for part in inner[1]))

    def _sub(self, value: Any, inner: Any, _local: Mapping[str, Any]) -> str:
        text, local = (inner[0], inner[1]) if isinstance(inner, list) and len(inner) == 2 else (inner, {})
        if not isinstance(text, str) or not isinstance(local, dict) or "{{resolve:" in text:
            raise Untold(value, own=self.holds_own(value))

        def put(found: re.Match[str]) -> str:
            name = found[1].strip()
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            return self.text(local.get(name, {"Fn::GetAtt" if "." in name else "Ref": name}))

        return self._whole(value, lambda: INSERT.sub(put, text))

    def _if(self, value: Any, _inner: Any, local: Mapping[str, Any]) -> str:
        found = list(self.branches(value))
        if len(found) != 1:
            raise Untold(value, own=self.holds_own(value))
        return self.text(found[0], local)

    def _find(self, value: Any, inner: Any, local: Mapping[str, Any]) -> str:
        keys = inner[:3] if isinstance(inner, list) else []
        part: Any = mapping(self.template.get("Mappings"))
        for key in keys:
            part = mapping(part).get(self.text(key, local), _NOTHING)
        if len(keys) < 3 or isinstance(part, dict | list) or part is _NOTHING:
            raise Untold(value)
        return self.text(part)

    def _select(self, value: Any, inner: Any, local: Mapping[str, Any]) -> str:
        if isinstance(inner, list) and len(inner) == 2 and str(inner[0]).isdigit():
            among = inner[1]
            if isinstance(among, list) and int(inner[0]) < len(among):
                return self.text(among[int(inner[0])], local)
            form, split = function(among)
            by, whole = (split[0], split[1]) if form == "Fn::Split" and isinstance(split, list) else (",", among)
            parts = self._whole(value, lambda: self.text(whole, local)).split(self.text(by))
            if int(inner[0]) < len(parts):
                return parts[int(inner[0])]
        raise Untold(value, own=self.holds_own(value))

    def _whole(self, value: Any, make: Callable[[], str]) -> str:
        """The text of a whole; what is not told of a part is not told of the whole, and is its own as the part is."""
        try:
            return make()
        except Untold as unknown:
            raise Untold(value, own=self.holds_own(value), parameter=unknown.parameter) from None

    _FORMS: Mapping[str, Callable[..., str]] = {
        "Ref": _ref,
        "Fn::Join": _join,
        "Fn::Sub": _sub,
        "Fn::If": _if,
        "Fn::FindInMap": _find,
        "Fn::Select": _select,
    }


_NOTHING = object()


def function(value: Any) -> tuple[str, Any]:
    """The function that a value is a call of, and its argument; empty where it is none."""
    if isinstance(value, dict) and len(value) == 1:
        (form, inner), *_ = value.items()
        if form in ("Ref", "Condition") or str(form).startswith("Fn::"):
            return form, inner
    return "", None


def references(value: Any) -> Iterator[str]:
    """The names that a value refers to, wherever in it: of resources, of parameters, of pseudo parameters."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key == "Ref" and isinstance(inner, str):
            yield inner
        elif key == "Fn::GetAtt" and isinstance(inner, str | list) and inner:
            yield str(inner[0]) if isinstance(inner, list) else inner.partition(".")[0]
        elif key == "Fn::Sub":
            text, local = (inner[0], inner[1]) if isinstance(inner, list) and len(inner) == 2 else (inner, {})
            names = [found.strip().partition(".")[0] for found in INSERT.findall(str(text))]
            yield from (name for name in names if name not in mapping(local) and not name.startswith("!"))
            yield from references(local)
        else:
            yield from references(inner)


def transforms_of(template: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """The transforms of a template, and of parts of it, with where each stands."""
    said = template.get("Transform")
    for each in said if isinstance(said, list) else [said] if said else []:
        yield str(mapping(each).get("Name", each)), ("Transform",)
    for name, resource in mapping(template.get("Resources")).items():
        yield from ((each, ("Resources", name)) for each in _transforms(resource))


def _transforms(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _transforms(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "Fn::Transform":
                yield from (
                    str(mapping(each).get("Name", each)) for each in (value if isinstance(value, list) else [value])
                )
            else:
                yield from _transforms(value)


def shown(value: Any) -> str:
    """A value as messages show it."""
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 120 else f"'{value[:120]}...'"
    form, inner = function(value)
    text = f"!{form.removeprefix('Fn::')} {json.dumps(inner, default=str)}" if form else json.dumps(value, default=str)
    return text if len(text) <= 120 else f"{text[:120]}..."
