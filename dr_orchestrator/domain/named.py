"""The things that a resource names, besides itself: what is read of them, and what is put there."""

from __future__ import annotations

from dataclasses import dataclass

ANYTHING = "*"
"""In place of an ARN, where IAM knows none of what is read: it is then read wherever it is."""


@dataclass(frozen=True)
class Read:
    """A read of a thing that a resource names, by its ARN, or by its resource part.

    `action` is the IAM action that allows it; `making` are those that whoever makes the copy needs on the same thing,
    or on what is `within` it. It is made where the copies stand, or with `at_source` where production is.
    """

    call: str
    action: str
    arn: str
    making: tuple[str, ...] = ()
    within: str = ""
    at_source: bool = False


@dataclass(frozen=True)
class Put:
    """A change of a thing that a resource names, by its ARN, or by its resource part: what is published there."""

    call: str
    arn: str
