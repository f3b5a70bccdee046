"""The values that CloudFormation will make of what is written, as far as that can be told before it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.template.reading.choices import varied
from dr_orchestrator.aws.template.reading.conditions import Conditions
from dr_orchestrator.aws.template.reading.echoes import attribute_of, echoed
from dr_orchestrator.aws.template.reading.forms import (
    INSERT,
    NO_VALUE,
    NOBODYS,
    PSEUDO,
    STACK,
    Path,
    Untold,
    function,
    is_looked_up,
    reference,
    references,
    shown,
    split_of,
)
from dr_orchestrator.aws.template.reading.whose import Whose
from dr_orchestrator.documents.cloudformation import mapping

_STACKS = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack"

__all__ = [
    "INSERT",
    "NOBODYS",
    "NO_VALUE",
    "Path",
    "Scope",
    "Untold",
    "function",
    "is_looked_up",
    "references",
    "shown",
]


class Scope:
    """A template with the values of its parameters: texts, conditions, and whose a reference is.

    `stack` is the name that the stack will have. `passed` are the parameters that the stack around it gives and that
    cannot be told, and whether they are of what that makes; `outputs` those of stacks within that are not their own.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        given: Mapping[str, str],
        stack: str,
        passed: Mapping[str, bool] | None = None,
        outputs: Mapping[str, Mapping[str, Sequence[Any]]] | None = None,
    ) -> None:
        self.template, self.stack = template, stack
        self._passed, self._outputs = passed or {}, outputs or {}
        self.resources = {
            str(name): each for name, each in mapping(template.get("Resources")).items() if isinstance(each, dict)
        }
        self.parameters = mapping(template.get("Parameters"))
        self._given = given
        self._expands = bool(template.get("Transform"))
        self._conditions = Conditions(mapping(template.get("Conditions")), self.text)
        self._whose = Whose(self.resources, self._is_made, self._given_back)

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
            waiting = [each for each in references(value) if each in self.parameters and self.waits_for(each)]
            raise Untold(value, own=self.holds_own(value), parameter=waiting[0] if waiting else "")
        return known(self, value, inner, local or {})

    def parameter(self, name: str) -> str:
        """The value of a parameter: as given, else its default; Untold where it has none, or AWS looks it up."""
        declared = mapping(self.parameters[name])
        if name in self._passed:
            raise Untold({"Ref": name}, own=self._passed[name])
        if is_looked_up(declared):
            raise Untold({"Ref": name}, parameter=name)
        if name not in self._given and "Default" not in declared:
            raise Untold({"Ref": name}, parameter=name)
        said = str(self._given[name]).replace("{copy}", self.stack) if name in self._given else declared["Default"]
        text = self.text(",".join(map(str, said)) if isinstance(said, list) else said)
        listed = "List" in str(declared.get("Type"))  # CloudFormation trims the members
        return ",".join(map(str.strip, text.split(","))) if listed else text

    def waits_for(self, name: str) -> bool:
        """Whether a parameter has no value before it is given one, or AWS looks it up."""
        try:
            self.parameter(name)
        except Untold as unknown:
            return bool(unknown.parameter)
        return False

    def partly(self, value: Any, local: Mapping[str, Any] | None = None) -> str:
        """The text that a value comes to, with `${...}` for each part of it that is not known."""
        try:
            return self.text(value, local)
        except Untold:
            pass
        form, inner = function(value)
        if len(given := self._given_back(value)) == 1:
            return self.partly(given[0], local)
        if form in self._PARTLY:
            return self._PARTLY[form](self, inner, local)
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return "\n".join(self.partly(each, local) for each in parts) if parts is not None else str(value or "")

    def _referred(self, inner: Any, _local: Any) -> str:
        if inner == STACK:
            return f"{_STACKS}/{self.stack}/${{AWS::StackId}}"
        declared = mapping(self.parameters.get(str(inner)))
        told = self._given.get(str(inner), declared.get("Default"))
        if isinstance(told, str) and not is_looked_up(declared) and inner not in self._passed:
            return told
        return f"${{{'.'.join(map(str, inner)) if isinstance(inner, list) else inner}}}"

    def _joined(self, inner: Any, local: Any) -> str:
        if not isinstance(inner, list) or len(inner) != 2:
            return ""
        if not isinstance(inner[1], list):
            return self.partly(inner[1], local)
        return self.partly(inner[0]).join(self.partly(part, local) for part in inner[1])

    def _parts(self, inner: Any, local: Any) -> str:
        return self.partly(inner[-1], local) if isinstance(inner, list) and inner else ""

    def _substituted(self, inner: Any, _local: Any) -> str:
        text, local = (inner[0], inner[1]) if isinstance(inner, list) and len(inner) == 2 else (inner, {})

        def put(found: re.Match[str]) -> str:
            name = found[1].strip()
            return found[0] if name.startswith("!") else self.partly(mapping(local).get(name, reference(name)))

        return INSERT.sub(put, text) if isinstance(text, str) else ""

    def _unseen(self, _inner: Any, _local: Any) -> str:
        return "${}"

    _PARTLY: Mapping[str, Callable[..., str]] = {
        "Ref": _referred,
        "Fn::GetAtt": _referred,
        "Fn::Sub": _substituted,
        "Fn::Join": _joined,
        "Fn::Select": _parts,
        "Fn::Split": _parts,
        "Fn::ImportValue": _unseen,
        "Fn::FindInMap": _unseen,
    }

    def is_made(self, resource: Mapping[str, Any]) -> bool:
        """Whether the resource is made; so too where its condition cannot be told."""
        name = resource.get("Condition")
        return not isinstance(name, str) or self.condition(name) is not False

    def condition(self, name: str) -> bool | None:
        """Whether a condition holds; None where that cannot be told."""
        return self._conditions.holds(name)

    def branches(self, value: Any) -> Iterator[Any]:
        """The values that an Fn::If may come to; any other value comes to itself."""
        form, inner = function(value)
        if form != "Fn::If" or not isinstance(inner, list) or len(inner) != 3:
            yield value
            return
        holds = self.condition(inner[0]) if isinstance(inner[0], str) else None
        for branch, lost in ((inner[1], False), (inner[2], True)):
            if holds is not lost:
                yield from self.branches(branch)

    def variants(self, value: Any) -> list[Any]:
        """The values that a value may come to, as far as conditions and the keys of mappings cannot be told.

        Each differs from the first in one choice, but for a last one (see `varied`).
        """
        form, inner = function(value)
        if form == "Fn::If":
            branches = [each for each in self.branches(value) if each is not value]
            return [each for branch in branches for each in self.variants(branch)] or [value]
        if form == "Fn::FindInMap":
            return [each for row in self._rows(inner) for each in self.variants(row)] or [value]
        if given := self._given_back(value):
            return [each for one in given for each in self.variants(one)]
        parts = list(enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ())
        choices = {key: self.variants(part) for key, part in parts}
        alike = all(len(choices[key]) == 1 and choices[key][0] is part for key, part in parts)
        return [value] if alike else varied(value, choices, self.is_own)

    def is_own(self, value: Any) -> bool:
        """Whether a value is of what this template makes, or has its name in it; each part of it where it is split."""
        by, whole = split_of(value)
        if by:
            return all(map(self.is_own_text, self.partly(whole).split(self.partly(by) or ",")))
        try:
            return self.stack in self.text(value)
        except Untold:
            return self.holds_own(value) or self.stack in str(value)

    def is_own_text(self, text: str) -> bool:
        """Whether a text, with `${...}` for what is not known, has in it the stack's name, or what that makes."""
        return self.stack in text or any(self.makes(*each.partition(".")[::2]) for each in INSERT.findall(text))

    def leaves(self, value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
        """Each part of a value that is a text, a number or a function, with where it stands; of what cannot be told
        each that it may come to.
        """
        form, _ = function(value)
        if form and form != "Condition":
            for each in self.variants(value):
                if function(each)[0] in ("", "Fn::If") and each is not value:
                    yield from self.leaves(each, path)
                elif function(each)[0] == "Fn::Split":
                    yield from ((path, part) for part in self._split(each))
                elif each != NO_VALUE:
                    yield path, each
        elif isinstance(value, dict):
            for key, each in value.items():
                yield from self.leaves(each, (*path, str(key)))
        elif isinstance(value, list):
            for at, each in enumerate(value):
                yield from self.leaves(each, (*path, at))
        elif value is not None:
            yield path, value

    def made_calls(self, part: Any, form: str, path: Path = ()) -> Iterator[tuple[Path, Any]]:
        """The arguments of a function, wherever it is called in what may be made of a part."""
        said, inner = function(part)
        if said == form:
            yield (*path, form), inner
        elif said == "Fn::If" and isinstance(inner, list) and len(inner) == 3:
            holds = self.condition(inner[0]) if isinstance(inner[0], str) else None
            for at, lost in ((1, False), (2, True)):
                if holds is not lost:
                    yield from self.made_calls(inner[at], form, (*path, said, at))
        else:
            listed = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
            for key, each in listed:
                yield from self.made_calls(each, form, (*path, key))

    def owner(self, value: Any) -> str:
        """The resource of this template that a value is a reference to, and to nothing else; empty where to none."""
        if given := self._given_back(value):
            return self.owner(given[0]) if len(given) == 1 else ""
        name, attribute = attribute_of(value)
        return name if name and self.makes(name, str(attribute)) else ""

    def makes(self, name: str, attribute: str = "") -> bool:
        """Whether a name, or an attribute, is of what this template makes, or AWS when it expands it."""
        return self._whose.own(name, attribute) is True

    def holds_own(self, value: Any) -> bool:
        """Whether a value has a reference to what this template makes, and none to what is nobody's."""
        return self._whose.in_own(value)

    def holds_foreign(self, value: Any) -> bool:
        """Whether a value has a reference to what a resource of this template tells, and does not make."""
        return self._whose.in_foreign(value)

    def _is_made(self, name: str) -> bool:
        """Whether what is none of the resources is of a stack around, or of what AWS makes when it expands it."""
        if name in self._passed:
            return self._passed[name]
        return self._expands and bool(name) and name not in self.parameters and not name.startswith("AWS::")

    def _ref(self, value: Any, inner: Any, _local: Mapping[str, Any]) -> str:
        if inner == "AWS::StackName":
            return self.stack
        if inner == STACK:
            raise Untold(value, own=True)
        if inner in PSEUDO:
            return f"${{{inner}}}"
        if inner == "AWS::NoValue":
            return ""
        if isinstance(inner, str) and inner in self.parameters:
            return self.parameter(inner)
        return self._attribute(value, inner, {})

    def _join(self, value: Any, inner: Any, local: Mapping[str, Any]) -> str:
        if not isinstance(inner, list) or len(inner) != 2:
            raise Untold(value, own=self.holds_own(value))
        if not isinstance(inner[1], list):  # a parameter that is a list
            return self._whole(value, lambda: self.text(inner[0]).join(self.text(inner[1], local).split(",")))
        return self._whole(value, lambda: self.text(inner[0]).join(self.text(part, local) for part in inner[1]))

    def _sub(self, value: Any, inner: Any, _local: Mapping[str, Any]) -> str:
        text, local = (inner[0], inner[1]) if isinstance(inner, list) and len(inner) == 2 else (inner, {})
        if not isinstance(text, str) or not isinstance(local, dict) or "{{resolve:" in text:
            raise Untold(value, own=self.holds_own(value))

        def put(found: re.Match[str]) -> str:
            name = found[1].strip()
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            return self.text(local.get(name, reference(name)))

        return self._whole(value, lambda: INSERT.sub(put, text))

    def _if(self, value: Any, _inner: Any, local: Mapping[str, Any]) -> str:
        found = list(self.branches(value))
        if len(found) != 1 or found[0] is value:
            raise Untold(value, own=self.holds_own(value))
        return self.text(found[0], local)

    def _find(self, value: Any, inner: Any, local: Mapping[str, Any]) -> str:
        found = self._rows(inner, local)
        if len(found) != 1 or isinstance(found[0], dict | list):
            raise Untold(value)
        return self.text(found[0])

    def _rows(self, inner: Any, local: Mapping[str, Any] | None = None) -> list[Any]:
        """The values that a mapping has for keys: for one that only AWS knows, those of each."""
        if not isinstance(inner, list) or len(inner) < 3:
            return []
        found: list[Any] = [mapping(self.template.get("Mappings"))]
        certain = True
        for key in inner[:3]:
            try:
                told = self.text(key, local)
            except Untold:
                told = "${}"
            certain = certain and "${" not in told
            rows = [{str(name): row for name, row in mapping(part).items()} for part in found]
            found = [row for part in rows for name, row in part.items() if "${" in told or name == told]
        default = mapping(inner[3]).get("DefaultValue") if len(inner) > 3 else None
        if default is not None and (not certain or not found):
            found.append(default)
        return [each for at, each in enumerate(found) if each not in found[:at]]

    def _given_back(self, value: Any) -> Sequence[Any]:
        """The values that a reference to a resource may come to, where they are not of what that makes."""
        given = echoed(self.resources, value, self.text)
        return (given,) if given is not None else self._output(value)

    def _output(self, value: Any) -> Sequence[Any]:
        """The values of a stack's output that are not of what it makes; empty where a value is none of them."""
        form, inner = function(value)
        if not self._outputs or form not in ("Fn::GetAtt", "Fn::Sub"):
            return ()
        text = ".".join(map(str, inner)) if isinstance(inner, list) else str(inner)
        whole = re.fullmatch(r"\$\{(.*)\}", text) if form == "Fn::Sub" else None
        stack, _, output = (whole[1] if whole else text).partition(".Outputs.")
        return self._outputs.get(stack, {}).get(output, ())

    def _attribute(self, value: Any, _inner: Any, local: Mapping[str, Any]) -> str:
        told = self._given_back(value)
        if len(told) != 1:
            raise Untold(value, own=not told and self.holds_own(value))
        return self.text(told[0], local)

    def _split(self, value: Any) -> list[Any]:
        """The parts of a text that is split; the call itself where they cannot be told."""
        _, inner = function(value)
        try:
            return list(self.text(inner[1]).split(self.text(inner[0])))
        except (Untold, IndexError, KeyError, TypeError, ValueError):
            return [value]

    def _select(self, value: Any, inner: Any, local: Mapping[str, Any]) -> str:
        if isinstance(inner, list) and len(inner) == 2 and str(inner[0]).isdigit():
            among = inner[1]
            if isinstance(among, list) and int(inner[0]) < len(among):
                return self.text(among[int(inner[0])], local)
            by, whole = split_of(among)
            by, whole = (by, whole) if by else (",", among)
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
        "Fn::GetAtt": _attribute,
        "Fn::Select": _select,
    }
