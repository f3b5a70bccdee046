"""Shows large-incident drills by their rows in the ledger, and writes their pages; that changes no result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dr_orchestrator.domain.mass_restore.remembered import compared
from dr_orchestrator.reporting.mass_restore.export import Held, mass_json
from dr_orchestrator.reporting.mass_restore.files import write_mass
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.mass_restores.planning import size_of
from dr_orchestrator.wiring.publishing import published


def shown(here: App, name: str) -> dict[str, Any]:
    """The whole record of a drill, by its id, the beginning of one, or `latest`."""
    drills = here.ledger.mass_restores
    record = drills.named(name)
    containers, items = drills.containers(record.id), drills.items(record.id)
    runs = here.ledger.queries.named([each.run for each in containers if each.run])
    before = [each for each in drills.proven(record.ended_at) if each.id != record.id]  # later ones it had not to beat
    held = Held(
        record,
        drills.waves(record.id),
        containers,
        drills.handovers(record.id),
        drills.sites(record.id),
        items,
        {run.header.id: run for run in runs},
        compared(size_of(items), before, simulated=record.simulated, accepted=record.accepted),
        here.clock.now(),
    )
    return mass_json(held)


def publish(here: App, name: str) -> Mapping[str, Path]:
    """Write its pages; its files by format, none where they could not be written, which is told."""
    to = here.settings
    return published(name, lambda: write_mass(shown(here, name), to.generated, to.templates), "dro mass show")
