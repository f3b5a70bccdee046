"""Whether AWS's quotas leave room for what a drill makes, and for the copies of others that AWS does not show yet."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.copy import TERMINAL, CopyRecord, CopyState
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.resource_type import Quota, Types
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import copies_stand


@dataclass(frozen=True)
class Room:
    """The room that a drill needs where its copies stand: for a run of that id, or for a plan only.

    A quota that several types count against is one: a cluster's instance takes the place of a database's.
    """

    here: App
    drill: Drill
    account: Account
    run: str = ""

    def look(self) -> str:
        """Say how much room there is; NotMeasured where it is too little, Doubt where a quota is not known."""
        told, short, unknown = [], [], []
        if not (made := _made(self.here.types, self.drill)):
            raise NotApplicable("its program makes the copies, and nobody knows what that takes of a quota")
        for name, wanted in made.items():
            try:
                quota = self._quota(name)
            except (NotMeasured, NotRecoverable) as fault:
                unknown.append(fault.message)
                continue
            more, kept = wanted + self._beside(name), self.here.catalogue.headroom
            told.append(f"{quota}, {more} more for drills, {kept} kept free for production")
            if quota.used + more + kept > quota.most:
                short.append(told[-1])
        if short:
            raise NotMeasured(
                f"too few left: {'; '.join(short)}", "raise the quota, or wait until other copies are gone"
            )
        if unknown:
            raise Doubt("; ".join([*told, *(f"not known: {each}" for each in dict.fromkeys(unknown))]))
        return "; ".join(told)

    def _quota(self, name: str) -> Quota:
        return next(each.quotas[name](self.account) for each in self.here.types if name in each.quotas)

    def _beside(self, name: str) -> int:
        """How many copies are to come of the runs beside this one, or, in a plan, of the drills at once."""
        place = copies_stand(self.here, self.drill.resource)
        if self.run:
            open_ones = self.here.ledger.queries.copies_of_open_runs(but=self.run)
            return to_come(self.here.types, (row for row in open_ones if row.copy.place == place), name)
        catalogue = self.here.catalogue
        drills = [each for each in catalogue.drills.values() if copies_stand(self.here, each.resource) == place]
        others = [_made(self.here.types, each)[name] for each in drills if each.name != self.drill.name]
        return sum(heapq.nlargest(catalogue.at_once - 1, others))


def to_come(types: Types[Drillable], open_ones: Iterable[CopyRecord], name: str) -> int:
    """How many of the copies of open runs will count against a quota and do not yet.

    They are those that were intended and that nobody has seen, and the parts of what is there that are not
    intended yet.
    """
    rows = list(open_ones)
    unseen = [row.copy.type for row in rows if row.state is CopyState.INTENDED]
    begun = {(row.copy.run, row.copy.type) for row in rows}
    there = [row.copy for row in rows if row.state not in TERMINAL]
    parts = [part for copy in there for part in _parts(types, copy.type) if (copy.run, part) not in begun]
    counted = {copy.name for copy in types.copies.values() if copy.quota == name}  # another program may know more types
    return sum(1 for of in (*unseen, *parts) if of in counted)


def _parts(types: Types[Drillable], of: str) -> Iterator[str]:
    """The parts that are made after a copy of a type; none after a part."""
    if of in types:
        yield from (part.name for part in types[of].parts)


def _made(types: Types[Drillable], drill: Drill) -> Counter[str]:
    """How much a drill takes of each quota: all that it makes itself, and what it restores to fill that from."""
    found: Counter[str] = Counter()
    built = drill.resource.rebuild is not None and drill.resource.rebuild.builder is not None
    for each in (drill.resource, *(() if built else drill.stores.values())):  # nobody knows what a program takes
        of = types[each.type]
        for copy in of.copies:
            found[copy.quota] += of.many(each) if copy is of.made else 1
    found.update(types[drill.resource.type].more.get(drill.kind, {}))
    del found[""]
    return found
