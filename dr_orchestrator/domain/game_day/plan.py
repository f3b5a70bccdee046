"""The plan of a game day: all that is fixed before it starts, and that an approval binds to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from enum import Enum
from functools import cached_property
from typing import Any

from dr_orchestrator.domain.exercise.criteria import Criterion
from dr_orchestrator.domain.exercise.injects import Inject, InjectKind
from dr_orchestrator.domain.exercise.roles import Cast, Holder, Role
from dr_orchestrator.domain.findings.persons import same

MAY_ABORT = "anyone"
"""The caller of an abort, where it is anyone in a role."""


@dataclass(frozen=True)
class Scoped:
    """A service that the game day is about, with its tier."""

    name: str
    title: str
    tier: int


@dataclass(frozen=True)
class Startable:
    """A drill that may be started from the game day, as it was defined when the plan was made."""

    name: str
    definition: str


@dataclass(frozen=True)
class Item:
    """A line of the go/no-go list; all are answered before the start."""

    name: str
    question: str


@dataclass(frozen=True)
class AbortCriterion:
    """By what it is known that the game day has to be aborted, and who may call it: a role, or anyone in one."""

    name: str
    metric: str
    threshold: str
    window: str
    caller: str = MAY_ABORT


@dataclass(frozen=True)
class Notice:
    """A line of the communications plan."""

    audience: str
    channel: str
    when: str
    template: str


@dataclass(frozen=True)
class GameDay:
    """A game day as its file says it; `away` are those who are kept out of it, so that their deputies act."""

    name: str
    title: str
    objective: str
    criteria: tuple[Criterion, ...]
    scenario: str
    disruption: str
    severity: str
    services: tuple[Scoped, ...]
    drills: tuple[Startable, ...]
    roles: Cast
    go_no_go: tuple[Item, ...]
    aborts: tuple[AbortCriterion, ...]
    planned: timedelta
    exclusions: tuple[str, ...] = ()
    announced: bool = True
    away: tuple[str, ...] = ()
    injects: tuple[Inject, ...] = ()
    communications: tuple[Notice, ...] = ()
    rules: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The digest of all that binds: the same for the same plan, whatever wrote it."""
        told = json.dumps(as_json(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def inject(self, name: str) -> Inject | None:
        """An inject by name."""
        return next((each for each in self.injects if each.name == name), None)

    def criterion(self, name: str) -> Criterion | None:
        """A criterion by name."""
        return next((each for each in self.criteria if each.name == name), None)

    def drill(self, name: str) -> Startable | None:
        """A drill of its scope by name."""
        return next((each for each in self.drills if each.name == name), None)

    def roles_of(self, person: str) -> tuple[Role, ...]:
        """The roles in which a person acts, under whichever spelling; none of somebody who is kept away."""
        if self.is_away(person):
            return ()
        return tuple(role for role, holders in self.roles.items() if any(same(person, each) for each in _all(holders)))

    def is_away(self, person: str) -> bool:
        """Whether somebody is kept out of it."""
        return any(same(person, each) for each in self.away)

    def acting(self, role: Role) -> tuple[str, ...]:
        """The people who act in a role: the deputies of those who are kept away."""
        holders = self.roles.get(role, ())
        found = (each.deputy if self.is_away(each.person) else each.person for each in holders)
        return tuple(each for each in found if each and not self.is_away(each))


def as_json(plan: GameDay) -> dict[str, Any]:
    """The plan as JSON holds it; durations in seconds."""
    told: dict[str, Any] = _plain(plan)
    return told


def from_json(told: Mapping[str, Any]) -> GameDay:
    """The plan that was written so."""
    return GameDay(
        name=told["name"],
        title=told["title"],
        objective=told["objective"],
        criteria=tuple(Criterion(**each) for each in told["criteria"]),
        scenario=told["scenario"],
        disruption=told["disruption"],
        severity=told["severity"],
        services=tuple(Scoped(**each) for each in told["services"]),
        drills=tuple(Startable(**each) for each in told["drills"]),
        roles={Role(role): tuple(Holder(**each) for each in holders) for role, holders in told["roles"].items()},
        go_no_go=tuple(Item(**each) for each in told["go_no_go"]),
        aborts=tuple(AbortCriterion(**each) for each in told["aborts"]),
        planned=timedelta(seconds=told["planned"]),
        exclusions=tuple(told["exclusions"]),
        announced=told["announced"],
        away=tuple(told["away"]),
        injects=tuple(_inject(each) for each in told["injects"]),
        communications=tuple(Notice(**each) for each in told["communications"]),
        rules=tuple(told["rules"]),
    )


def _inject(told: Mapping[str, Any]) -> Inject:
    spans = {name: None if told[name] is None else timedelta(seconds=told[name]) for name in ("at", "within")}
    return Inject(**{**told, **spans, "kind": InjectKind(told["kind"])})


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.value if isinstance(value, Enum) else value


def _all(holders: tuple[Holder, ...]) -> Iterator[str]:
    for each in holders:
        yield from each.persons
