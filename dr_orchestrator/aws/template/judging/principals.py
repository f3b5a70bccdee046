"""The policies of a template: whom of outside the replica they let in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.parts import last_key
from dr_orchestrator.aws.template.reading.values import Path, Scope, function, shown

_HOLDS = re.compile(r"Polic(?:y|ies)(?:Document|Text)?$")
"""The names of properties that may hold a policy as a text."""

_TRUST = "AssumeRolePolicyDocument"
_ACCOUNT = re.compile(r"arn:[^:]*:(?:iam|sts)::(?P<account>\d{12}):.*|(?P<bare>\d{12})")
_WITHIN = re.compile(r"(?<!\d)\d{12}(?!\d)")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_OF_CALLERS = ("principalaccount", "principalarn", "sourceaccount", "sourcearn", "sourceowner", "principalorgid")
"""The ends of condition keys that tell who calls."""


@dataclass(frozen=True)
class Admitted:
    """Somebody of outside who is let in, or told something: in words, and where that stands."""

    path: Path
    what: str
    why: str


def admitted(scope: Scope, part: Any, copy_id: str, path: Path = (), trusts: bool = False) -> Iterator[Admitted]:
    """Find whom the policies in a part let in; `trusts` where what is let in acts with the rights of a role."""
    for branch in scope.branches(part):
        if isinstance(branch, list):
            for at, each in enumerate(branch):
                yield from admitted(scope, each, copy_id, (*path, at), trusts)
        elif isinstance(branch, dict) and not function(branch)[0]:
            for key, each in branch.items():
                if str(key).lower() == "statement":
                    yield from _statements(scope, each, copy_id, (*path, str(key)), trusts)
                else:
                    within = trusts or key == _TRUST
                    yield from admitted(scope, each, copy_id, (*path, str(key)), within)
        elif _HOLDS.search(last_key(path)):
            yield from _written(scope, branch, copy_id, path, trusts or path[-1:] == (_TRUST,))


def _written(scope: Scope, text: Any, copy_id: str, path: Path, trusts: bool) -> Iterator[Admitted]:
    """Find whom a policy lets in that is written as a text."""
    for each in map(scope.partly, scope.variants(text)):
        if not each.lstrip().startswith("{") and not trusts:
            continue
        try:
            policy = json.loads(each)
        except ValueError:
            yield Admitted(path, "has a policy that cannot be read", "it cannot be told whom it lets in")
            continue
        for found in admitted(scope, policy, copy_id, (), trusts):
            yield Admitted(path, found.what, found.why)


def _statements(scope: Scope, part: Any, copy_id: str, path: Path, trusts: bool) -> Iterator[Admitted]:
    for branch in scope.branches(part):
        if isinstance(branch, list):
            for at, each in enumerate(branch):
                yield from _statements(scope, each, copy_id, (*path, at), trusts)
        elif isinstance(branch, dict):
            said = {str(key).lower(): (str(key), value) for key, value in branch.items()}
            if str(said.get("effect", ("", ""))[1]).lower() == "deny":
                continue
            key, principal = said.get("principal", ("", None))
            conditions = said.get("condition", ("", None))[1]
            if "notprincipal" in said:
                yield Admitted((*path, said["notprincipal"][0]), "lets in all but some", "they are not the replica's")
            for kind, value in _principals(scope, principal):
                yield from _principal(scope, kind, value, copy_id, (*path, key), conditions, trusts)


def _principals(scope: Scope, part: Any) -> Iterator[tuple[str, Any]]:
    """Each of those that a statement is about, with their kind."""
    for branch in scope.branches(part):
        named = isinstance(branch, dict) and not function(branch)[0]
        for kind, values in branch.items() if named else [("AWS", branch)]:
            yield from ((str(kind), value) for _, value in scope.leaves(values))


def _principal(
    scope: Scope, kind: str, value: Any, copy_id: str, path: Path, conditions: Any, trusts: bool
) -> Iterator[Admitted]:
    why = "it is not the replica's"
    if kind == "Service" or scope.owner(value):
        return
    text = scope.partly(value)
    if scope.holds_foreign(value) or (kind == "CanonicalUser" and not scope.holds_own(value)):
        yield Admitted(path, f"lets in {shown(value)}", why)
        return
    if kind == "Federated":
        known = text.replace("${AWS::", "")
        if not (text.startswith("cognito-identity.") or "${" in known or scope.is_own(value) or copy_id in text):
            yield Admitted(path, f"lets in whoever {shown(text)} vouches for", "they are outside the replica")
        return
    for each in map(str.strip, text.split(",")):
        if each == "*":
            yield from _anybody(scope, path, conditions, trusts)
        elif found := _ACCOUNT.fullmatch(each):
            account = found["account"] or found["bare"]
            if account not in outward.OF_AWS:
                yield Admitted(path, f"lets in account {account}", why)


def _anybody(scope: Scope, path: Path, conditions: Any, trusts: bool) -> Iterator[Admitted]:
    """Find whom a statement about anybody lets in, as far as its conditions tell who calls."""
    told = [scope.partly(value) for value in _of_callers(scope, conditions)]
    outside = {
        f"account {account}" for text in told for account in _WITHIN.findall(text) if account not in outward.OF_AWS
    }
    outside |= {f"organization {text}" for text in told if _ORGANIZATION.fullmatch(text)}
    for account in sorted(outside):
        yield Admitted(path, f"lets in {account}", "it is not the replica's")
    if trusts and not told:
        yield Admitted(path, "lets in anybody", "whoever it is acts with its rights")


def _of_callers(scope: Scope, conditions: Any) -> Iterator[Any]:
    for path, value in scope.leaves(conditions):
        if any(isinstance(key, str) and key.lower().endswith(_OF_CALLERS) for key in path):
            yield value
