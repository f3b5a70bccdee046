"""Takes one stack down: proven, emptied, deleted, once more with what its deletion needs; what stays is named."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyRecord
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, Stopped, Transient
from dr_orchestrator.resources.cloudformation_stack import stack
from dr_orchestrator.resources.cloudformation_stack.change_sets import ChangeSets
from dr_orchestrator.resources.cloudformation_stack.teardown.emptying import EMPTIERS
from dr_orchestrator.resources.cloudformation_stack.teardown.interfaces import KEPT_BY_INTERFACES, Interfaces
from dr_orchestrator.resources.cloudformation_stack.teardown.logs import LogGroups
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import NESTED, Part, parts_of, resisting
from dr_orchestrator.resources.cloudformation_stack.teardown.protecting import LOCKS, unprotect
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving
from dr_orchestrator.resources.cloudformation_stack.teardown.staying import Staying
from dr_orchestrator.resources.drillable import Parts

DELETIONS = 3
"""How often a stack is deleted whose deletion fails."""

GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")


class Destroying:
    """Takes down one stack of a run, by the id that AWS gave it."""

    def __init__(self, toolkit: Toolkit, known: Parts, copy: Copy, stack_id: str) -> None:
        """`known` are the parts that drills know of."""
        self._toolkit, self._known, self._copy, self._stack_id = toolkit, known, copy, stack_id
        self._api = toolkit.account.api("cloudformation")
        self._sets = ChangeSets(toolkit)
        self._proving = Proving(toolkit, copy, stack_id, known)
        self._staying = Staying(toolkit, known)
        self._why: dict[tuple[str, str], str] = {}
        self._waited_out = False

    def held(self) -> list[Part]:
        """All that the stack holds, or held."""
        return self._toolkit.retry_transient(lambda: parts_of(self._api, self._stack_id))

    def delete(self, held: Sequence[Part]) -> None:
        """Delete the stack with what it holds; again where that fails, with what each resource that resists needs.

        NotRecoverable where it is still there: it names what stays, why, and what a day of that costs.
        """
        self._prove()
        self._note(held)
        self._empty(held)
        for left in reversed(range(DELETIONS)):
            self._toolkit.retry_while(self._prove_and_delete, "OperationInProgress")
            try:
                self._toolkit.wait_until_gone(
                    stack.feed(self._api, self._toolkit), self._copy, stack.GONE, name=self._stack_id
                )
            except NotRecoverable as failed:
                self._overcome(failed, last=not left)
            else:
                return

    def _note(self, held: Sequence[Part]) -> None:
        """Note what AWS Backup may have backed up of what it holds: who asks what outlived the stack asks after it.

        The stores that a drill fills have rows of their own; what is production's is no part of it, whoever lists it.
        """
        own = {row.copy.id for row in self._toolkit.proofs.owned(self._copy)}
        stand = [each for each in held if each.name not in own and each.status not in GONE and each.type != NESTED]
        for part in (each for each in stand if not self._toolkit.proofs.is_source(each.name)):
            for arn in self._known.backed(part.type, part.name):
                self._toolkit.context.holds(self._copy, arn)

    def _prove(self) -> None:
        """Prove the stack to be the run's, before anything that it holds is looked into."""
        if (live := self._describe()) is not None and live["StackStatus"] != "DELETE_COMPLETE":
            self._toolkit.proofs.prove(self._copy, self._sets.live(self._copy, live))

    def _describe(self) -> dict[str, object] | None:
        found = self._toolkit.retry_transient(lambda: stack.describe(self._api, self._stack_id))
        return dict(found) if found is not None else None

    def _prove_and_delete(self) -> None:
        live = stack.describe(self._api, self._stack_id)
        if live is None or live["StackStatus"] in ("DELETE_IN_PROGRESS", "DELETE_COMPLETE"):
            return  # what was wanted
        self._toolkit.proofs.prove(self._copy, self._sets.live(self._copy, live))
        if live.get("EnableTerminationProtection"):
            self._api.call("UpdateTerminationProtection", StackName=self._stack_id, EnableTerminationProtection=False)
            self._toolkit.context.asked_again("the stack was protected from being deleted")
        if live["StackStatus"] == stack.REVIEW:
            self._sets.drop(self._copy, self._stack_id)
        self._api.call("DeleteStack", StackName=self._stack_id)

    def _overcome(self, failed: NotRecoverable, *, last: bool) -> None:
        """Do what the deletion needs to succeed; raise where that was its last try, and name what stays."""
        held = self.held()
        resist = resisting(held)
        if last:
            raise self._left(failed, held, resist) from failed
        told = "; ".join(f"{each}: {each.reason}" for each in resist)
        self._toolkit.context.asked_again(f"the deletion failed: {told or failed.message}")
        self._empty(resist)
        for part in resist:
            if part.type in LOCKS:
                self._try(part, functools.partial(self._unprotect, part))
        if networks := [each for each in resist if each.type in KEPT_BY_INTERFACES]:
            self._wait_for_interfaces(held, networks)

    def _left(self, failed: NotRecoverable, held: Sequence[Part], resist: Sequence[Part]) -> NotRecoverable:
        """The fault of a stack that stays: by CloudFormation's own words where it tells of no resource."""
        if not resist:
            return failed
        why = {part.key: "; ".join(filter(None, (part.reason, self._why.get(part.key)))) for part in resist}
        others = [each for each in held if each not in resist and each.status not in GONE]
        told = self._staying.told([*resist, *others], why)
        message = f"{self._copy.id} was not deleted in {DELETIONS} tries, for what it holds stays: {told}"
        return NotRecoverable(message, "mend what is said of each, then `dro sweep` takes the rest down")

    def _empty(self, parts: Collection[Part]) -> None:
        """Empty what CloudFormation does not delete while anything is in it; what keeps that from being done is told
        where the part stays.
        """
        for part in (each for each in parts if each.status not in GONE and each.type in EMPTIERS):
            self._try(part, functools.partial(self._empty_one, part))

    def _empty_one(self, part: Part) -> None:
        service, make = EMPTIERS[part.type]
        emptier = make(self._toolkit.account.api(service), self._proving)
        tell = functools.partial(self._toolkit.context.observe, self._copy)
        if emptier.prove(part) and (done := emptier.empty(part, tell)):
            tell(f"emptied {part.name}: {done}")

    def _unprotect(self, part: Part) -> None:
        if unprotect(self._toolkit.account.api(LOCKS[part.type].service), self._proving, part):
            self._toolkit.context.observe(self._copy, f"took the protection off {part.name}")

    def _wait_for_interfaces(self, held: Sequence[Part], networks: Sequence[Part]) -> None:
        interfaces = Interfaces(self._toolkit.account.api("ec2"), self._toolkit, self._copy)
        for part in networks:
            if not self._waited_out:
                self._try(part, functools.partial(self._wait, interfaces, held, part))

    def _wait(self, interfaces: Interfaces, held: Sequence[Part], part: Part) -> None:
        try:
            if waited := interfaces.wait(held):
                self._toolkit.context.asked_again(waited)
            if others := interfaces.others([part]):
                raise NotMeasured(f"{', '.join(others)} in it are no function's: delete them")
        except NotRecoverable:
            self._waited_out = True
            raise

    def _try(self, part: Part, act: Callable[[], object]) -> None:
        """Do something to a part; what keeps that from being done must not keep the rest of the stack."""
        self._why.pop(part.key, None)
        try:
            self._toolkit.retry_transient(act)
        except Stopped:
            raise
        except DrillFault as fault:
            self._why[part.key] = fault.message

    def delete_logs(self) -> None:
        """Delete the log groups that AWS made for what the stack held; NotMeasured with what stays of them."""
        try:
            held = self.held()
        except NotFound:
            return  # CloudFormation no longer tells what it held: whoever proves it empty says so
        groups = LogGroups(self._toolkit.account.api("logs"), self._proving, self._copy)
        for group in self._toolkit.retry_transient(lambda: groups.left_by(held)):
            self._try(group.part, functools.partial(groups.delete, group))
        left = self._toolkit.retry_transient(lambda: groups.left_by(held)) if self._why else []
        if stay := [group.part for group in left if group.part.key in self._why]:
            raise NotMeasured(f"the stack is gone but left log groups behind: {self._staying.told(stay, self._why)}")

    def take_down_what_stayed(self, row: CopyRecord) -> None:
        """A part that outlived its stack is a copy of this run still: proven and deleted as such, or told."""
        member = next((each for each in self._known.members.values() if each.type == row.copy.type), None)
        name = row.copy.id
        if member is None:
            raise NotMeasured(f"nothing here knows {row.copy.type} {name}", "this is a defect: please report")
        live = self._toolkit.retry_transient(lambda: member.identity(name))
        if live is None or (row.identity and row.identity.unique_id != live.unique_id):
            return
        self._toolkit.context.asked_again(f"the stack is gone: it left {name} behind")
        try:
            member.destroy(row.copy)
        except (Stopped, Transient):
            raise
        except DrillFault as fault:
            raise NotMeasured(f"the stack is gone but left {name} behind: {fault.message}", fault.hint) from fault

    def prove_empty(self, held: Sequence[Part]) -> None:
        """CloudFormation's word on the stack is not enough: all that it held is asked after, type by type.

        What drills know how to list is looked for, more than once where it shows: a listing may lag behind. Of anything
        else CloudFormation says whether it was deleted, or left as it was by a deletion by force.
        """
        try:
            told = self.held()
        except NotFound as forgotten:
            why = f"CloudFormation no longer tells what {self._copy.id} held, so nothing proves that all of it is gone"
            raise NotMeasured(f"{why}: look for what is named or tagged like it by hand") from forgotten
        parts = {each.key: each for each in (*held, *told) if not self._is_imported(each)}
        listed = {key for key in parts if key[0] in self._known.listed}
        kept = {each.key for each in told if each.status != "DELETE_COMPLETE" and each.key in parts} - listed
        shown = set[tuple[str, str]]()

        def look() -> list[str]:
            shown.clear()
            shown.update(self._shown(listed))
            return [name for _, name in shown]

        self._toolkit.absence_confirmed(look)
        if left := [parts[key] for key in (*sorted(shown), *sorted(kept))]:
            costs = "; ".join(f"{each.name}: {self._staying.cost(each)}" for each in left)
            what = f"the stack is deleted but left {', '.join(map(str, left))} behind: delete by hand what is there"
            raise NotMeasured(f"{what} ({costs})")

    def _is_imported(self, part: Part) -> bool:
        """Whether a part is a copy of the run by itself, that the stack imported: its own teardown sees it gone."""
        return self._proving.imported(part) is not None

    def _shown(self, parts: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those of the parts (type in CloudFormation, and name) that a listing of their type shows."""
        seen = {
            (of, called.casefold())
            for of in sorted({of for of, _ in parts})
            for each in self._known.listed[of]()
            for called in (each.id, each.identity)
        }
        return [(of, name) for of, name in sorted(parts) if (of, name.casefold()) in seen]
