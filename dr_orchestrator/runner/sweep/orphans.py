"""Orphans: what wears our tag although the ledger does not ask for its end. Reported, never touched."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dr_orchestrator.domain.copy import TERMINAL, LiveObject, Place
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner.sweep.inventory import take_inventory
from dr_orchestrator.runner.sweep.objects import Inventory
from dr_orchestrator.runner.sweep.ports import Region, SweepContext


@dataclass(frozen=True)
class Orphan:
    """A live object that wears our tag, and that no ledger row asks to be deleted: reported, never touched.

    One that wears none is known by its name: as a copy that the ledger holds for gone, or for never made.
    """

    type: str
    id: str
    run: str
    region: str
    tagged: bool = True
    account: str = ""

    @property
    def where(self) -> str:
        """Its place, as places are called."""
        return str(Place(self.account, self.region))


@dataclass
class _Look:
    """The orphans that were found for all runs of an exercise by whichever came first; the others wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: list[Orphan] | None = None


_keeping = threading.Lock()
_looks: dict[tuple[str, str, str], _Look] = {}


def find_orphans(here: SweepContext, seen: Inventory | None = None) -> list[Orphan]:
    """Live objects that wear our tag but are in no ledger row that is still to be settled.

    Whoever gives an inventory tells what could not be read of it; without one, NotMeasured says so.
    """
    whole = seen or take_inventory(here)
    if seen is None and whole.unread:
        raise NotMeasured("; ".join(dict.fromkeys(whole.unread.values())))
    return _of(here, whole.objects)


def orphans_of(here: SweepContext, region: Region, of: str, exercise: str = "") -> list[Orphan]:
    """The orphans of one type in one region; the runs of an exercise share one listing, as of the first of them."""
    if not exercise:
        return _of(here, region.listed(of))
    with _keeping:
        look = _looks.setdefault((exercise, region.name, of), _Look())
    with look.lock:
        if look.found is None:
            look.found = _of(here, region.listed(of))
        return look.found


def forget(exercise: str) -> None:
    """Let go of what was found for the runs of an exercise: it has ended."""
    with _keeping:
        for key in [key for key in _looks if key[0] == exercise]:
            del _looks[key]


def _of(here: SweepContext, objects: Iterable[LiveObject]) -> list[Orphan]:
    """Those of the objects that are orphans; what is being deleted needs nobody."""
    objects = list(objects)
    worn = sorted(each for each in objects if each.run is not None and not each.going)
    found = [Orphan(each.type, each.id, each.run or "", each.region, account=each.account) for each in worn]
    known = here.ledger.queries.accounted_for
    tagged = [orphan for orphan in found if not known(orphan.run, orphan.type, orphan.id, orphan.region)]
    made = _of_programs(here) if tagged else set()
    return [*(each for each in tagged if (each.run, each.where) not in made), *_risen(here, objects)]


def _of_programs(here: SweepContext) -> set[tuple[str, str]]:
    """The runs whose programs made a copy that is still to be taken down, each with its place."""
    left = (row for run in here.ledger.queries.unsettled_runs() for row in run.copies if row.state not in TERMINAL)
    return {(row.copy.run, str(row.copy.place)) for row in left if row.copy.type in here.cloud.programmed}


def _risen(here: SweepContext, objects: Iterable[LiveObject]) -> Iterator[Orphan]:
    """The objects that live without a tag under the name of a copy that is settled: asked for by a process that died
    of it.
    """
    bare = [o for o in objects if o.run is None and not o.going and here.cloud.named_like_a_copy(o.id)]
    if not bare:
        return
    settled = {
        (copy.type, copy.place, copy.id): copy.run
        for copy in here.ledger.queries.settled_copies({each.id for each in bare})
    }
    for each in sorted(bare):
        if run := settled.get((each.type, Place(each.account, each.region), each.id)):
            yield Orphan(each.type, each.id, run, each.region, tagged=False, account=each.account)
