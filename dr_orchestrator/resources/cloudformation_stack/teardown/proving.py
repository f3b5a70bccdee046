"""The proof that something which a stack is said to hold was made by it, and is the run's to change."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.copy import Copy, CopyRecord
from dr_orchestrator.errors import NotMeasured, UnsafeToDelete
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.drillable import Parts

KEPT = ("Retain", "RetainExceptOnCreate")


class Proving:
    """Proves of each part of one stack that the stack made it and keeps it not; then the guard knows it for the run's.

    A part's name is what AWS tells of it and no proof: a creation that failed names what stood there before. So the
    stack's own events have to tell of the part's creation, the template must not say that it stays, and the live object
    itself must wear the stack's id. What the stack imported is its own only where this run restored it: the ledger has
    its row, and the live object is the one of that row.
    """

    def __init__(self, toolkit: Toolkit, copy: Copy, stack_id: str, known: Parts | None = None) -> None:
        """`known` are the parts that drills know of."""
        self._known = known or Parts()
        self._toolkit, self._copy, self._stack_id = toolkit, copy, stack_id
        self._api = toolkit.account.api("cloudformation")
        self._made = functools.cache(self._made_by)
        self._template = functools.cache(self._resources_of)
        self._within = functools.cache(self._is_within)

    @property
    def owner(self) -> str:
        """The account that the stack is in, by its id."""
        return self._stack_id.split(":")[4]

    def raise_unless_made(self, part: Part) -> None:
        """UnsafeToDelete unless the run's stack, or a stack in it, made the part anew and does not keep it."""
        if not self._within(part.stack):
            raise UnsafeToDelete(f"{part} is told of by {part.stack}, which is no part of {self._copy.id}")
        if (part.logical_id, part.name) not in self._made(part.stack) and self.imported(part) is None:
            raise UnsafeToDelete(f"{part} was not made by {self._copy.id}: no event of the stack's tells of it")
        if self._policy(part) in KEPT:
            raise UnsafeToDelete(f"the template keeps {part}")

    def vouch(self, part: Part, live: Live, arn: str = "", *, named: bool = True) -> None:
        """Have the guard take the part for what the run may change; UnsafeToDelete where the live one does not prove
        it. `arn`, where it has one that tells a place, has to be in the stack's own.
        """
        if arn and arn.split(":")[3:5] != [self._copy.region, self.owner]:
            raise UnsafeToDelete(f"{part} is {arn}, and not beside {self._copy.id}")
        if (restored := self.imported(part)) is not None:
            self._toolkit.proofs.prove(restored.copy, live)
        else:
            self._toolkit.proofs.prove_held(self._copy, part.stack, live, named=named)
        held = replace(self._copy, type=part.type, id=live.name, parent=self._copy.id, source=None)
        self._toolkit.account.guard.vouch(held)

    def imported(self, part: Part) -> CopyRecord | None:
        """The ledger's row of a part that is a copy of the run by itself, which the stack imported; None of others."""
        if (of := self._known.members.get(part.type)) is None:
            return None
        own = self._toolkit.proofs.record(replace(self._copy, type=of.type, id=part.name, source=None))
        return own if own is not None and not own.copy.parent and own.identity is not None else None

    def _is_within(self, stack: str) -> bool:
        """Whether a stack is the run's own, or says that it stands in it, however deep."""
        if stack == self._stack_id:
            return True
        live: Mapping[str, Any] = self._api.named("DescribeStacks", "Stacks", "StackId", stack, StackName=stack)
        return live.get("RootId") == self._stack_id

    def _made_by(self, stack: str) -> frozenset[tuple[str, str]]:
        """The parts that a stack tells it created, by logical id and name; none that it took over from elsewhere."""
        told = list(self._api.pages("DescribeStackEvents", "StackEvents", StackName=stack))
        of = {
            status: {
                (str(each.get("LogicalResourceId")), str(each.get("PhysicalResourceId")))
                for each in told
                if str(each.get("ResourceStatus", "")).startswith(status)
            }
            for status in ("CREATE_COMPLETE", "IMPORT_")
        }
        return frozenset(of["CREATE_COMPLETE"] - of["IMPORT_"])

    def _policy(self, part: Part) -> str:
        return str(mapping(self._template(part.stack).get(part.logical_id)).get("DeletionPolicy", "Delete"))

    def _resources_of(self, stack: str) -> Mapping[str, Any]:
        """The resources of a stack as CloudFormation has made them out of its template."""
        told = str(self._api.call("GetTemplate", StackName=stack, TemplateStage="Processed")["TemplateBody"])
        try:
            return cloudformation.parse(told, stack, cloudformation.LARGEST_IN_BUCKET).part("Resources")
        except cloudformation.Malformed as wrong:
            raise NotMeasured(
                f"the template of {stack} cannot be read: {wrong}", call="cloudformation:GetTemplate"
            ) from wrong
