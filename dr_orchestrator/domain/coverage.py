"""Coverage: every resource that is known is proven, overdue, lapsed, never proven, excluded or unassigned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from dr_orchestrator.domain.agenda import overdue_since
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.posture.ruling import NOBODY, Standing, Stood
from dr_orchestrator.domain.programme import DueState, RealRun
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Exclusion, Resource, Service


class Coverage(StrEnum):
    """Where a resource, or one of its drills, stands; each counts once."""

    PROVEN = "proven"
    OVERDUE = "overdue"
    LAPSED = "lapsed"
    """It passed once, and a run failed since, or it was defined otherwise."""

    NEVER = "never proven"
    EXCLUDED = "excluded"
    UNASSIGNED = "unassigned"


_WORST_FIRST = (Coverage.NEVER, Coverage.OVERDUE, Coverage.LAPSED, Coverage.PROVEN)


@dataclass(frozen=True)
class Cell:
    """A drill of a resource for one disruption: where it stands, and what its newest real run showed.

    `changed` is why that run proves it no more though it passed: it was defined otherwise.
    """

    state: DueState
    standing: Coverage
    newest: RealRun | None = None
    changed: bool = False


@dataclass(frozen=True)
class Covered:
    """A resource of the inventory; of one that no service claims `service` is None, and there is no cell."""

    service: Service | None
    resource: str
    type: str
    id: str
    region: str
    standing: Coverage
    why: str
    cells: Mapping[Disruption, tuple[Cell, ...]] = field(default_factory=dict)
    exclusion: Exclusion | None = None

    @property
    def changed(self) -> bool:
        """Whether anything that was proven of it was declared otherwise since."""
        return any(cell.changed for cells in self.cells.values() for cell in cells)


@dataclass(frozen=True)
class Inventory:
    """All that is known; `looked_at` is when it was last looked for what no service claims, None where nobody did.

    `not_seen` are the reasons why that look did not see everything.
    """

    rows: tuple[Covered, ...]
    looked_at: datetime | None
    not_seen: tuple[str, ...] = ()

    @property
    def counted(self) -> Counter[Coverage]:
        """How many resources stand where; the sum is all of them."""
        return Counter(dict.fromkeys(Coverage, 0) | Counter(each.standing for each in self.rows))


def inventory(
    services: Iterable[Service],
    states: Sequence[DueState],
    newest: Mapping[str, RealRun],
    seen: tuple[datetime, Iterable[Stood]] | None,
    now: datetime,
) -> Inventory:
    """The inventory as of now; `seen` is the newest look at what no service claims, with its instant.

    A resource is drilled by itself, or as a store of an environment that is drilled; a drill that fails production over
    restores nothing, and counts for nothing here.
    """
    of: dict[tuple[str, str], list[DueState]] = {}
    for state in states:
        drill = state.drill
        for name in dict.fromkeys((drill.resource.name, *(store.name for store in drill.stores.values()))):
            if drill.production is None:
                of.setdefault((drill.service.name, name), []).append(state)
    ordered = sorted(services, key=lambda each: (each.tier.number, each.name))
    rows = [
        _covered(service, resource, of.get((service.name, name), []), newest, now)
        for service in ordered
        for name, resource in sorted(service.resources.items())
    ]
    if seen is None:
        return Inventory(tuple(rows), None)
    at, rulings = seen
    nobody = [each for each in rulings if each.service == NOBODY and each.ruling.rule is Rule.UNCLAIMED]
    rows += [_unassigned(each) for each in nobody if each.ruling.standing is Standing.SHORT]
    not_seen = tuple(each.ruling.evidence for each in nobody if each.ruling.standing is Standing.UNKNOWN)
    return Inventory(tuple(rows), at, not_seen)


def _unassigned(stood: Stood) -> Covered:
    name = stood.resource or stood.id
    return Covered(None, name, stood.type, stood.id, stood.region, Coverage.UNASSIGNED, stood.ruling.evidence)


def _covered(
    service: Service, resource: Resource, states: Sequence[DueState], newest: Mapping[str, RealRun], now: datetime
) -> Covered:
    cells: dict[Disruption, tuple[Cell, ...]] = {}
    for state in states:
        cell = _cell(state, newest.get(state.drill.name), now)
        cells[state.drill.disruption] = (*cells.get(state.drill.disruption, ()), cell)
    exclusion = service.exclusions.get(resource.name)
    standing, why = _standing(exclusion, [cell for each in cells.values() for cell in each], now.date())
    return Covered(service, resource.name, resource.type, resource.id, resource.region, standing, why, cells, exclusion)


def _cell(state: DueState, newest: RealRun | None, now: datetime) -> Cell:
    changed = newest is not None and newest.verdict.green and newest.definition != state.drill.digest
    if (state.last_proof or state.proven_at) and overdue_since(state, now):
        return Cell(state, Coverage.OVERDUE, newest, changed)
    if state.proven_at is None:
        return Cell(state, Coverage.LAPSED if state.last_proof or changed else Coverage.NEVER, newest, changed)
    return Cell(state, Coverage.PROVEN, newest, changed)


def _standing(exclusion: Exclusion | None, cells: Sequence[Cell], today: date) -> tuple[Coverage, str]:
    """The worst of a resource's drills on its primary path, or on a fallback where it has no other."""
    if exclusion is not None and today <= exclusion.expires:
        return Coverage.EXCLUDED, f"{exclusion.reason}; {exclusion.approver}, until {exclusion.expires}"
    expired = f" (its exclusion of {exclusion.approver} expired on {exclusion.expires})" if exclusion else ""
    if not cells:
        return Coverage.NEVER, f"no drill restores it{expired}"
    primary = [each for each in cells if each.state.drill.path is RecoveryPath.PRIMARY] or list(cells)
    worst = min((each.standing for each in primary), key=_WORST_FIRST.index)
    told = "; ".join(f"{each.state.drill.name}: {each.state.why}" for each in primary if each.standing is worst)
    return worst, f"{told}{expired}"
