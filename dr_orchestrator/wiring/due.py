"""Where each drill of a workspace stands in its period, by what the ledger proves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dr_orchestrator.domain.programme import DueState, RealRun, due_states, proofs_wanted
from dr_orchestrator.wiring.app import App


def states_of(here: App, now: datetime, newest: Mapping[str, RealRun] | None = None) -> list[DueState]:
    """Where each stands at an instant, tier 0 first; `newest` are the newest real runs, where they were asked for."""
    drills, queries = here.catalogue.drills, here.ledger.queries
    newest = queries.newest_real(drills) if newest is None else newest
    green, passed = queries.last_green(proofs_wanted(drills.values())), queries.proven_before(now)
    return due_states(drills.values(), green, now, newest, passed, queries.declared_since())
