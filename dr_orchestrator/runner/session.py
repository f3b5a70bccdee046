"""An open run: its steps, its teardowns, its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from itertools import zip_longest
from types import TracebackType
from typing import Any, TypeVar

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Chooser, Environment, Part, Piece, Restorer
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import Phase, Role, Run, RunHeader, SegmentKind
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import DrillFault, LeaseLost
from dr_orchestrator.runner.afterwards import ask_for_times, look_back
from dr_orchestrator.runner.components import Born, Components, Restored, Store
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.runner.ending import cleanup_of, close, fault_of
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.runner.performing import Performer
from dr_orchestrator.runner.teardown import Teardowns, cannot_destroy, row_of
from dr_orchestrator.runner.verifying import Verification
from dr_orchestrator.waiting import stops

T = TypeVar("T")
_NO_POINTS: Mapping[str, RecoveryPoint] = {}
LOOK = "look before starting"


class Session:
    """An open run. Whatever happens inside its `with` block, it ends torn down, judged and in the ledger.

    With `recorded` it goes on where a dead process left the run: what passed is not done again, a copy that was
    asked for is adopted, and the clock has gone on. `destroy` takes down a copy that the dead process made and this one
    did not come to.
    """

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

    # What flows use, in the order of a drill.

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
        """The first step: all that is seen is kept as evidence, and what stops the drill ends it here."""
        preflight, confirmed = self.components.preflight, self._perform.confirmed
        look = partial(confirmed, lambda: preflight().raise_if_blocked())
        self._perform(name, lambda: Seen(look()), phase=Phase.PREPARE, role=Role.LOOK)

    def choose(self, name: str, restorer: Chooser) -> RecoveryPoint:
        """A step that picks the recovery point; what its history promises in the worst case is looked up at the end.

        One from after the disruption is refused, whoever gave it.
        """
        self._chosen_from.append(restorer)
        before, confirmed = self._journal.point_before(), self._perform.confirmed
        choose = partial(confirmed, lambda: self._journal.credible(restorer.choose()))
        point = before or self._perform(name, choose, role=Role.CHOOSE)
        self._journal.choose(point, known=before is not None)
        return point

    def at_exit(self, name: str, destroy: Callable[[Copy], CopyState], copy: Copy) -> None:
        """Register a copy's teardown, and write the intent to create it: always before the call that does.

        What a sweep found never made, before it died itself, is intended anew.
        """
        row, at = row_of(self._ledger, copy), self._clock.now()
        if row is None:
            self._journal.ledger.intend_copy(copy, at)
        elif row.state is CopyState.NEVER_CREATED:
            self._journal.ledger.change_copy(copy, CopyState.INTENDED, at)
        self._teardowns.register(name, destroy, copy)

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

        The drill's own resource into its own copy, unless another is named. `reaches` is what is reached with the last.
        """
        restorer, copy = restorer or self.restorer, copy or self.copy
        self.at_exit(teardown, restorer.destroy, copy)
        self.create(name, restorer.restore, point, copy=copy)
        self.finish(restorer, copy, wait=wait, reaches=reaches)

    def finish(
        self, restorer: Restorer, copy: Copy, *, wait: str = "wait until ready", reaches: Moment | None = None
    ) -> None:
        """Wait for a copy that was asked for, then make and wait for whatever its restorer makes beside it."""
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

    def _carry(self, points: Mapping[str, RecoveryPoint]) -> None:
        """Bring points to where the environment stands, those of all stores side by side."""
        ways = [each.origin.carried(points[each.logical_id]) for each in self.born if each.logical_id in points]
        for parts in zip_longest(*ways):
            together = [part for part in parts if part is not None]
            for part in together:
                self._begin(part)
            for part in together:
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

    def create(self, name: str, act: Callable[..., Asked], *args: Any, copy: Copy) -> None:
        """A step that asks AWS for a registered copy; its identity, or its job, is in the ledger when the step ends."""

        def create() -> None:
            row = row_of(self._ledger, copy)
            if row is not None and row.asked:
                return  # by the process that died of it: AWS will name what the job makes, and is not asked for another
            asked = self._perform.confirmed(lambda: act(*args, copy))
            self._write_made(copy, asked.identity, asked.job)

        self.step(name, create)
        self.reached(Moment.ACCEPTED)

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

    def _write_made(self, copy: Copy, identity: Identity | None, job: str = "") -> None:
        """Write what AWS has made, whoever drives the run by now: nobody takes down what nobody wrote."""
        state = CopyState.CREATED if identity else CopyState.INTENDED
        with stops.heeding_requests_alone():
            self._ledger.change_copy(copy, state, self._clock.now(), identity, job)

    def step(self, name: str, act: Callable[..., object], *args: Any, reaches: Moment | None = None) -> None:
        """A step of the recovery; one that passed before the run was resumed is not done again.

        One that comes back Ready reached the moment when it was first ready: what confirmed it came after.
        """
        result: object = None
        if not self._journal.passed_before(name, Phase.RECOVER):
            result = self._perform(name, act, *args)
        if reaches is not None:
            self._journal.reach(reaches, ago=result.ago if isinstance(result, Ready) else 0.0)

    def fill(self, store: Store) -> None:
        """Load a restored store into the environment's own; that one becomes a copy of this run first."""
        self.environment.fill(store.copy, self.take_in(store))

    def take_in(self, store: Store | Born) -> Copy:
        """Write a store of the environment down as a copy that its stack owns: only then may it be changed."""
        member, identity = self.environment.member(store.logical_id, self.copy)
        if row_of(self._ledger, member) is None:
            self._journal.ledger.intend_copy(member, self._clock.now())
        self._journal.ledger.change_copy(member, CopyState.CREATED, self._clock.now(), identity)
        return member

    def verify(self, name: str = "verify") -> None:
        """Verify the copy; the recovery clock stops only when all the mandatory checks have passed."""
        Verification(self.components, self.copy, self._journal, self._perform)(name)

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

    # The end of a run.

    def __enter__(self) -> Session:
        self._journal.open()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Tear down, judge, close. A fault of the drill ends here; a defect of ours, or a stop, passes on."""
        with self._context.apart():
            return self._end(error)

    def _end(self, error: BaseException | None) -> bool:
        stops.heed_no_more()
        if isinstance(error, LeaseLost):
            return False  # another process drives the run now: its copies and its end are that one's
        self._let_go_of_others()
        reasons = ["the teardown was cut short; `dro sweep` finishes it"]
        try:
            if self._components is not None:
                ask_for_times(self._components, self.copy, self._ledger, self._journal, self._perform)
            reasons = self._tear_down()
            self._looked_back = look_back(self._chosen_from, self._clock, self._perform)
        except LeaseLost:
            raise
        except BaseException as stopped:
            self._close(error or stopped, reasons)
            raise
        self._close(error, reasons)
        return isinstance(error, DrillFault)

    def _let_go_of_others(self) -> None:
        """Raise LeaseLost where this process slept, and the run is another's by now: not a copy of it is touched."""
        if self._context.lease.driven_elsewhere():
            raise LeaseLost.to_another(self.header.id)

    def _close(self, error: BaseException | None, reasons: Sequence[str]) -> None:
        self._let_go_of_others()
        step = self._perform.broken_by(error)
        fault = fault_of(error, step) if error is not None else None
        record = self._journal.record(
            worst_cases=[worst for worst in self._looked_back if worst is not None],
            cleanup=self.cleanup,
            cleanup_reasons=reasons,
            fault=fault,
            histories_unknown=self._looked_back.count(None),
            doubts=self._doubts(),
            clock_doubts=self._journal.clock_doubts,
        )
        self.verdict = close(record, self._ledger, self._clock)

    def _tear_down(self) -> list[str]:
        """Destroy every copy of the run, last first; what keeps one is returned."""
        states, reasons = self._teardowns.perform(self._let_go_of_others)
        self.cleanup = cleanup_of(states)
        if self.cleanup is Cleanup.CLEAN and self._journal.events:
            with suppress(Exception):  # a ledger that refuses this moment may still take the verdict
                self.reached(Moment.CLEAN)
        return reasons


def _of_part(part: Part, _copy: Copy) -> Ready:
    return part.ready()


def _raise(error: Exception) -> None:
    raise error
