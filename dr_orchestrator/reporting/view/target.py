"""RTO and RPO as a template sees them."""

from __future__ import annotations

from dataclasses import dataclass

from dr_orchestrator.domain.objective import Goal
from dr_orchestrator.reporting.chart.bullet import Bullet, bullet
from dr_orchestrator.reporting.measure.target import Target
from dr_orchestrator.reporting.wording import Badge, Figure

_TITLES = {Goal.RTO: "Recovery time", Goal.RPO: "Data loss"}
_MEASURES = {Goal.RTO: "RTA", Goal.RPO: "RPA"}


@dataclass(frozen=True)
class TargetView:
    """One target: what was promised, what was measured, how that stands."""

    name: str
    measure: str
    title: str
    objective: str
    objective_exact: str
    actual: Figure
    margin: str
    badge: Badge
    bar: Bullet


def target_view(target: Target) -> TargetView:
    """A target as a template sees it."""
    limit = target.limit
    return TargetView(
        name=target.name.value,
        measure=_MEASURES[target.name],
        title=_TITLES[target.name],
        objective=target.objective,
        objective_exact=f"{limit.operator} {limit.value.total_seconds():.15g} s" if limit else target.objective,
        actual=target.figure,
        margin=target.margin,
        badge=target.badge,
        bar=bullet(target),
    )
