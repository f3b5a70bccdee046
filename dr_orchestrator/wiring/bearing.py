"""The stores that an environment's template makes itself: of their newest recovery points, or of a promoted replica."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Drill, NewestRow
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.runner import Born, Followed
from dr_orchestrator.wiring.app import App

Planned = Callable[[Resource, str], Copy]
"""The copy that a run makes of a resource, by a prefix of its name."""


def born(
    here: App, drill: Drill, copy: Copy, toolkit: Toolkit, made: Mapping[str, Resource], planned: Planned
) -> tuple[Born, ...]:
    """Those of a drill, in the run's stack; `made` are the stores that it restores."""
    key, found = drill.resource.rebuild.key if drill.resource.rebuild else "", list[Born]()
    for logical_id, store in made.items():
        of = here.types[store.type]
        if logical_id in drill.promoted and of.followed is not None:
            replica = planned(store, "promoted-")
            order = Order(_promotion(drill, logical_id), replica, toolkit, home=here.settings.home)
            followed = Followed(replica, of.components(order))
            found.append(Born(store.name, logical_id, of.followed(store, toolkit, copy, followed), followed))
        elif of.origin is not None:
            found.append(Born(store.name, logical_id, of.origin(store, toolkit, copy, key)))
    return tuple(found)


def _promotion(drill: Drill, logical_id: str) -> Drill:
    """The promotion that a store comes back by, as if it were a drill of its own that reads newest rows."""
    newest = (each for each in drill.checks if isinstance(each, NewestRow) and each.database == logical_id)
    return replace(
        drill,
        resource=drill.stores[logical_id],
        kind=Kind.REPLICA_PROMOTION,
        checks=tuple(replace(each, database="") for each in newest),
        stores={},
        lost={},
        promoted={},
        leading=None,
        replicates=drill.promoted[logical_id],
    )
