"""Reads a CloudFormation template for what would collide with production, change it, or stay behind after a drill."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.template.policies import Untold, too_wide
from dr_orchestrator.aws.template.rules import (
    ALLOWED,
    AROUND,
    OF_ROLES,
    OPAQUE,
    PLACED,
    SNAPSHOT_BY_DEFAULT,
    UNREADABLE,
    Rule,
)
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.errors import NotRecoverable

SAME_EVERYWHERE = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix")
"""Pseudo parameters that tell no stack from another: in a name they are only words."""

LISTED = ("AWS::DynamoDB::Table", "AWS::RDS::DBInstance")
"""Types that a sweep looks for: their names begin as those of all copies, for a listing of tables gives no more."""

HINT = (
    "let every name hold the copy's id, by a parameter that is '{copy}' or by AWS::StackName, and begin with it where "
    "it is a table's or a database's; put things only on what "
    "the template makes (!Ref, !GetAtt); give `DeletionPolicy: Delete` to what a replica may lose; keep what a replica "
    "must not make in a template of its own"
)
_INSERT = re.compile(r"\$\{([^}]*)\}")


def parse(text: str, path: str) -> Mapping[str, Any]:
    """A template as data, its functions in their long forms; NotRecoverable where it is none."""
    try:
        template = cloudformation.parse(text, path)
    except cloudformation.Malformed as wrong:
        raise NotRecoverable(f"{path} is not a template: {wrong}", wrong.problems[0].fix) from wrong
    if not isinstance(template.data.get("Resources"), dict):
        raise NotRecoverable(f"{path} is not a template: it has no Resources")
    return template.data


def inspect(
    text: str, path: str, parameters: Mapping[str, str], copy_id: str, sources: frozenset[str] = frozenset()
) -> str:
    """The resources that the template will make with these parameters; NotRecoverable with all that is unsafe in it.

    `sources` are the AWS names of production: what a replica's own code does with one of them nobody can see.
    """
    template = parse(text, path)
    inspection = _Inspection.of(template, parameters, copy_id)
    unsafe = [*inspection.unsafe(), *inspection.names_of(sources)]
    if unsafe:
        raise NotRecoverable(f"{path} is not safe to rebuild beside production: " + "; ".join(unsafe), HINT)
    kinds = Counter(resource["Type"] for resource in template["Resources"].values())
    told = [kind if count == 1 else f"{kind} ({count})" for kind, count in sorted(kinds.items())]
    return f"{kinds.total()} resources: {', '.join(told)}"


@dataclass(frozen=True)
class _Inspection:
    """A template with the parameters that it will be made with; `known` are what its references stand for."""

    template: Mapping[str, Any]
    resources: Mapping[str, Any]
    known: Mapping[str, str]
    copy_id: str

    @classmethod
    def of(cls, template: Mapping[str, Any], parameters: Mapping[str, str], copy_id: str) -> _Inspection:
        """The defaults of the template, overlaid by the drill's parameters."""
        known = {name: f"<{name}>" for name in SAME_EVERYWHERE} | {"AWS::StackName": copy_id}
        for name, body in mapping(template.get("Parameters")).items():
            value = parameters.get(name, mapping(body).get("Default"))
            # Others are lists, or keys in the Parameter Store whose values AWS puts in their place.
            if mapping(body).get("Type") in ("String", "Number") and isinstance(value, str | int | float):
                known[name] = str(value).replace("{copy}", copy_id)
        return cls(template, template["Resources"], known, copy_id)

    def unsafe(self) -> Iterator[str]:
        """All that is unsafe, in words."""
        if _holds(self.template, ("Transform", "Fn::Transform")):
            yield "it uses a Transform, which is expanded elsewhere and cannot be inspected"
        if _holds(self.template, ("Fn::ImportValue",)):
            yield "it uses Fn::ImportValue, which reaches into another stack"
        for logical_id, resource in self.resources.items():
            if not isinstance(resource, dict):
                yield f"{logical_id} is not a resource"
                continue
            yield from _stays_behind(logical_id, resource)
            yield from self._of_resource(logical_id, resource)
        for name, output in mapping(self.template.get("Outputs")).items():
            if export := mapping(output).get("Export"):
                yield from self._name(f"the export of {name}", "Name", mapping(export).get("Name"))

    def names_of(self, sources: frozenset[str]) -> Iterator[str]:
        """Where a name of production stands in what will be made: in a variable, a policy, or code."""
        for logical_id, resource in self.resources.items():
            texts = list(self._texts(resource))
            for source in sorted(sources):
                whole = re.compile(rf"(?<![A-Za-z0-9_.-]){re.escape(source)}(?![A-Za-z0-9_-])", re.IGNORECASE)
                if any(whole.search(text) for text in texts):
                    yield f"{logical_id} names {source}, which is production's: its code could reach it"

    def _texts(self, part: Any) -> Iterator[str]:
        """Every text in a part, as CloudFormation will make it where that can be told, and as it is written."""
        with suppress(Untold, RecursionError):
            yield self._text(part, {})
        if isinstance(part, dict):
            for value in part.values():
                yield from self._texts(value)
        elif isinstance(part, list):
            for value in part:
                yield from self._texts(value)

    def _of_resource(self, logical_id: str, resource: Mapping[str, Any]) -> Iterator[str]:
        kind, properties = resource.get("Type"), resource.get("Properties") or {}
        rule = ALLOWED.get(kind) if isinstance(kind, str) else None
        if rule is None:
            yield f"{logical_id} is of type {kind}, which a replica may not make: what it does cannot be inspected"
        elif not isinstance(properties, dict) or any(str(key).startswith("Fn::") for key in properties):
            yield f"{logical_id} has Properties that cannot be inspected"
        else:
            for key in sorted(rule.names & properties.keys()):
                yield from self._name(logical_id, key, properties[key], begins=kind in LISTED)
            yield from self._reaches_out(logical_id, rule, properties)
            yield from self._exposed(logical_id, str(kind), properties)
            yield from self._acts(logical_id, str(kind), properties)

    def _exposed(self, logical_id: str, kind: str, properties: Mapping[str, Any]) -> Iterator[str]:
        """A database beside production is nobody else's to reach: AWS makes one public where nothing is said."""
        if kind not in PLACED:
            return
        if not PLACED[kind] & properties.keys():
            yield f"{logical_id} would be put into the default network: give it a DBSubnetGroupName of this template"
        if "PubliclyAccessible" not in properties and kind == "AWS::RDS::DBCluster":
            return  # of Aurora's clusters only the instances say it
        public = properties.get("PubliclyAccessible")
        with suppress(Untold):
            if self._text(public, {}).lower() == "false":
                return
        yield f"{logical_id} could be reached from the internet: give it `PubliclyAccessible: false`"

    def _acts(self, logical_id: str, kind: str, properties: Mapping[str, Any]) -> Iterator[str]:
        """The code that runs with rights in the account may use them on production, unless those are the copy's
        alone.
        """
        if kind in OF_ROLES:
            of_own = _OfOwn(self.template, self.resources, self.known, self.copy_id)
            yield from (
                f"{logical_id} {words}"
                for words in too_wide(properties, self.copy_id, lambda value: of_own._text(value, {}))
            )
        elif kind == "AWS::StepFunctions::StateMachine" and any("aws-sdk" in text for text in self._texts(properties)):
            yield f"{logical_id} calls AWS by aws-sdk, which could reach production: call a function of the template"

    def _name(self, logical_id: str, key: str, value: Any, *, begins: bool = False) -> Iterator[str]:
        """A name without the copy's id may be production's, which the stack would adopt, and later delete.

        One that does not begin with it, where it must, is one that a sweep could not tell from production's.
        """
        try:
            name = self._text(value, {})
        except Untold as unknown:
            yield f"{logical_id} has a name that cannot be told beforehand ({key}): {unknown}"
            return
        if name.startswith(self.copy_id) or (self.copy_id in name and not begins):
            return
        if self.copy_id in name:
            yield f"{logical_id} has a name ({key}) that resolves to '{name}': it must begin with {self.copy_id}"
            return
        if isinstance(value, str) or ((literal := _sub_text(value)) and "${" not in literal):
            yield f"{logical_id} has the literal name '{name}' ({key}): it would collide with production's"
        else:
            yield f"{logical_id} has a name ({key}) that resolves to '{name}', without the copy's id {self.copy_id}"

    def _text(self, value: Any, local: Mapping[str, Any]) -> str:
        """The text that CloudFormation will make of a value."""
        if isinstance(value, str | int | float):
            if "{{" in str(value):
                raise Untold(_shown(value))
            return str(value)
        form, inner = _function(value)
        if form == "Ref" and isinstance(inner, str) and inner in self.known:
            return self._text(self.known[inner], {})
        if form == "Fn::Join" and isinstance(inner, list) and len(inner) == 2 and isinstance(inner[1], list):
            return self._text(inner[0], {}).join(self._text(part, local) for part in inner[1])
        if form == "Fn::Sub":
            return self._sub(value, inner)
        raise Untold(_shown(value))

    def _sub(self, value: Any, inner: Any) -> str:
        text, local = (inner[0], inner[1]) if isinstance(inner, list) and len(inner) == 2 else (inner, {})
        if not isinstance(text, str) or not isinstance(local, dict) or "{{" in text:
            raise Untold(_shown(value))

        def put(found: re.Match[str]) -> str:
            name = found[1].strip()
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            return self._text(local.get(name, {"Fn::GetAtt" if "." in name else "Ref": name}), {})

        return _INSERT.sub(put, text)

    def _reaches_out(self, logical_id: str, rule: Rule, part: Any) -> Iterator[str]:
        """A resource that is put on another one changes it: that one must be of the stack too."""
        if isinstance(part, list):
            for each in part:
                yield from self._reaches_out(logical_id, rule, each)
        if not isinstance(part, dict):
            return
        for key, value in part.items():
            if key in UNREADABLE or (key == "RedrivePolicy" and (isinstance(value, str) or _function(value)[0])):
                yield f"{logical_id} has a {key}, which cannot be inspected"
            elif key in rule.targets:
                for each in value if isinstance(value, list) else [value]:
                    if not self._is_own(each, AROUND.get(key)):
                        yield f"{logical_id} would change {_shown(each)} ({key}), which the stack does not make"
            elif key not in OPAQUE:
                yield from self._reaches_out(logical_id, rule, value)

    def _is_own(self, value: Any, around: str | None) -> bool:
        """Whether a value is a reference to a resource of this template, and to nothing else."""
        form, inner = _function(value)
        if form == "Fn::Sub" and isinstance(inner, str):
            found = re.fullmatch(around, inner) if around else None
            reference = re.fullmatch(r"\$\{([A-Za-z0-9.]+)\}", found[1] if found else inner)
            name, _, attribute = reference[1].partition(".") if reference else ("", "", "")
        elif form == "Fn::GetAtt" and isinstance(inner, list) and len(inner) == 2:
            name, attribute = str(inner[0]), str(inner[1]) if isinstance(inner[1], str) else "?"
        elif form == "Fn::GetAtt" and isinstance(inner, str):
            name, _, attribute = inner.partition(".")
        else:
            name, attribute = (inner, "") if form == "Ref" and isinstance(inner, str) else ("", "")
        return name in self.resources and not self._is_echo(self.resources[name], attribute)

    def _is_echo(self, resource: Any, attribute: str) -> bool:
        """Whether an attribute only gives back what the resource was given, such as the value of a parameter."""
        if attribute == "?":
            return True
        rule = ALLOWED.get(str(mapping(resource).get("Type")))
        given = mapping(mapping(resource).get("Properties"))
        first = attribute.partition(".")[0]
        return first in given and not (rule and first in rule.names)


