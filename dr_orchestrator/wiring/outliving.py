"""The recovery points that AWS Backup took of copies while they stood: asked after once a copy is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dr_orchestrator.aws.backup.outliving import Outliving
from dr_orchestrator.aws.calls.api import Denied, Expired
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.ports import Destroyer
from dr_orchestrator.domain.resource_type import CopyType
from dr_orchestrator.runner.context import HOLDS
from dr_orchestrator.runner.teardown import taken_down


@dataclass
class Outlives:
    """Asks after the recovery points of copies that are gone, and of what they held, by the ledger's ARNs."""

    copies: Mapping[str, CopyType]
    toolkit: Toolkit
    _denied: bool = field(default=False, init=False)

    def __call__(self, copy: Copy) -> str:
        """The words on those that are left; empty where none are, or nobody may ask: that is told once."""
        arns = list(dict.fromkeys(self._arns(copy)))
        if not arns or self._denied:
            return ""
        api = self.toolkit.account_at(copy.place).api("backup")
        outliving = Outliving(api, self.toolkit.clock.now())
        try:
            found = [self.toolkit.retry_transient(lambda arn=arn: outliving.left_of(arn)) for arn in arns]  # type: ignore[misc]
        except Expired:
            raise
        except Denied as denied:
            self._denied = True
            told = (
                f"whether AWS Backup took recovery points of copies, which outlive them, is not known: {denied.message}"
            )
            self.toolkit.context.told(told)
            return ""
        return "; ".join(f"AWS Backup keeps {told}" for told in found if told)

    def _arns(self, copy: Copy) -> Iterator[str]:
        """The ARNs of what is, or was, there of a copy that AWS Backup may back up."""
        row = self.toolkit.proofs.record(copy)
        for each in (*([row] if row is not None else []), *self.toolkit.proofs.owned(copy)):
            if each.identity is not None and (backed := self._backed(each)):
                yield each.identity.arn
                yield from self._held(each.copy) if len(backed) > 1 else ()

    def _backed(self, row: CopyRecord) -> tuple[tuple[str, str], ...]:
        of = self.copies.get(row.copy.type)
        return of.backed if of is not None else ()

    def _held(self, copy: Copy) -> Iterator[str]:
        """The rest that goes with one and may be backed up: as this process saw it, or an earlier one of the run."""
        yield from self.toolkit.context.held_by(copy)
        seen = [each.state for each in self.toolkit.observed() if each.copy == copy.id]
        yield from (state.removeprefix(HOLDS) for state in seen if state.startswith(HOLDS))


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
