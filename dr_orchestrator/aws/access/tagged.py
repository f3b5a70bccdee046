"""The tags by which IAM tells copies, and which calls are made in an account at all: of what is allowed, and denied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.resource_type import Effect, Write

WEARS, ASKED = "aws:ResourceTag/dr-drill:run", "aws:RequestTag/dr-drill:run"
TAGGED = {"Null": {"aws:TagKeys": "false", ASKED: "true"}}
"""The condition that a call gives tags, and not that of the run: it never holds where IAM does not see them."""

WITH_TAG = (Effect.CHANGE, Effect.DELETE)
"""The effects on what is there, and wears the run's tag, already."""


def is_made(scope: Scope, write: Write) -> bool:
    """Whether a call is made in an account at all: some only where production is not, some only where it is. What is
    shared with an account is shared by that of the sources.
    """
    shares = bool(write.lends) and write.effect is Effect.CHANGE
    return not ((write.into or shares) and scope.apart) and not (write.alone and not scope.apart)


def bounded(scope: Scope, condition: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A condition of IAM, of the account that it is for: of whoever calls, where nobody says which that is.

    None on whose that is which is copied into an account, where nobody says that: it is shared with that account.
    """
    account = "${aws:PrincipalAccount}" if scope.account == "*" else scope.account
    owners = (scope.lenders if scope.apart else (account,)) or ("",)
    words: Mapping[str, Any] = {"{owner}": owners[0] if len(owners) == 1 else list(owners)}
    told = {
        operator: {key: words.get(value) or value.replace("{account}", account) for key, value in keys.items()}
        for operator, keys in condition.items()
    }
    known = {of: {key: value for key, value in keys.items() if value != "{owner}"} for of, keys in told.items()}
    return {of: keys for of, keys in known.items() if keys}


def is_own(scope: Scope, write: Write) -> bool:
    """Whether a call is one of the service that its target is of."""
    service = scope.types.targets[write.target.type].service
    return all(each.startswith(f"{service}:") for each in operations(scope, [write]))


def operations(scope: Scope, writes: Iterable[Write]) -> list[str]:
    """The actions of IAM that calls need."""
    grants = scope.types.grants
    return sorted({action for write in writes for action in grants.get(write.operation, (write.operation,))})
