"""All that a large-incident drill would do, and whether it is larger than what was proven before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.catalog import mass_restores
from dr_orchestrator.catalog.mass_restores import Declared
from dr_orchestrator.catalog.rules.mass_restore import Known
from dr_orchestrator.domain.mass_restore.items import Item
from dr_orchestrator.domain.mass_restore.plan import MassPlan
from dr_orchestrator.domain.mass_restore.remembered import Compared, Size, compared
from dr_orchestrator.domain.mass_restore.sites import SiteState
from dr_orchestrator.domain.mass_restore.waves import Wave, in_waves, items_of, waves_of
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import read_only
from dr_orchestrator.wiring.identity import is_simulated
from dr_orchestrator.wiring.practice.tabletops import named


@dataclass(frozen=True)
class Planned:
    """A drill as it would begin now."""

    declared: Declared
    struck: datetime
    items: Sequence[Item]
    waves: Sequence[Wave]
    compared: Compared
    simulated: bool

    @property
    def plan(self) -> MassPlan:
        """Its plan."""
        return self.declared.plan


def plan(here: App, name: str, accepted: str = "") -> Planned:
    """The drill of that name; UsageError where there is none, or where nothing in it could be restored."""
    declared = named(mass_restores.plans(here.settings.drills, Known(here.catalogue, here.types)), name, "mass restore")
    of, now = declared.plan, here.clock.now()
    if of.struck(now) > now:
        raise UsageError(f"{name}: the event is said to strike after now", f"mend `event.at` in {of.file}")
    items = items_of(of, declared.sites)
    waves = waves_of(of, items)
    simulated = _simulated(here, of)
    held = compared(size_of(items), here.ledger.mass_restores.proven(), simulated=simulated, accepted=accepted)
    return Planned(declared, of.struck(now), in_waves(items, waves), waves, held, simulated)


def size_of(items: Sequence[Item]) -> Size:
    """The size of what is to be restored: live sites, the products of them, and both together."""
    live = [each for each in items if each.state is SiteState.LIVE and each.container]
    return Size(len({each.site for each in live}), len({each.product for each in live}), len(live))


def _simulated(here: App, of: MassPlan) -> bool:
    if not of.containers:
        raise UsageError(
            f"{of.name} names no drill: nothing can be restored", f"add `drills` to a product in {of.file}"
        )
    for each in of.containers:
        here.drill(each.drill)
    return bool(is_simulated_of(here, of))


def is_simulated_of(here: App, of: MassPlan) -> bool | None:
    """Whether anything of it is simulated, by all of its drills; None where none of them is declared any more."""
    found = [here.catalogue.drills[each.drill] for each in of.containers if each.drill in here.catalogue.drills]
    regions = {each.resource.region for each in found}
    return any(is_simulated(here, read_only(here, each)) for each in sorted(regions)) if regions else None
