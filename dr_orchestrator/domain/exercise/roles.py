"""The roles of an exercise, who fills them, and which of them one person may not fill together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from dr_orchestrator.domain.findings.persons import same


class Role(StrEnum):
    """The part that somebody has in an exercise."""

    DIRECTOR = "director"
    """Says go or no-go, holds, aborts; gives no approval of their own exercise."""

    FACILITATOR = "facilitator"
    """Leads the talk of a tabletop, and delivers its injects."""

    EXECUTOR = "executor"
    """Recovers; judges nothing of it."""

    SCRIBE = "scribe"
    EVALUATOR = "evaluator"
    """Judges what was done; did none of it."""

    COMMUNICATIONS = "communications"
    PLAYER = "player"
    OBSERVER = "observer"


APART = ((Role.EXECUTOR, Role.EVALUATOR), (Role.DIRECTOR, Role.EXECUTOR), (Role.PLAYER, Role.EVALUATOR))
"""Roles that no person fills together: nobody judges their own work, and who works does not say when to stop."""


@dataclass(frozen=True)
class Holder:
    """A person who fills a role, and the deputy; `mode` is how they take part: in the room, remote."""

    person: str
    deputy: str = ""
    reach: str = ""
    mode: str = ""

    @property
    def persons(self) -> tuple[str, ...]:
        """Both, where there is a deputy."""
        return (self.person, self.deputy) if self.deputy else (self.person,)


Cast = Mapping[Role, tuple[Holder, ...]]
"""The holders of each role."""


@dataclass(frozen=True)
class Conflict:
    """A person who would fill two roles that are to be kept apart, or be their own deputy."""

    person: str
    one: Role
    other: Role


def conflicts(cast: Cast) -> Iterator[Conflict]:
    """Each person, under whichever spelling, who would fill roles that are to be kept apart."""
    for one, other in APART:
        for mine, others in product(_persons(cast, one), _persons(cast, other)):
            if same(mine, others):
                yield Conflict(mine, one, other)
    for role, holders in cast.items():
        for each in holders:
            if each.deputy and same(each.person, each.deputy):
                yield Conflict(each.person, role, role)


def without_deputy(cast: Cast) -> list[tuple[Role, str]]:
    """The roles that nobody fills where their only holder is away, with that holder."""
    return [(role, holders[0].person) for role, holders in cast.items() if len(holders) == 1 and not holders[0].deputy]


def _persons(cast: Cast, role: Role) -> list[str]:
    return [person for each in cast.get(role, ()) for person in each.persons]
