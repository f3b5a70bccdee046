"""A live resource as a look at the whole estate finds it, whoever declares it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_orchestrator.domain.posture.facts import Unknown

MAKER_TAG = "aws:cloudformation:stack-id"
"""The tag by which AWS says what made a resource; nobody else can set it."""

PART_TAG = "aws:cloudformation:logical-id"

Key = tuple[str, str, str]
"""Type, AWS identifier and region: all that tells a source from others in an account."""


@dataclass(frozen=True)
class Found:
    """A live resource: type, AWS identifier, place, ARN and tags; None where nobody knows those.

    `part_of` says in words of what it is a part that is recovered as a whole: such a one is in no drill file.
    `source` is the id or ARN of that.
    `makes` is the id by which its parts name it in their tags, `maker` that of what made itself; `known` are the keys
    of a drill file that AWS tells, `unfit` is why no drill file can declare it.
    """

    type: str
    id: str
    region: str
    arn: str
    tags: Mapping[str, str] | None = None
    part_of: str = ""
    makes: str = ""
    maker: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)
    unfit: str = ""
    source: str = ""

    @property
    def key(self) -> Key:
        """The key that tells it from the others of its account."""
        return self.type, self.id, self.region

    @property
    def worn(self) -> Mapping[str, str]:
        """Its tags, as far as they are known."""
        return self.tags or {}

    @property
    def made_by(self) -> str:
        """The id of what made it; empty where nothing says so."""
        return self.maker or self.worn.get(MAKER_TAG, "")

    def __str__(self) -> str:
        return f"{self.type} {self.id} in {self.region}"


def is_of(declared: str, account: str, allowed: Collection[str]) -> bool:
    """Whether a declaration is of an account: by the account that it names; where it names none, only if no more than
    one is allowed.
    """
    return declared == account if declared else len(allowed) <= 1


@dataclass(frozen=True)
class Unseen:
    """Something that could not be looked at: what it is, of which type (empty: of any), where, and why not."""

    what: str
    type: str
    region: str
    why: Unknown


@dataclass(frozen=True)
class Seen:
    """One pass over an account: all that was found, what could not be seen, and how many copies of drills there are."""

    account: str
    regions: tuple[str, ...]
    simulated: bool
    found: tuple[Found, ...]
    unseen: tuple[Unseen, ...] = ()
    ours: int = 0
