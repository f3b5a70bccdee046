"""Whether AWS's quotas leave room for what a drill makes, and for the copies of others that AWS does not show yet."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.copy import TERMINAL, Copy, CopyRecord, CopyState
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.resource_type import Quota, Types, beside_the_source
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import copies_stand, read_only


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
        try:
            made = self._made(self.drill)
        except (NotMeasured, NotRecoverable) as fault:
            raise Doubt(f"not known: {fault.message}") from fault
        if not made:
            raise NotApplicable("its program makes the copies, and nobody knows what that takes of a quota")
        for name, wanted in made.items():
            try:
                quota, more = self._quota(name), wanted + self._beside(name)
            except (NotMeasured, NotRecoverable) as fault:
                unknown.append(fault.message)
                continue
            kept = self.here.catalogue.headroom * self._each(wanted)
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

    def of_name(self, quotas: Sequence[tuple[str, Quota]]) -> str:
        """Say how much room there is for what the drill's name stands on, by the type of copy that counts; NotMeasured
        where it is too little. Production's own failover may take as many of them.
        """
        told, short, kept = [], [], self.here.catalogue.headroom * len(Way)
        for of, quota in quotas:
            more = len(Way) + self._names_beside(of)
            told.append(f"{quota}, {more} more for drills, {kept} kept free for production")
            if quota.used + more + kept > quota.most:
                short.append(told[-1])
        if short:
            raise NotMeasured(f"too few left: {'; '.join(short)}", "raise the quota, or remove what is not needed")
        return "; ".join(told)

    def _names_beside(self, of: str) -> int:
        """How many copies of a type are to come that names stand on: of the runs beside this one, or of the drills at
        once.
        """
        if self.run:
            rows = self.here.ledger.queries.copies_of_open_runs(but=self.run)
            return sum(1 for row in rows if row.copy.type == of and row.state is CopyState.INTENDED)
        drills = [each for each in self.here.catalogue.drills.values() if each.name != self.drill.name]
        switched = [each for each in drills if each.leading is not None and each.leading.controls is not None]
        return len(Way) * min(len(switched), self.here.catalogue.at_once - 1)

    def _each(self, wanted: int) -> int:
        """How much of a quota one like the drill's copy takes, where it is not counted in copies: room is kept free for
        so many of them.
        """
        return wanted if self.here.types[self.drill.resource.type].takes is not None else 1

    def _quota(self, name: str) -> Quota:
        return next(each.quotas[name](self.account) for each in self.here.types if name in each.quotas)

    def _beside(self, name: str) -> int:
        """How many copies are to come of the runs beside this one, or, in a plan, of the drills at once."""
        place = copies_stand(self.here, self.drill.resource)
        if self.run:
            open_ones = self.here.ledger.queries.copies_of_open_runs(but=self.run)
            rows = (row for row in open_ones if row.copy.place == place)
            return to_come(self.here.types, rows, name, self._takes_of)
        catalogue = self.here.catalogue
        drills = [each for each in catalogue.drills.values() if copies_stand(self.here, each.resource) == place]
        others = [each for each in drills if each.name != self.drill.name] if catalogue.at_once > 1 else []
        counts = [self._made(each)[name] for each in others if self._may_count(each, name)]
        return sum(heapq.nlargest(catalogue.at_once - 1, counts))

    def _may_count(self, drill: Drill, name: str) -> bool:
        """Whether a drill's copies can count against a quota at all: what cannot is not asked after."""
        of = self.here.types[drill.resource.type]
        return of.takes is None or name in of.quotas

    def _made(self, drill: Drill) -> Counter[str]:
        """How much a drill takes of each quota; where only AWS tells how much one copy is, that is asked."""
        found = _made(self.here.types, drill)
        of = self.here.types[drill.resource.type]
        if of.takes is not None:
            del found[of.made.quota]
            found.update(self._takes(drill.resource))
        return found

    def _takes(self, resource: Resource) -> Mapping[str, int]:
        of = self.here.types[resource.type]
        source = beside_the_source(resource)
        return of.takes(read_only(self.here, source.region, source.account), resource) if of.takes else {}

    def _takes_of(self, copy: Copy) -> Mapping[str, int] | None:
        """Likewise of a copy that is to come; None of one that counts as one."""
        if copy.type not in self.here.types or copy.source is None or self.here.types[copy.type].takes is None:
            return None
        place = copy.source.place
        return self._takes(Resource(copy.source.id, copy.type, copy.source.id, place.region, account=place.account))


def to_come(
    types: Types[Drillable],
    open_ones: Iterable[CopyRecord],
    name: str,
    takes: Callable[[Copy], Mapping[str, int] | None] = lambda _copy: None,
) -> int:
    """How much of a quota the copies of open runs will take that do not yet: each one, or what it `takes`.

    They are those that were intended and that nobody has seen, and the parts of what is there that are not
    intended yet.
    """
    rows = list(open_ones)
    intended = [row.copy for row in rows if row.state is CopyState.INTENDED]
    told = {copy.key: takes(copy) for copy in intended if copy.type in types and name in types[copy.type].quotas}
    apart = sum(each.get(name, 0) for each in told.values() if each is not None)
    unseen = [copy.type for copy in intended if told.get(copy.key) is None]
    begun = {(row.copy.run, row.copy.type) for row in rows}
    there = [row.copy for row in rows if row.state not in TERMINAL]
    parts = [part for copy in there for part in _parts(types, copy.type) if (copy.run, part) not in begun]
    counted = {copy.name for copy in types.copies.values() if copy.quota == name}  # another program may know more types
    return apart + sum(1 for of in (*unseen, *parts) if of in counted)


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
    for each in (drill.stores[name] for name in drill.promoted):  # the run's replica, beside the stack's own
        found[types[each.type].made.quota] += 1
    found.update(types[drill.resource.type].more.get(drill.kind, {}))
    del found[""]
    return found
