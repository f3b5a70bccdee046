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
    """Whether a call is made in an account at all: some only where production is not, some only where it is."""
    return not (write.into and scope.apart) and not (write.alone and not scope.apart)


def bounded(scope: Scope, condition: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A condition of IAM, of the account that it is for: of whoever calls, where nobody says which that is."""
    account = "${aws:PrincipalAccount}" if scope.account == "*" else scope.account
    return {
        operator: {key: value.replace("{account}", account) for key, value in keys.items()}
        for operator, keys in condition.items()
    }


def is_own(scope: Scope, write: Write) -> bool:
    """Whether a call is one of the service that its target is of."""
    service = scope.types.targets[write.target.type].service
    return all(each.startswith(f"{service}:") for each in operations(scope, [write]))


def operations(scope: Scope, writes: Iterable[Write]) -> list[str]:
    """The actions of IAM that calls need."""
    grants = scope.types.grants
    return sorted({action for write in writes for action in grants.get(write.operation, (write.operation,))})