class _OfOwn(_Inspection):
    """The same, where what the template makes is the copy's own, and stands as the copy's id."""

    def _text(self, value: Any, local: Mapping[str, Any]) -> str:
        return self.copy_id if self._is_own(value, None) else super()._text(value, local)


def _stays_behind(logical_id: str, resource: Mapping[str, Any]) -> Iterator[str]:
    policy = resource.get("DeletionPolicy")
    if policy in ("Retain", "RetainExceptOnCreate", "Snapshot"):
        yield f"{logical_id} has DeletionPolicy {policy}: it would stay behind"
    elif policy is None and resource.get("Type") in SNAPSHOT_BY_DEFAULT:
        yield f"{logical_id} has no DeletionPolicy: for {resource['Type']} that means a final snapshot, left behind"
    elif policy not in (None, "Delete"):
        yield f"{logical_id} has a DeletionPolicy that cannot be read: {_shown(policy)}"


def _holds(part: Any, keys: tuple[str, ...]) -> bool:
    """Whether one of the keys stands, with a value, anywhere in a part."""
    if isinstance(part, dict):
        return any(part.get(key) for key in keys) or any(_holds(value, keys) for value in part.values())
    return isinstance(part, list) and any(_holds(value, keys) for value in part)


def _function(value: Any) -> tuple[str, Any]:
    """The function that a value is a call of, and its argument; empty where it is none."""
    if isinstance(value, dict) and len(value) == 1:
        (form, inner), *_ = value.items()
        if form == "Ref" or str(form).startswith("Fn::"):
            return form, inner
    return "", None


def _sub_text(value: Any) -> str:
    form, inner = _function(value)
    return inner if form == "Fn::Sub" and isinstance(inner, str) else ""


def _shown(value: Any) -> str:
    """A value as messages show it."""
    if isinstance(value, str):
        return f"'{value}'"
    form, inner = _function(value)
    shown = f"!{form.removeprefix('Fn::')} {json.dumps(inner, default=str)}" if form else json.dumps(value, default=str)
    return shown if len(shown) <= 120 else f"{shown[:120]}..."
