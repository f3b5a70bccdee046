"""The plan of a tabletop, fixed before anybody sits down to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.exercise.criteria import Criterion
from dr_orchestrator.domain.exercise.injects import Inject
from dr_orchestrator.domain.exercise.roles import Cast, Role
from dr_orchestrator.domain.findings.by_exercise import About
from dr_orchestrator.domain.objective import Disruption

NEEDED = (Role.FACILITATOR, Role.PLAYER, Role.EVALUATOR)
"""The roles without which there is no tabletop."""


@dataclass(frozen=True)
class ToReach:
    """A person or rota that is called during the tabletop, to see whether they answer; `service` is whose they are."""

    name: str
    person: str
    reach: str
    within: timedelta | None = None
    service: str = ""


@dataclass(frozen=True)
class Tabletop:
    """A plan; `needs` are the roles that somebody has to fill on the day, `services` those that it is about."""

    name: str
    title: str
    owner: str
    scenario: str
    disruption: Disruption
    every: Frequency
    services: tuple[About, ...]
    cast: Cast
    needs: tuple[Role, ...]
    criteria: tuple[Criterion, ...]
    injects: tuple[Inject, ...]
    contacts: tuple[ToReach, ...] = ()
    assumptions: tuple[str, ...] = ()
    artificial: tuple[str, ...] = ()
    file: str = ""

    def about(self, service: str = "") -> About:
        """The service of that name; without one the only one, or all of them together."""
        return about(self.services, service)


def about(services: tuple[About, ...], named: str = "") -> About:
    """The service of that name; without one the only one, or all of them together, which have no tier."""
    for each in services:
        if each.service == named or len(services) == 1:
            return each
    told = sorted(services, key=lambda each: each.service)
    return About(", ".join(each.service for each in told), ", ".join(each.title for each in told))
