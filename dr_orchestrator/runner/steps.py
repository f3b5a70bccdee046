"""The steps of a run, in the order of a drill, and all that they work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.evidence import Ready, Seen
from dr_orchestrator.domain.ports import Chooser, Environment, Part, Restorer
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import Phase, Role, Run, RunHeader, SegmentKind
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import DrillFault
from dr_orchestrator.runner.components import Born, Components, Direct, Restored, Store
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.runner.performing import Performer
from dr_orchestrator.runner.teardown import Teardowns, cannot_destroy
from dr_orchestrator.runner.unmodified import look_before

T = TypeVar("T")
LOOK = "look before starting"


class Steps:
    """The steps of a run: each is in the ledger before it begins, and what passed before a resume is not done again."""

    def __init__(
        self,
        header: RunHeader,
        copy: Copy,
        context: RunContext,
        *,
        recorded: Run | None = None,
        last_seen: datetime | None = None,
        destroy: Callable[[Copy], CopyState] | None = None,
    ) -> None:
        self.header, self.copy = header, copy
        self.verdict, self.cleanup = Verdict.INCONCLUSIVE, Cleanup.UNPROVEN
        if context.ledger is None:
            raise TypeError("a run is nothing without a ledger")
        self._context, self._ledger, self._clock = context, context.ledger, context.clock
        self._journal = context.journal = Journal(
            header, self._ledger, self._clock, recorded, last_seen, context.lease.raise_if_lost
        )
        self._perform = Performer(self._journal, context)
        self._components: Components | None = None
        self._pending: DrillFault | None = None
        self._chosen_from: list[Chooser] = []
        self._looked_back: list[WorstCase | None] = []
        self._teardowns = Teardowns(context.run, self._ledger, self._clock, self._perform, destroy or cannot_destroy)
        self._doubts: Callable[[], Sequence[str]] = tuple
        self._put_off: dict[tuple[str, str], tuple[Part, Callable[[], None]]] = {}

    @property
    def context(self) -> RunContext:
        """The context of the run: its clock, its ledger, its lease."""
        return self._context

    def use(self, components: Components, doubts: Callable[[], Sequence[str]] = tuple) -> None:
        """Hand the session what it works with; wiring calls this once.

        `doubts` tells, at the end, why nothing here can be evidence.
        """
        self._components, self._doubts = components, doubts

    def cannot_start(self, fault: DrillFault) -> None:
        """Remember what went wrong before the first step; that step raises it, so that it is recorded and judged."""
        self._pending = fault

    @property
    def restorer(self) -> Restorer:
        """How the drill's resource is restored."""
        if self.components.restorer is None:
            raise TypeError(f"{self.header.kind} has no restorer")
        return self.components.restorer

    @property
    def environment(self) -> Environment:
        """How the drill's environment is created anew."""
        if self.components.environment is None:
            raise TypeError(f"{self.header.kind} has no environment")
        return self.components.environment

    @property
    def stores(self) -> tuple[Store, ...]:
        """The stores of the environment that are filled from backups."""
        return tuple(each for each in self.components.stores if not each.imported)

    @property
    def imported(self) -> tuple[Store, ...]:
        """The stores of the environment that are imported into it as they are restored: before it is asked for."""
        return tuple(each for each in self.components.stores if each.imported)

    @property
    def born(self) -> tuple[Born, ...]:
        """The stores of the environment that its template makes from recovery points."""
        return self.components.born

    @property
    def direct(self) -> tuple[Direct, ...]:
        """The stores of the environment that are filled straight from production's."""
        return self.components.direct

    @property
    def restored(self) -> tuple[Restored, ...]:
        """The stores of the environment that a program restored by itself."""
        return self.components.restored

    @property
    def components(self) -> Components:
        """All that wiring gave; what was known to be wrong before the start is raised here, inside the run."""
        if self._pending is not None:
            pending = self._pending
            self._perform("prepare", _raise, pending, phase=Phase.PREPARE)
        if self._components is None:
            raise TypeError("the session was given nothing to work with")
        return self._components

    def prepare(self, name: str, act: Callable[..., T], *args: Any) -> T:
        """A step before the clock starts: looking, never changing."""
        return self._perform(name, act, *args, phase=Phase.PREPARE)

    def look(self, name: str = LOOK) -> None:
        """The first step: all that is seen is kept as evidence, and what stops the drill ends it here.

        Then customers' stacks are looked at, where the service depends on some.
        """
        preflight, confirmed = self.components.preflight, self._perform.confirmed
        look = partial(confirmed, lambda: preflight().raise_if_blocked())
        self._perform(name, lambda: Seen(look()), phase=Phase.PREPARE, role=Role.LOOK)
        look_before(self.components.customers, self._journal, self._perform)

    def choose(self, name: str, restorer: Chooser) -> RecoveryPoint:
        """A step that picks the recovery point; what its history promises in the worst case is looked up at the end.

        One from after the disruption is refused, whoever gave it.
        """
        if not self.header.kind.interrupts:  # else nothing is lost by where the copy came from
            self._chosen_from.append(restorer)
        before, confirmed = self._journal.point_before(), self._perform.confirmed
        choose = partial(confirmed, lambda: self._journal.credible(restorer.choose()))
        point = before or self._perform(name, choose, role=Role.CHOOSE)
        self._journal.choose(point, known=before is not None)
        return point

    def step(self, name: str, act: Callable[..., object], *args: Any, reaches: Moment | None = None) -> None:
        """A step of the recovery; one that passed before the run was resumed is not done again.

        One that comes back Ready reached the moment when it was first ready: what confirmed it came after.
        """
        result: object = None
        if not self._journal.passed_before(name, Phase.RECOVER):
            result = self._perform(name, act, *args)
        if reaches is not None:
            self._journal.reach(reaches, ago=result.ago if isinstance(result, Ready) else 0.0)

    def reached(self, moment: Moment) -> None:
        """Write that a moment was reached, now."""
        self._journal.reach(moment)

    @contextmanager
    def held(self, kind: SegmentKind, reason: str) -> Iterator[None]:
        """While inside, the run waits for something else than the recovery: an approval, say. Gross, not net."""
        began = self._clock.monotonic()
        try:
            yield
        finally:
            self.delayed(kind, reason, self._clock.monotonic() - began)

    def delayed(self, kind: SegmentKind, reason: str, seconds: float) -> None:
        """Write that for the last `seconds` the run waited for something else than the recovery."""
        self._journal.segment(kind, reason, seconds)


def _raise(error: Exception) -> None:
    raise error
