"""Coverage: every resource that is known is proven, overdue, lapsed, never proven, excluded or unassigned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from dr_orchestrator.domain.agenda import overdue_since
from dr_orchestrator.domain.drill import Drill, RecoveryPath
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.posture.ruling import NOBODY, Standing, Stood
from dr_orchestrator.domain.programme import DueState, RealRun
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Exclusion, Resource, Service
from dr_orchestrator.domain.since import Change, Memory, changes, said


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

    `changed` is why that run proves it no more though it passed: it was defined otherwise. `since` is what became of
    the resource itself since then: that takes no proof away.
    """

    state: DueState
    standing: Coverage
    newest: RealRun | None = None
    changed: bool = False
    since: tuple[Change, ...] = ()


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

    @property
    def since(self) -> tuple[Change, ...]:
        """The changes of it since each of its drills proved it, each once; of a drill without a proof, since it was
        rehearsed.
        """
        return tuple(dict.fromkeys(each for cells in self.cells.values() for cell in cells for each in cell.since))

    @property
    def otherwise(self) -> tuple[str, ...]:
        """The words on what it is no more since it was proven, or rehearsed."""
        return said(self.since)

    @property
    def why_changed(self) -> str:
        """Whether its drill, its engine or its size is otherwise since it was proven, in words; empty where nothing is
        known to be.
        """
        real, rehearsed = ("; ".join(said(e for e in self.since if e.simulated is each)) for each in (False, True))
        proven = f"changed since it was proven{f': {real}' if real else ''}" if self.changed or real else ""
        return "; ".join(filter(None, (proven, rehearsed and f"changed since it was rehearsed: {rehearsed}")))


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
    memory: Memory | None = None,
) -> Inventory:
    """The inventory as of now; `seen` is the newest look at what no service claims, with its instant, `memory` what
    runs and looks told of what resources are.

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
        _covered(service, resource, of.get((service.name, name), []), newest, now, memory or Memory())
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
    service: Service,
    resource: Resource,
    states: Sequence[DueState],
    newest: Mapping[str, RealRun],
    now: datetime,
    memory: Memory,
) -> Covered:
    cells: dict[Disruption, tuple[Cell, ...]] = {}
    for state in states:
        proof = newest.get(state.drill.name)
        cell = replace(_cell(state, proof, now), since=_since(memory, state.drill, resource, proof))
        cells[state.drill.disruption] = (*cells.get(state.drill.disruption, ()), cell)
    exclusion = service.exclusions.get(resource.name)
    standing, why = _standing(exclusion, [cell for each in cells.values() for cell in each], now.date())
    return Covered(service, resource.name, resource.type, resource.id, resource.region, standing, why, cells, exclusion)


def _since(memory: Memory, drill: Drill, resource: Resource, proof: RealRun | None) -> tuple[Change, ...]:
    """The changes of it since the newest real run, where that passed; where there was none, since a rehearsal."""
    if proof is not None and not proof.verdict.green:
        return ()
    return changes(memory, drill, resource, proof.id if proof else "")


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
