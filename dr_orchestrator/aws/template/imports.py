"""The template by which restored resources are imported into a stack: as they are, until an update makes the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.template.given import Given
from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.aws.template.reading.values import Scope, Untold, function
from dr_orchestrator.documents.cloudformation import LARGEST, mapping
from dr_orchestrator.domain.replica import Brought, Derived
from dr_orchestrator.errors import NotRecoverable

HINT = "`fill: items` at the store copies its items into a table that the stack makes"
_SECTIONS = ("AWSTemplateFormatVersion", "Parameters", "Mappings", "Conditions")
_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
_UNTOLD = object()


def importing(given: Given, brought: Mapping[str, Brought], file: str) -> Given:
    """The template of the import of some resources (by logical id) of a judged one, and of nothing else.

    Each is written as it is by now: what the judged template says otherwise, or besides, is brought by the update that
    follows, for CloudFormation believes what an import says. NotRecoverable, with the `file`, where no update could.
    """
    scope = Scope(given.derived.template, given.parameters, given.shelf.copy_id)
    resources = {name: _resource(given, scope, name, each, file) for name, each in brought.items()}
    whole = given.derived.template
    template = {**{key: whole[key] for key in _SECTIONS if key in whole}, "Resources": resources}
    body = json.dumps(template, ensure_ascii=False, separators=(",", ":"), default=str)
    shelved = (body,) if len(body.encode()) > LARGEST else ()
    return replace(given, body=body, derived=Derived(template), shelved=shelved)


def listed(given: Given, brought: Mapping[str, Brought]) -> list[dict[str, Any]]:
    """The resources to import, as CreateChangeSet takes them."""
    resources = given.derived.template["Resources"]
    return [
        {
            "ResourceType": kind_of(resources[name]),
            "LogicalResourceId": name,
            "ResourceIdentifier": dict(each.identifier),
        }
        for name, each in brought.items()
    ]


def resources(given: Given) -> list[str]:
    """The logical ids of a template's resources."""
    return list(mapping(given.derived.template.get("Resources")))


def _resource(given: Given, scope: Scope, name: str, live: Brought, file: str) -> dict[str, Any]:
    written = mapping(mapping(given.derived.template.get("Resources")).get(name))
    properties = dict(mapping(written.get("Properties")))
    said = {key: properties[key] for key in properties if key in live.properties}
    same = {key for key, value in said.items() if _told(_plain(scope, value)) == _told(live.properties[key])}
    silent = {
        key: value
        for key, value in live.properties.items()
        if key not in said and (key not in live.defaults or _told(live.defaults[key]) != _told(value))
    }
    others = {key for key in properties.keys() - same if _plain(scope, properties[key]) not in (None, [])}
    if other := sorted(live.fixed & (others | silent.keys())):
        restored = f"{', '.join(live.identifier.values())} as it was restored"
        what = f"{name} has another {' and '.join(other)} than {restored}, and no update changes that"
        raise NotRecoverable(f"{file}: {what}", "which of them tells what production is like?")
    kept = {key: value if key in same else live.properties[key] for key, value in said.items()}
    condition = {"Condition": written["Condition"]} if "Condition" in written else {}
    policies = dict.fromkeys(_POLICIES, "Retain")
    return {"Type": kind_of(written), **condition, **policies, "Properties": {**kept, **silent}}


def _plain(scope: Scope, value: Any) -> Any:
    """A value as CloudFormation makes it of what is written; what cannot be told is equal to nothing."""
    if function(value) == ("Ref", "AWS::NoValue"):
        return None
    if function(value)[0]:
        branches = list(scope.branches(value))
        if len(branches) == 1 and branches[0] != value:
            return _plain(scope, branches[0])
        try:
            return scope.text(value)
        except Untold:
            return _UNTOLD
    if isinstance(value, Mapping):
        return {key: _plain(scope, each) for key, each in value.items()}
    return [_plain(scope, each) for each in value] if isinstance(value, list) else value


def _told(value: Any) -> Any:
    """A value in a form that two ways of writing it share: texts for scalars, and lists whose order says nothing."""
    if isinstance(value, Mapping):
        return {str(key): _told(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return sorted((_told(each) for each in value), key=repr)
    if value is _UNTOLD:
        return object()  # equal to nothing, itself among it
    return str(value).lower() if isinstance(value, bool) else str(value)
