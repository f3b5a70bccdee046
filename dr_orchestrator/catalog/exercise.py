"""The parts that files of exercises share -> the domain's roles, criteria and injects."""

from __future__ import annotations

from collections.abc import Mapping

from dr_orchestrator.catalog.shapes import exercise as written
from dr_orchestrator.domain.exercise.criteria import Criterion
from dr_orchestrator.domain.exercise.injects import Inject
from dr_orchestrator.domain.exercise.roles import Holder, Role


def cast(roles: Mapping[Role, list[written.Holder]]) -> dict[Role, tuple[Holder, ...]]:
    """The holders of each role."""
    return {role: tuple(map(_holder, holders)) for role, holders in roles.items()}


def criteria(found: Mapping[str, written.Criterion]) -> tuple[Criterion, ...]:
    """The success criteria, as they are written."""
    return tuple(Criterion(name, each.objective, each.success, each.critical) for name, each in found.items())


def injects(found: Mapping[str, written.Inject]) -> tuple[Inject, ...]:
    """The injects, as they are written."""
    return tuple(_inject(name, each) for name, each in found.items())


def _holder(of: written.Holder) -> Holder:
    return Holder(of.person, of.deputy or "", of.reach or "", of.mode or "")


def _inject(name: str, of: written.Inject) -> Inject:
    return Inject(
        name=name,
        content=of.content,
        expected=of.expected,
        at=of.at,
        trigger=of.when or "",
        kind=of.kind,
        sender=of.sender or "",
        to=of.to or "",
        channel=of.channel or "",
        criterion=of.criterion or "",
        contingency=of.contingency or "",
        within=of.within,
    )
