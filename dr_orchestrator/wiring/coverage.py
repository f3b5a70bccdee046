"""The coverage of a workspace: what is declared, what is proven of it, and what the newest look saw besides."""

from __future__ import annotations

from dr_orchestrator.domain.coverage import Inventory, inventory
from dr_orchestrator.domain.posture.ruling import NOBODY
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.due import states_of
from dr_orchestrator.wiring.remembering import memory_of


def inventory_of(here: App) -> Inventory:
    """The inventory of a workspace as of now; UsageError where nothing is declared."""
    services, drills, queries = here.catalogue.services, here.catalogue.drills, here.ledger.queries
    if not services:
        raise UsageError("no service is declared", f"declare some in {here.settings.drills}")
    now = here.clock.now()
    newest = queries.newest_real(drills)
    states = states_of(here, now, newest)
    seen = queries.posture([NOBODY])
    told = (seen[0].at, seen[1]) if seen else None
    return inventory(services.values(), states, newest, told, now, memory_of(here, newest, now))
