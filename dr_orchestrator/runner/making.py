"""The copies of a run: each is intended before it is asked for, and in the ledger when AWS has made it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from itertools import zip_longest
from typing import Any

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.ports import Part, Piece, Restorer
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.runner.components import Born, Direct, Store
from dr_orchestrator.runner.steps import Steps
from dr_orchestrator.runner.teardown import row_of, taken_down
from dr_orchestrator.waiting import stops

_NO_POINTS: Mapping[str, RecoveryPoint] = {}


class Making(Steps):
    """The steps that make copies: each is intended, asked for and waited for."""

    def at_exit(self, name: str, destroy: Callable[[Copy], CopyState], copy: Copy) -> None:
        """Register a copy's teardown, and write the intent to create it: always before the call that does.

        What a sweep found never made, before it died itself, is intended anew.
        """
        row, at = row_of(self._ledger, copy), self._clock.now()
        if row is None:
            self._journal.ledger.intend_copy(copy, at)
        elif row.state is CopyState.NEVER_CREATED:
            self._journal.ledger.change_copy(copy, CopyState.INTENDED, at)
        self._teardowns.register(name, partial(taken_down, destroy, self._outlives), copy)

    def _outlives(self, copy: Copy) -> str:
        return self._components.outlives(copy) if self._components is not None else ""

    def restore(
        self,
        name: str,
        point: RecoveryPoint,
        restorer: Restorer | None = None,
        copy: Copy | None = None,
        *,
        teardown: str = "destroy copy",
        wait: str = "wait until ready",
        reaches: Moment | None = None,
    ) -> None:
        """Restore a point from its first call to its last copy: each is intended, asked for and waited for in order.

        The drill's own resource into its own copy, unless another is named; where that is to stand elsewhere, its
        recovery point is brought there before. `reaches` is what is reached with the last.
        """
        restorer, copy = restorer or self.restorer, copy or self.copy
        if copy == self.copy:
            self._bring(point)
        self.at_exit(teardown, restorer.destroy, copy)
        self.create(name, restorer.restore, point, copy=copy)
        self.finish(restorer, copy, wait=wait, reaches=reaches)

    def finish(
        self, restorer: Restorer, copy: Copy, *, wait: str = "wait until ready", reaches: Moment | None = None
    ) -> None:
        """Wait for a copy that was asked for, then make and wait for whatever its restorer makes beside it."""
        self._go_on(copy)
        further = restorer.further(copy)
        self.await_copy(wait, restorer.ready, copy, reaches=None if further else reaches)
        for last, part in ((each is further[-1], each) for each in further):
            self._begin(part)
            ready = partial(_of_part, part)
            self.await_copy(f"wait for {part.title}", ready, part.copy, reaches=reaches if last else None)

    def build(
        self,
        name: str = "create environment",
        *,
        teardown: str = "destroy environment",
        points: Mapping[str, RecoveryPoint] = _NO_POINTS,
    ) -> None:
        """Ask for the environment, with stores made from `points`: of several copies for the first alone.

        Points are first brought to where it stands.
        """
        if points:
            self._carry(points)
            self.environment.make_from(points)
        self._ask(self.environment.copies(self.copy)[0], name, teardown)

    def built(
        self,
        wait: str = "wait until built",
        *,
        create: str = "create environment",
        teardown: str = "destroy environment",
        reaches: Moment | None = Moment.INFRASTRUCTURE_READY,
    ) -> None:
        """Wait for the copies of the environment, and ask for each next one. `reaches` is reached with the last."""
        first, *others = self.environment.copies(self.copy)
        self._wait_for(first, wait, reaches)
        for each in others:
            self._ask(each, create, teardown)
            self._wait_for(each, wait, reaches)

    def fill(self, store: Store) -> None:
        """Load a restored store into the environment's own; that one becomes a copy of this run first."""
        self.environment.fill(store.copy, self.take_in(store))

    def fill_direct(self, store: Direct, point: RecoveryPoint) -> Ready:
        """Fill the environment's own straight from production's, as of a point; it becomes a copy of this run first."""
        return store.filler.fill(point, self.take_in(store))

    def take_in(self, store: Store | Born | Direct) -> Copy:
        """Write a store of the environment down as a copy that its stack owns: only then may it be changed.

        One that is not what its stack names it is believed when it was named twice, however long it was looked for: a
        garbled name is nobody's.
        """
        named = partial(self.environment.member, store.logical_id, self.copy)
        member, identity = self._perform.confirmed(named, within=math.inf)
        if row_of(self._ledger, member) is None:
            self._journal.ledger.intend_copy(member, self._clock.now())
        self._journal.ledger.change_copy(member, CopyState.CREATED, self._clock.now(), identity)
        return member

    def create(self, name: str, act: Callable[..., Asked], *args: Any, copy: Copy) -> None:
        """A step that asks AWS for a registered copy; its identity, or its job, is in the ledger when the step ends.

        Where its recovery point has to be brought to it, that is asked for in its place; then `finish` goes on with it.
        """
        store = next((each for each in self.components.stores if each.ahead and each.copy == copy), None)
        if store is not None and store.ahead is not None:
            part = store.ahead(args[0], copy)
            self._begin(part)
            self._put_off[copy.key] = part, partial(self._create, name, act, *args, copy=copy)
            return
        self._create(name, act, *args, copy=copy)

    def await_copy(
        self, name: str, ready: Callable[[Copy], Ready], copy: Copy, *, reaches: Moment | None = None
    ) -> None:
        """A step that waits until a copy can be used; an identity that AWS tells only now is in the ledger then."""

        def wait() -> Ready:
            seen = ready(copy)
            if seen.identity is not None:
                self._write_made(copy, seen.identity)
            return seen

        self.step(name, wait, reaches=reaches)

    def _carry(self, points: Mapping[str, RecoveryPoint]) -> None:
        """Bring points to where the environment stands, those of all stores side by side."""
        ways = [each.origin.carried(points[each.logical_id]) for each in self.born if each.logical_id in points]
        for parts in zip_longest(*ways):
            together = [part for part in parts if part is not None]
            for part in together:
                self._begin(part)
            for part in together:
                self.await_copy(f"wait for {part.title}", partial(_of_part, part), part.copy)

    def _bring(self, point: RecoveryPoint) -> None:
        """Bring a point to where the drill's copy is to stand, by one copy after the other."""
        for part in self.components.brought(point, self.copy):
            self._begin(part)
            self.await_copy(f"wait for {part.title}", partial(_of_part, part), part.copy)

    def _begin(self, part: Part) -> None:
        """Intend a part, and ask for it."""
        self.at_exit(f"destroy {part.title}", part.destroy, part.copy)
        self.create(f"create {part.title}", lambda _copy: part.ask(), copy=part.copy)

    def _ask(self, part: Piece, name: str, teardown: str) -> None:
        """Intend a copy of the environment and ask for it; the steps of the run's own have the names that are given."""
        own = part.copy == self.copy
        self.at_exit(teardown if own else f"destroy {part.title}", part.destroy, part.copy)
        if part.publishes:
            self.step(part.publishes, part.publish)
        self.create(name if own else f"create {part.title}", lambda _copy: part.ask(), copy=part.copy)

    def _wait_for(self, part: Part, name: str, reaches: Moment | None) -> None:
        own = part.copy == self.copy
        name, reaches = (name, reaches) if own else (f"wait for {part.title}", None)
        if brought := self.environment.imports(part.copy):
            self.step(f"import {', '.join(brought)}", self.environment.bring_in, part.copy)
        self.await_copy(name, lambda _copy: part.ready(), part.copy, reaches=reaches)

    def _go_on(self, copy: Copy) -> None:
        """Wait for what brings a copy's recovery point to it, then ask for the copy."""
        if (put_off := self._put_off.pop(copy.key, None)) is not None:
            part, ask = put_off
            self.await_copy(f"wait for {part.title}", partial(_of_part, part), part.copy)
            ask()

    def _create(self, name: str, act: Callable[..., Asked], *args: Any, copy: Copy) -> None:
        def create() -> None:
            row = row_of(self._ledger, copy)
            if row is not None and row.asked:
                return  # by the process that died of it: AWS will name what the job makes, and is not asked for another
            asked = self._perform.confirmed(lambda: act(*args, copy))
            self._write_made(copy, asked.identity, asked.job)

        self.step(name, create)
        if not self.header.kind.interrupts:
            self.reached(Moment.ACCEPTED)

    def _write_made(self, copy: Copy, identity: Identity | None, job: str = "") -> None:
        """Write what AWS has made, whoever drives the run by now: nobody takes down what nobody wrote."""
        state = CopyState.CREATED if identity else CopyState.INTENDED
        with stops.heeding_requests_alone():
            self._ledger.change_copy(copy, state, self._clock.now(), identity, job)


def _of_part(part: Part, _copy: Copy) -> Ready:
    return part.ready()
