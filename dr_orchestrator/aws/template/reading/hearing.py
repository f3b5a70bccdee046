"""The events that a resource hears, of all that happen in the account: its own alone, or production's, too."""

from __future__ import annotations

import json
import re
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.values import Scope, function
from dr_orchestrator.documents.cloudformation import mapping

_FROM = re.compile(r"\bFROM\b(?:\s+'(?P<topic>[^']*)')?", re.IGNORECASE)
_NARROW = frozenset({"equals-ignore-case", "prefix", "suffix", "wildcard"})
"""The comparisons of a pattern that hold for what is named alone: `anything-but` and `exists` hold for the rest."""


def on_default_bus(scope: Scope, bus: Any) -> bool:
    """Whether a rule is, or may be, on the account's own bus: where it names none, too."""
    for each in scope.variants(bus):
        named = scope.partly(each)
        if named in ("", "default") or named.endswith(tuple(outward.DEFAULTS)):
            return True
    return False


def hears_own(scope: Scope, pattern: Any) -> bool:
    """Whether a pattern lets through the events alone of what the replica makes.

    All fields of a pattern have to agree, so that one is enough that takes nothing but the replica's own.
    """
    return all(_narrows(scope, each) for each in scope.variants(pattern))


def hears_own_topic(scope: Scope, sql: Any) -> bool:
    """Whether a rule of the broker hears a topic alone that has the replica's name in it.

    A text within it may have a FROM of its own: which of them is the rule's is not asked.
    """
    found = [[each["topic"] or "" for each in _FROM.finditer(scope.partly(one))] for one in scope.variants(sql)]
    return all(topics and all(map(scope.is_own_text, topics)) for topics in found)


def _narrows(scope: Scope, pattern: Any) -> bool:
    if isinstance(pattern, str):
        try:
            pattern = json.loads(pattern)
        except ValueError:
            return False
    if function(pattern)[0]:
        return False  # what it comes to is known only to AWS
    return any(
        isinstance(part, list) and all(_narrows(scope, each) for each in part)
        if key == "$or"
        else _takes_own(scope, part)
        for key, part in mapping(pattern).items()
        if part
    )


def _takes_own(scope: Scope, part: Any) -> bool:
    """Whether a field takes nothing but the replica's own: each of its alternatives."""
    if isinstance(part, list):
        return all(_is_own_choice(scope, each) for each in part)
    return _narrows(scope, part) if isinstance(part, dict) else False


def _is_own_choice(scope: Scope, choice: Any) -> bool:
    if isinstance(choice, dict) and not function(choice)[0]:
        return (
            bool(choice) and choice.keys() <= _NARROW and all(_is_own_choice(scope, each) for each in choice.values())
        )
    return all(scope.is_own_text(scope.partly(each)) for each in scope.variants(choice))
