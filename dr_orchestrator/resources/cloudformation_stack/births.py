"""The stores that a stack's template makes from recovery points: those that were chosen, or the newest of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dr_orchestrator.domain.preflight import NotApplicable
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.replica import Birth
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.runner import Born


def of(born: Sequence[Born], points: Mapping[str, RecoveryPoint]) -> dict[str, Birth]:
    """How each store is made from its point; NotRecoverable where a store has none."""
    if missing := [each.name for each in born if each.logical_id not in points]:
        hint = "let the flow choose them and hand them to `run.build`, as flows/replica_rebuild.py of this release does"
        raise NotRecoverable(f"no recovery point was chosen for {', '.join(missing)}", hint)
    return {each.logical_id: each.origin.birth(points[each.logical_id]) for each in born}


def newest(born: Sequence[Born]) -> dict[str, RecoveryPoint]:
    """The newest points, for a look; NotApplicable where there is none: the look at that point tells why."""
    found = {}
    for each in born:
        try:
            found[each.logical_id] = each.origin.foreseen()
        except NotRecoverable as none:
            raise NotApplicable(f"no recovery point of {each.name} is found") from none
    return found
