"""The memory of what runs and looks told of the resources of a workspace: it shows that one is no more what it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dr_orchestrator.domain.programme import RealRun
from dr_orchestrator.domain.since import Memory
from dr_orchestrator.wiring.app import App


def memory_of(here: App, newest: Mapping[str, RealRun], until: datetime) -> Memory:
    """All that was told up to an instant; `newest` are the runs that may prove something."""
    drills, queries = here.catalogue.drills, here.ledger.queries
    rehearsals = queries.rehearsals(drills, until)
    return Memory(
        {each.name: each.tells for each in here.types},
        queries.sources_of({*(each.id for each in newest.values()), *rehearsals.values()}),
        queries.looked_sources(here.catalogue.services, until),
        rehearsals,
    )
