"""An environment that a program makes in a drill account, and another takes down; the inventory proves what stayed."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity, Place
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Builder, Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.built_environment import inventory, outputs, process, program
from dr_orchestrator.resources.built_environment.outputs import Point
from dr_orchestrator.resources.built_environment.program import COMMAND, DESTROY, Ended
from dr_orchestrator.resources.drillable import Parts

BEFORE, TAKEN = "there before", "inventory taken before"
"""How the ledger tells what was in the account before a program was run, and that this is all."""


class BuiltEnvironment:
    """Has an environment made and taken down; each of its programs may be run again where a process died."""

    def __init__(
        self,
        resource: Resource,
        toolkit: Toolkit,
        parts: Parts,
        place: Place,
        stores: Mapping[str, Resource] | None = None,
    ) -> None:
        """`stores` are the resources whose data the program restores, by the names of the stores."""
        self._resource, self._tools, self._parts, self._place = resource, toolkit, parts, place
        self._stores = {name: each.id for name, each in (stores or {}).items()}
        self._told = ""

    @functools.cached_property
    def _toolkit(self) -> Toolkit:
        """The tools, where the environment stands."""
        return self._tools.at(self._place)

    @property
    def _builder(self) -> Builder:
        if self._resource.rebuild is None or self._resource.rebuild.builder is None:
            told = f"nothing says any more how {self._resource.name} is taken down: the drill file has no `destroy`"
            raise NotMeasured(told, "declare it again, then `dro sweep`; or take it down by hand")
        return self._resource.rebuild.builder

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:  # noqa: ARG002
        """The programs, and the inventory that is going to prove what they left."""
        return [
            PreflightCheck("programs", lambda: program.look(self._builder, self._toolkit.home)),
            PreflightCheck("recovery points", self._points_declared),
            PreflightCheck("inventory of the account", lambda: _before(self._inventory())),
        ]

    def billed(self, name: str = "") -> Billed:
        """Nobody can tell what a program's resources will cost."""
        return Billed(besides=f"what {name or 'the program'} makes")

    def copies(self, copy: Copy) -> Sequence[Environment]:
        """The one copy that it is."""
        return [Environment(copy, self)]

    def isolated(self, copy: Copy) -> Seen:
        """Prove that the programs' account is the one that replicas have of their own."""
        account = self._toolkit.account.caller().account
        if account != copy.account:
            raise NotMeasured(f"the programs of {copy.id} work in account {account}, not in {copy.account}")
        return Seen(f"it stands in {copy.place}, in which production is not")

    def make_from(self, points: Mapping[str, RecoveryPoint]) -> None:
        """Take no points: a program makes its own stores."""
        if points:
            raise NotMeasured(f"a program of {self._resource.name} takes no recovery points")

    def publish(self, copy: Copy) -> Seen:
        """Write down what is in the account before anything is made: what stays is told by it."""
        there = sorted(self._inventory())
        for each in there:
            self._toolkit.context.observe(replace(copy, id=each), BEFORE)
        self._toolkit.context.observe(copy, TAKEN)
        return Seen(_before(there))

    def build(self, copy: Copy) -> Asked:
        """Run the program; NotRecoverable where it fails, NotMeasured where it does not end in time."""
        if self._before(copy) is None:
            raise NotMeasured(f"no inventory was taken before {copy.id}", "take the newest flows/replica_rebuild.py")
        identity = Identity(f"{copy.type}:{copy.id}", copy.id)
        self._toolkit.context.made(copy, identity)
        ended = self._run(COMMAND, copy)
        if ended.code != 0:
            fault = (NotMeasured if ended.code is None else NotRecoverable)(str(ended), "its output is in the record")
            fault.evidence = f"{ended}\n{ended.text}"
            raise fault
        for name, value in ended.told.outputs.items():
            self._toolkit.context.observe(replace(copy, id=f"{copy.id}.{name}"), value)
        for name, point in ended.told.points.items():
            self._toolkit.context.observe(replace(copy, id=f"{copy.id}/{name}"), str(point))
        self._told = f"{ended}\n{ended.text}"
        return Asked(identity)

    def ready(self, copy: Copy) -> Ready:  # noqa: ARG002
        """It is, once its program has ended well."""
        return Ready(words=self._told)

    def imports(self, copy: Copy) -> Sequence[str]:  # noqa: ARG002
        """Nothing is imported into it."""
        return ()

    def bring_in(self, copy: Copy) -> Seen:
        """Nothing is imported into it."""
        raise NotMeasured(f"nothing is imported into {copy.id}")

    def outputs(self, copy: Copy) -> dict[str, str]:
        """The outputs that its program told."""
        return self._noted(copy, ".")

    def points(self, copy: Copy) -> dict[str, Point]:
        """The recovery points that its program told, by store."""
        return {name: outputs.point(text) for name, text in self._noted(copy, "/").items()}

    def _noted(self, copy: Copy, lead: str) -> dict[str, str]:
        """All that the program told when it was last run: a process that died of an earlier one may have noted more."""
        seen, lead = self._toolkit.observed(), f"{copy.id}{lead}"
        begun = max((at for at, each in enumerate(seen) if each.copy == copy.id and each.state != TAKEN), default=0)
        return {each.copy.removeprefix(lead): each.state for each in seen[begun:] if each.copy.startswith(lead)}

    def member(self, logical_id: str, copy: Copy) -> tuple[Copy, Identity]:
        """Nothing of it is filled by a drill."""
        raise NotMeasured(f"{copy.id} has no part {logical_id} that a drill fills")

    def fill(self, interim: Copy, member: Copy) -> int:
        """Nothing of it is filled by a drill."""
        raise NotMeasured(f"{member.id} is filled by its program, not from {interim.id}")

    def server_times(self, copy: Copy) -> list[ServerTime]:  # noqa: ARG002
        """AWS has no clock for what a program does."""
        return []

    def destroy(self, copy: Copy) -> CopyState:
        """Run the program that takes it down, and see by the inventory that nothing is left; NotMeasured with that."""
        if self._toolkit.proofs.intended(copy).identity is None:
            return CopyState.NEVER_CREATED
        before = self._before(copy)
        ended = self._run(DESTROY, copy)
        left = self._toolkit.absence_confirmed(lambda: inventory.left(before, self._inventory(), copy))
        told = f"; still there: {', '.join(left)}" if left else ""
        if ended.code != 0:
            fault = NotMeasured(f"{ended}{told}", "mend what it tells, then `dro sweep` runs it again")
            fault.evidence = f"{ended}{told}\n{ended.text}"
            raise fault
        if left:
            raise NotMeasured(f"{ended.program} ended well{told}", "take it down by hand, or let the program do it")
        if before is None:
            raise NotMeasured(f"nobody knows what was there before {copy.id}: no inventory can prove what stayed")
        return CopyState.DELETED

    def _run(self, action: str, copy: Copy) -> Ended:
        """Run one of the two, once nothing of an earlier process of this run is at work any more."""
        process.end(each.state for each in self._toolkit.observed() if each.copy == copy.id)

        def started(group: int) -> None:
            if note := process.noted(group):
                self._toolkit.context.observe(copy, note)

        account, home = self._toolkit.account, self._toolkit.home
        return program.perform(action, self._builder, copy, account, home, self._stores, started)

    def _points_declared(self) -> str:
        """The stores of which a recovery point will be told; a Doubt where there is none, for that is no pass."""
        if self._stores:
            return f"{self._builder.command[0]} has to tell those of {', '.join(self._stores)}"
        raise Doubt("nothing will tell one, so that RPA is not measured and the drill ends INCONCLUSIVE: see `stores`")

    def _inventory(self) -> frozenset[str]:
        return inventory.taken(self._toolkit.account, self._parts)

    def _before(self, copy: Copy) -> frozenset[str] | None:
        """The inventory from before, as the ledger has it; None where it was not taken whole."""
        seen = self._toolkit.observed()
        if not any((each.copy, each.state) == (copy.id, TAKEN) for each in seen):
            return None
        return frozenset(each.copy for each in seen if each.state == BEFORE)


@dataclass(frozen=True)
class Environment:
    """The one copy of such an environment; a Piece."""

    copy: Copy
    built: BuiltEnvironment
    title: str = "environment"
    publishes: str = "take inventory of the account"

    def publish(self) -> Seen:
        """As the environment's own."""
        return self.built.publish(self.copy)

    def ask(self) -> Asked:
        """As the environment's own."""
        return self.built.build(self.copy)

    def ready(self) -> Ready:
        """As the environment's own."""
        return self.built.ready(self.copy)

    def destroy(self, copy: Copy) -> CopyState:
        """As the environment's own."""
        return self.built.destroy(copy)


def _before(there: Collection[object]) -> str:
    return f"{counted(len(there), 'object')} there before"
