"""The proof of a sweep: what there was before it and after it, and whose doing the difference is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dr_orchestrator.domain.copy import Copy, CopyRecord, LiveObject
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.run import Run
from dr_orchestrator.runner.sweep.inventory import parts_of
from dr_orchestrator.runner.sweep.objects import Inventory, Listing
from dr_orchestrator.runner.sweep.ports import SweepContext
from dr_orchestrator.runner.sweep.runs import unsettled


@dataclass(frozen=True)
class Mark:
    """The marks of a copy in an inventory: itself, where it was there before, and the parts that go with it.

    `identity` is empty where neither the ledger nor the inventory before knows it: then its name, which no other run
    gives, stands for it. `account` is the copy's, or the run's where it has none; `owned` are what the ledger says
    that a stack holds, there or not.
    """

    copy: Copy
    identity: str = ""
    itself: LiveObject | None = None
    parts: frozenset[LiveObject] = frozenset()
    account: str = ""
    owned: tuple[Mark, ...] = ()

    def names(self, seen: LiveObject) -> bool:
        """Whether an object is the copy, or one that it owned."""
        return self.is_of(seen) or any(each.is_of(seen) for each in self.owned)

    def is_of(self, seen: LiveObject) -> bool:
        """Whether an object is the copy itself."""
        named = (seen.type, seen.where, seen.id) == (self.copy.type, str(self.copy.place), self.copy.id)
        return named and (not self.identity or seen.identity == self.identity)

    @property
    def objects(self) -> frozenset[LiveObject]:
        """All that was there of it before."""
        return self.parts | ({self.itself} if self.itself else frozenset())


@dataclass(frozen=True)
class Proof:
    """An inventory before and, where anything was to be taken down, one after; and what the difference comes to.

    `gone` are copies, with their parts, that the sweep took down; `shown` is what is still to be seen of copies that it
    called gone; the others came or went by somebody else's doing. `would_go` is what a dry run found to take down.
    """

    before: Inventory
    after: Inventory | None = None
    marks: Mapping[Copy, Mark] = field(default_factory=dict)
    gone: tuple[LiveObject, ...] = ()
    shown: Mapping[Copy, tuple[LiveObject, ...]] = field(default_factory=dict)
    others_gone: tuple[LiveObject, ...] = ()
    others_new: tuple[LiveObject, ...] = ()
    would_go: tuple[LiveObject, ...] | None = None

    @property
    def unread(self) -> Mapping[Listing, str]:
        """The places that could not be listed, before or after, and why."""
        return {**self.before.unread, **(self.after.unread if self.after else {})}

    @property
    def read(self) -> list[str]:
        """The places that were listed whole."""
        missing = {region for region, _ in self.unread}
        return [region for region in self.before.regions if region not in missing]

    def still(self, copy: Copy) -> str:
        """The remains of a copy that the sweep called gone; empty where nothing is."""
        return "; ".join(map(str, self.shown.get(copy, ())))

    def of(self, copies: Collection[Copy]) -> str:
        """A sentence on copies of a run that were taken down, for its record."""
        listings = {(str(copy.place), copy.type) for copy in copies}
        regions = ", ".join(sorted({region for region, _ in listings}))
        if missing := [why for listing, why in self.unread.items() if listing in listings]:
            return f"no inventory of {regions} could prove it: {'; '.join(dict.fromkeys(missing))}"
        there = sum(1 for copy in copies if self.marks[copy].itself)
        return f"of its copies the inventory of {regions} shows {there} of {len(copies)} before the sweep, none after"

    def __str__(self) -> str:
        """One line for whoever reads what the sweep did."""
        if not self.read:
            return "No region could be listed whole, so no inventory proves anything."
        told = f"Inventory of {', '.join(self.read)}: {counted(self._read(self.before.objects), 'object')}"
        if self.after is None:
            return f"{told}; {self._to_go()}."
        return f"{told} before, {self._read(self.after.objects)} after; {self._difference()}."

    def _to_go(self) -> str:
        if self.would_go is None:
            return "nothing was to be taken down"
        return f"{self._ours(self.would_go)} would go" if self.would_go else "none of them would go"

    def _difference(self) -> str:
        ours = self._read(self.gone)
        told = (
            f"gone {'is' if ours == 1 else 'are'} {self._ours(self.gone)}" if ours else "nothing is gone by this sweep"
        )
        if going := sum(1 for each in self.after.objects if each.going and each in self.gone) if self.after else 0:
            told += f", {going} of them still being deleted"
        gone, new = self._read(self.others_gone), self._read(self.others_new)
        if gone or new:
            told += f"; not by this sweep: {gone} gone, {new} new"
        elif ours:
            told += ", and nothing else"
        return f"{told}; NOT proven gone: {counted(len(self.shown), 'copy', 'copies')}" if self.shown else told

    def _read(self, objects: Iterable[LiveObject]) -> int:
        """How many of the objects are in regions that were listed whole."""
        return sum(1 for each in objects if each.where in self.read)

    def _ours(self, objects: Iterable[LiveObject]) -> str:
        """How many copies there are among the objects, and how much went with their stacks."""
        read = {each for each in objects if each.where in self.read}
        copies = read & {mark.itself for mark in self.marks.values() if mark.itself}
        told = f"{counted(len(copies), 'copy', 'copies')} of drills"
        return f"{told} with {counted(len(read - copies), 'object')} of stacks" if read - copies else told


def marked(here: SweepContext, runs: Iterable[Run], before: Inventory) -> dict[Copy, Mark]:
    """How each copy that the runs left is known in an inventory."""
    return {row.copy: _mark(here, run, row, before) for run in runs for row in unsettled(run)}


def prove(
    types: Collection[str], before: Inventory, after: Inventory, marks: Mapping[Copy, Mark], gone: Collection[Copy]
) -> Proof:
    """Compare two inventories by what a sweep calls gone; what either of them could not list is left out."""
    taken = [mark for copy, mark in marks.items() if copy in gone]
    after = replace(after, unread={**after.unread, **_of_others(types, before, after, taken)})
    living = [each for each in after.objects if not each.going]
    seen = {mark.copy: tuple(sorted(o for o in living if mark.names(o) or o in mark.parts)) for mark in taken}
    shown = {copy: objects for copy, objects in seen.items() if objects}
    still = {each for objects in shown.values() for each in objects}
    unread = {*before.unread, *after.unread}
    there, then = (frozenset(o for o in each.objects if o.listing not in unread) for each in (before, after))
    ours = there & {each for mark in taken for each in mark.objects} - still
    others_gone, others_new = tuple(sorted(there - then - ours)), tuple(sorted(then - there - still))
    return Proof(before, after, marks, tuple(sorted(ours)), shown, others_gone, others_new)


def _of_others(
    types: Collection[str], before: Inventory, after: Inventory, taken: Iterable[Mark]
) -> dict[Listing, str]:
    """Places of which an inventory showed another account: as good as not listed."""
    asked = [(region, before.accounts.get(region, ""), after.accounts.get(region, "")) for region in before.regions]
    places = [((region, of), then, now) for region, then, now in asked for of in types]
    seen = [(mark, where, after.accounts.get(where, "")) for mark in taken for where in (str(mark.copy.place),)]
    places += [((where, of), mark.account, now) for mark, where, now in seen for of in types]
    return {
        place: f"account {now} was listed after, not {then}"
        for place, then, now in places
        if then and now not in ("", then)
    }


def _mark(here: SweepContext, run: Run, row: CopyRecord, before: Inventory) -> Mark:
    """A stack that somebody else deleted may have left parts behind: they are its own whether or not it is there."""
    known, account = _known(row), row.copy.account or run.header.provenance.account
    owned = tuple(_known(member) for member in run.copies if member.copy.parent == row.copy.id)
    itself = next((each for each in before.objects if known.is_of(each)), None)
    identity = itself.identity if itself else known.identity
    members = frozenset(each for each in before.objects if any(member.is_of(each) for member in owned))
    parts = members | _parts(here, row.copy, identity, before) | _of_program(here, run, row.copy, before)
    return Mark(row.copy, identity, itself, parts, account, owned)


def _known(row: CopyRecord) -> Mark:
    return Mark(row.copy, row.identity.unique_id if row.identity else "")


def _parts(here: SweepContext, copy: Copy, identity: str, before: Inventory) -> frozenset[LiveObject]:
    """The parts that a copy holds, or held; where AWS does not tell, the ledger's members stand alone: the rest is
    others'.
    """
    if copy.type not in here.cloud.holders or not identity:
        return frozenset()
    try:
        region = here.cloud.region(copy.place)
        if region.owner() != before.accounts.get(str(copy.place)):
            return frozenset()
        holder = LiveObject(copy.type, copy.region, copy.id, identity, account=copy.account)
        return parts_of(region, holder, before)
    except Exception:  # noqa: BLE001 - a proof that is poorer must not keep the stack alive
        return frozenset()


def _of_program(here: SweepContext, run: Run, copy: Copy, before: Inventory) -> frozenset[LiveObject]:
    """All that wears a run's tag where a program made its copy, and is no copy of the run by itself."""
    if copy.type not in here.cloud.programmed:
        return frozenset()
    known = {(each.copy.type, each.copy.id) for each in run.copies}
    worn = (each for each in before.objects if (each.run, each.where) == (copy.run, str(copy.place)))
    return frozenset(each for each in worn if (each.type, each.id) not in known)
