"""The statements of IAM policies, and policies of them that are no larger than IAM takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

LARGEST = 6144
"""Characters that a managed policy may have; white space is not counted."""

LONGEST_LIST = 3000
"""Characters of resources, or of actions, in one statement, so that no statement alone is larger than a policy."""

COPIES = "dro-*"
"""The names of copies, as policies tell them."""

Statement = dict[str, Any]
Policy = dict[str, Any]


def size(policy: Policy) -> int:
    """Characters of a policy as IAM counts them."""
    return len("".join(json.dumps(policy, separators=(",", ":")).split()))


def packed(statements: Iterable[Statement]) -> list[Policy]:
    """The statements in as many policies as they need, in their order."""
    policies: list[list[Statement]] = [[]]
    for statement in (part for each in statements for part in _parts(each)):
        if policies[-1] and size(document([*policies[-1], statement])) > LARGEST:
            policies.append([])
        policies[-1].append(statement)
    return [document(each) for each in policies if each]


def _parts(statement: Statement) -> Iterator[Statement]:
    """A statement about very many resources, or of very many actions, as several, each with an id of its own.

    A denial stays whole.
    """
    if not statement.get("Action", True) or statement.get("Resource") == []:
        return
    resources, actions = _lists(statement.get("Resource", [])), _lists(statement.get("Action", []))
    if len(resources) == 1 and (len(actions) == 1 or statement["Effect"] == "Deny"):
        yield statement
        return
    by_key = (
        [("Resource", part) for part in resources] if len(resources) > 1 else [("Action", each) for each in actions]
    )
    for number, (key, part) in enumerate(by_key, 1):
        yield {**statement, "Sid": f"{statement['Sid']}{number}", key: part}


def _lists(words: Sequence[str]) -> list[list[str]]:
    """The words in lists that are none too long."""
    parts: list[list[str]] = [[]]
    for each in words:
        if len("".join([*parts[-1], each])) > LONGEST_LIST:
            parts.append([])
        parts[-1].append(each)
    return parts


def document(statements: Sequence[Statement]) -> Policy:
    """A policy of statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(
    sid: str, actions: Iterable[str], resources: Sequence[str], condition: Mapping[str, Any] | None = None
) -> Statement:
    """The statement that allows actions on resources, under a condition where one is given."""
    statement: Statement = {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
    return {**statement, "Condition": dict(condition)} if condition else statement


def deny(sid: str, actions: Sequence[str], of: Mapping[str, Any]) -> Statement:
    """The statement that forbids actions; `of` says on what, and under which condition."""
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), **of}
