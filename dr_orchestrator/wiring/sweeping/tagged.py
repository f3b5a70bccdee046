"""Strays: what wears our tag although the ledger does not ask for its end. Reported, never touched."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import PREFIX
from dr_orchestrator.domain.copy import TERMINAL, LiveObject
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.wiring.app import World
from dr_orchestrator.wiring.sweeping.inventory import Inventory, listed, take_inventory


@dataclass(frozen=True)
class Stray:
    """A live object that wears our tag, and that no ledger row asks to be deleted: reported, never touched.

    One that wears none is known by its name: as a copy that the ledger holds for gone, or for never made.
    """

    type: str
    id: str
    run: str
    region: str
    tagged: bool = True


@dataclass
class _Look:
    """What was found for all runs of an exercise by whichever came first; the others wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: list[Stray] | None = None


_keeping = threading.Lock()
_looks: dict[tuple[str, str, str], _Look] = {}


def strays(here: World, seen: Inventory | None = None) -> list[Stray]:
    """Live objects that wear our tag but are in no ledger row that is still to be settled.

    Whoever gives an inventory tells what could not be read of it; without one, NotMeasured says so.
    """
    whole = seen or take_inventory(here)
    if seen is None and whole.unread:
        raise NotMeasured("; ".join(dict.fromkeys(whole.unread.values())))
    return _of(here, whole.objects)


def strays_of(here: World, account: Account, of: str, exercise: str = "") -> list[Stray]:
    """The strays of one type in one region; the runs of an exercise share one listing, as of the first of them."""
    if not exercise:
        return _of(here, listed(here, account, of))
    with _keeping:
        look = _looks.setdefault((exercise, account.api("sts").region, of), _Look())
    with look.lock:
        if look.found is None:
            look.found = _of(here, listed(here, account, of))
        return look.found


def forget(exercise: str) -> None:
    """Let go of what was found for the runs of an exercise: it has ended."""
    with _keeping:
        for key in [key for key in _looks if key[0] == exercise]:
            del _looks[key]


def _of(here: World, objects: Iterable[LiveObject]) -> list[Stray]:
    """Those of the objects that are strays; what is being deleted needs nobody."""
    objects = list(objects)
    worn = sorted(each for each in objects if each.run is not None and not each.going)
    found = [Stray(each.type, each.id, each.run or "", each.region) for each in worn]
    return [*(stray for stray in found if not _accounted_for(here, stray)), *_risen(here, objects)]


def _risen(here: World, objects: Iterable[LiveObject]) -> Iterator[Stray]:
    """What lives without a tag under the name of a copy that is settled: asked for by a process that died of it."""
    bare = [o for o in objects if o.run is None and not o.going and o.id.startswith(PREFIX)]
    if not bare:
        return
    rows = [row for run in here.ledger.queries.runs() if run.closing for row in run.copies if row.state in TERMINAL]
    settled = {(row.copy.type, row.copy.region, row.copy.id): row.copy.run for row in rows}
    for each in sorted(bare):
        if run := settled.get((each.type, each.region, each.id)):
            yield Stray(each.type, each.id, run, each.region, tagged=False)


def _accounted_for(here: World, stray: Stray) -> bool:
    """Whether the ledger knows the object as a copy of a run that is still to be settled, or is under way."""
    try:
        run = here.ledger.queries.run(stray.run)
    except UsageError:
        return False
    if run.header.id != stray.run:  # the beginning of an id finds a run, too, but no copy wears it
        return False
    rows = [row for row in run.copies if row.copy.key == (stray.type, stray.id)]
    return any(row.state not in TERMINAL for row in rows) or run.closing is None
