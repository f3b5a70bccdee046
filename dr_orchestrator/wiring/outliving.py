"""The recovery points that AWS Backup took of copies while they stood: asked after once a copy is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

from dr_orchestrator.aws.backup.outliving import Outliving
from dr_orchestrator.aws.calls.api import Denied, Throttled, lacks_right
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Place
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.ports import Destroyer
from dr_orchestrator.domain.resource_type import CopyType
from dr_orchestrator.errors import DrillFault, Stopped, Transient
from dr_orchestrator.runner.context import HOLDS
from dr_orchestrator.runner.teardown import taken_down

_OF_STACKS = (("CloudFormation", "stack/{id}/*"),)
SILENT = 900.0
"""For how many drill seconds a place that gave no answer is asked of no other copy: each would wait for minutes."""


@dataclass
class Outlives:
    """Asks after the recovery points of copies that are gone, and of what they held, by the ledger's ARNs.

    `silences` are the places whose AWS Backup gave this process no answer, and when: nobody waits there again soon.
    `known` tells whether points of a copy were seen before: a denial does not unsee them.
    """

    copies: Mapping[str, CopyType]
    toolkit: Toolkit
    silences: MutableMapping[str, tuple[float, Transient]] = field(default_factory=dict)
    known: Callable[[Copy], bool] = lambda _: False
    _denied: set[Place] = field(default_factory=set, init=False)

    def __call__(self, copy: Copy) -> str:
        """The words on those that are left; empty where none are, or nobody may ask: that is told once of a place.

        A DrillFault where no answer came, or none may be asked for of a copy of which some were seen before.
        """
        arns = list(dict.fromkeys(self._arns(copy)))
        if not arns or (copy.place in self._denied and not self.known(copy)):
            return ""
        found: list[str] = []
        try:
            self._ask(copy.place, arns, found)
        except Stopped:
            raise
        except DrillFault as fault:
            if not found:
                if not self._is_denial(fault) or self.known(copy):
                    raise
                self._tell(copy.place, fault)
            else:
                found.append(f"whether it keeps more of it could not be asked: {fault.message}")
        return "; ".join(found)

    def _ask(self, place: Place, arns: Sequence[str], found: list[str]) -> None:
        """Ask after each ARN, and add the words on what is left of it to those that were `found`."""
        since, silence = self.silences.get(str(place), (0.0, None))
        if silence and self.toolkit.clock.monotonic() - since < SILENT:
            raise silence
        try:
            outliving = Outliving(self.toolkit.account_at(place).api("backup"), self.toolkit.clock.now())
            for arn in arns:
                if told := self.toolkit.once_gone(lambda arn=arn: outliving.left_of(arn)):  # type: ignore[misc]
                    found.append(f"AWS Backup keeps {told}")
        except Transient as failure:
            if not failure.answered and not isinstance(failure, Throttled):
                self.silences[str(place)] = self.toolkit.clock.monotonic(), failure
            raise

    @staticmethod
    def _is_denial(fault: DrillFault) -> bool:
        return isinstance(fault, Denied) and lacks_right(fault)

    def _tell(self, place: Place, denied: DrillFault) -> None:
        if place not in self._denied:
            self._denied.add(place)
            told = "whether AWS Backup took recovery points of copies, which outlive them, is not known"
            self.toolkit.context.told(f"{told}: {denied.message}")

    def _arns(self, copy: Copy) -> Iterator[str]:
        """The ARNs of what is, or was, there of a copy that AWS Backup may back up."""
        row = self.toolkit.proofs.record(copy)
        for each in (*([row] if row is not None else []), *self.toolkit.proofs.owned(copy)):
            if each.identity is not None and (backed := self._backed(each)):
                yield each.identity.arn
                yield from self._held(each.copy) if len(backed) > 1 or backed == _OF_STACKS else ()

    def _backed(self, row: CopyRecord) -> tuple[tuple[str, str], ...]:
        of = self.copies.get(row.copy.type)
        return of.backed if of is not None else ()

    def _held(self, copy: Copy) -> Iterator[str]:
        """The rest that goes with one and may be backed up: as this process saw it, or an earlier one of the run."""
        yield from self.toolkit.context.held_by(copy)
        seen = [each.state for each in self.toolkit.observed() if each.copy == copy.id]
        yield from (state.removeprefix(HOLDS) for state in seen if state.startswith(HOLDS))


def backed(copies: Mapping[str, CopyType], toolkit: Toolkit, place: Place, kind: str, name: str) -> Iterator[str]:
    """The ARNs by which AWS Backup would know a part of an environment at a place: by its type in CloudFormation, and
    its name. Of what has several (a machine, and its volumes) its own alone.
    """
    found = {f"{of.service}:{of.backed[0][1]}" for of in copies.values() if of.cloudformation == kind and of.backed}
    for part in sorted(found):
        service, _, pattern = part.partition(":")
        named = pattern.format(id=name).replace("*", name)
        there = "" if named.startswith("::") else f":{place.region}:{toolkit.account_at(place).caller().account}:"
        yield f"arn:{partition(place.region)}:{service}{there}{named}"


@dataclass(frozen=True)
class TakesDown:
    """Takes a copy down as another does, and looks for what outlived it."""

    by: Destroyer
    outlives: Outlives

    def destroy(self, copy: Copy) -> CopyState:
        """Delete it, and prove it gone, with all that was made of it."""
        return taken_down(self.by.destroy, self.outlives, copy)

    def billed(self, name: str = "") -> Billed:
        """The things that it is charged for."""
        return self.by.billed(name)
