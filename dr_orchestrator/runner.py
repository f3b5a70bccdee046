"""The one use case: time a step, write it down, tear down whatever happens, judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.judge import RULES, Record, judge
from dr_orchestrator.domain.ports import Call, Checks, Clock, Environment, Ledger, Restorer
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import (
    CheckResult,
    Closing,
    Copy,
    CopyState,
    Identity,
    Observation,
    Phase,
    RunHeader,
    Step,
)
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import Aborted, DrillFault, NotRecoverable

T = TypeVar("T")


@dataclass(frozen=True)
class Store:
    """A store of an environment: how it is restored, under which interim copy, and where its data goes."""

    name: str
    logical_id: str
    restorer: Restorer
    copy: Copy


@dataclass(frozen=True)
class Parts:
    """What wiring gives a session to work with; a drill has a restorer or an environment, never both."""

    checks: Checks
    restorer: Restorer | None = None
    environment: Environment | None = None
    stores: tuple[Store, ...] = ()


@dataclass(frozen=True)
class _Teardown:
    name: str
    destroy: Callable[[Copy], CopyState]
    copy: Copy


class Session:
    """An open run. Whatever happens inside its `with` block, it ends torn down, judged and in the ledger."""

    def __init__(self, header: RunHeader, copy: Copy, *, ledger: Ledger, clock: Clock, call: Call) -> None:
        self.header = header
        self.copy = copy
        self.verdict = Verdict.INCONCLUSIVE
        self.cleanup = Cleanup.UNPROVEN
        self._ledger, self._clock, self._call = ledger, clock, call
        self._opened = clock.monotonic()
        self._parts: Parts | None = None
        self._pending: DrillFault | None = None
        self._teardowns: list[_Teardown] = []
        self._events: list[Event] = []
        self._steps: list[Step] = []
        self._checks: list[CheckResult] = []
        self._points: list[RecoveryPoint] = []
        self._chosen_from: list[Restorer] = []
        self._worst_cases: list[WorstCase] = []
        self._stopping: Callable[[], bool] = lambda: False

    def equip(self, parts: Parts, stopping: Callable[[], bool]) -> None:
        """Hand the session what it works with; wiring calls this once. `stopping` says that somebody asked to stop."""
        self._parts, self._stopping = parts, stopping

    def cannot_start(self, fault: DrillFault) -> None:
        """Remember what went wrong before the first step; that step raises it, so that it is recorded and judged."""
        self._pending = fault

    # What flows use, in the order of a drill.

    @property
    def restorer(self) -> Restorer:
        """How the drill's resource is restored."""
        if self.parts.restorer is None:
            raise TypeError(f"{self.header.kind} has no restorer")
        return self.parts.restorer

    @property
    def environment(self) -> Environment:
        """How the drill's environment is created anew."""
        if self.parts.environment is None:
            raise TypeError(f"{self.header.kind} has no environment")
        return self.parts.environment

    @property
    def stores(self) -> tuple[Store, ...]:
        """The stores of the environment that are filled from backups."""
        return self.parts.stores

    @property
    def parts(self) -> Parts:
        """All that wiring gave; what was known to be wrong before the start is raised here, inside the run."""
        if self._pending is not None:
            pending = self._pending
            self.step("prepare", _raise, pending, phase=Phase.PREPARE)
        if self._parts is None:
            raise TypeError("the session was not equipped")
        return self._parts

    def prepare(self, name: str, act: Callable[..., T], *args: Any) -> T:
        """A step before the clock starts: looking, never changing."""
        return self.step(name, act, *args, phase=Phase.PREPARE)

    def choose(self, name: str, restorer: Restorer) -> RecoveryPoint:
        """A step that picks the recovery point; what its history promises in the worst case is looked up at the end."""
        point = self.step(name, restorer.choose)
        self._points.append(point)
        self._ledger.record_point(self.header.id, point)
        self._chosen_from.append(restorer)
        return point

    def at_exit(self, name: str, destroy: Callable[[Copy], CopyState], copy: Copy) -> None:
        """Register a copy's teardown, and write the intent to create it: always before the call that does."""
        self._ledger.intend_copy(copy, self._clock.now())
        self._teardowns.append(_Teardown(name, destroy, copy))

    def create(self, name: str, act: Callable[..., Identity], *args: Any, copy: Copy) -> None:
        """A step that asks AWS for a registered copy; its identity is in the ledger when the step ends."""

        def create() -> None:
            identity = act(*args, copy)
            self._ledger.change_copy(copy, CopyState.CREATED, self._clock.now(), identity)

        self.step(name, create)
        if not any(event.moment is Moment.ACCEPTED for event in self._events):
            self.reached(Moment.ACCEPTED)

    def step(
        self,
        name: str,
        act: Callable[..., T],
        *args: Any,
        reaches: Moment | None = None,
        phase: Phase = Phase.RECOVER,
    ) -> T:
        """Perform one timed step; it is in the ledger before it begins, and again before the next one does.

        Words that it returns are what it saw, and are kept as evidence.
        """
        if phase is Phase.RECOVER and not self._events:
            self._disrupt()
        step = self._begin(name, phase)
        try:
            if phase is not Phase.TEARDOWN:
                self._heed_a_stop()
            result = self._call(name, partial(act, *args))
        except BaseException as error:
            self._finish(step, outcome_of(error), str(error) or type(error).__name__)
            raise
        self._finish(step, Outcome.PASSED, result if isinstance(result, str) else "")
        if reaches is not None:
            self.reached(reaches)
        return result

    def fill(self, store: Store) -> None:
        """Load a restored store into the environment's own; that one becomes a copy of this run first."""
        member, identity = self.environment.member(store.logical_id, self.copy)
        self._ledger.intend_copy(member, self._clock.now())
        self._ledger.change_copy(member, CopyState.CREATED, self._clock.now(), identity)
        self.environment.fill(store.copy, member)

    def verify(self, name: str = "verify") -> None:
        """Perform every check; the recovery clock stops only when all the mandatory ones have passed."""
        checks = self.parts.checks

        def verify() -> None:
            results = checks.all(self.copy, tuple(self._points), self._disrupted())
            for result in results:
                self._checks.append(result)
                self._ledger.record_check(self.header.id, result)
            mandatory = [result for result in results if result.mandatory]
            if unproven := [result for result in mandatory if result.outcome is not Outcome.PASSED]:
                raise _ChecksDidNotPass(unproven)
            if not mandatory:
                raise _ChecksDidNotPass([])

        self.reached(Moment.DATA_RESTORED)
        try:
            self.step(name, verify, phase=Phase.VERIFY)
        except _ChecksDidNotPass:
            return  # the verdict rests on the results themselves
        self.reached(Moment.DATA_VERIFIED)
        self.reached(Moment.SERVICE_VERIFIED)

    def reached(self, moment: Moment) -> None:
        """Write that a moment was reached, now."""
        self._note(Event(moment, self._clock.now(), self._offset()))

    def observe(self, copy: Copy, state: str) -> None:
        """Write a state that AWS reported for a copy."""
        self._ledger.record_observation(self.header.id, Observation(copy.id, state, self._clock.now(), self._offset()))

    # The end of a run.

    def __enter__(self) -> Session:
        self._ledger.open_run(self.header)
        return self

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Tear down, judge, close. A fault of the drill ends here; a defect of ours, or a stop, passes on."""
        cleanup_reasons = self._tear_down()
        self._look_back()
        fault = (outcome_of(error), _told(error)) if error is not None else None
        judgement = judge(
            Record(
                self.header,
                self._events,
                self._steps,
                self._checks,
                self._points,
                self._worst_cases,
                self.cleanup,
                cleanup_reasons,
                fault,
            )
        )
        self.verdict = judgement.verdict
        self._ledger.close_run(
            self.header.id,
            Closing(
                self._clock.now(),
                judgement.verdict,
                judgement.reasons,
                self.cleanup,
                tuple(cleanup_reasons),
                judgement.measures,
                judgement.worst_case_verdict,
                judgement.findings,
                RULES,
            ),
        )
        return isinstance(error, DrillFault)

    def _tear_down(self) -> list[str]:
        """Destroy every registered copy, last first; one that resists does not keep the others."""
        reasons: list[str] = []
        states: list[CopyState] = []
        for teardown in reversed(self._teardowns):
            try:
                state, why = self._destroy(teardown)
            except Exception as error:  # noqa: BLE001 - a ledger that cannot be written to is no reason to stop here
                copy = teardown.copy
                state, why = CopyState.UNPROVEN, f"{copy.type} {copy.id} in {copy.region}: {_told(error)}"
            states.append(state)
            reasons += [why] if why else []
        gone = all(state in (CopyState.DELETED, CopyState.NEVER_CREATED) for state in states)
        self.cleanup = Cleanup.CLEAN if gone else Cleanup.UNPROVEN
        if CopyState.LEFTOVER in states:
            self.cleanup = Cleanup.LEFTOVERS
        if gone and self._events:
            self.reached(Moment.CLEAN)
        return reasons

    def _look_back(self) -> None:
        """What the history of recovery points promises in the worst case; off the clock, for no recovery needs it."""
        for restorer in self._chosen_from:
            with suppress(Exception):  # the step says what went wrong; the run must be judged and closed all the same
                now = self._clock.now()
                worst = self.step("look back at the recovery points", restorer.worst_case, now, phase=Phase.TEARDOWN)
                self._worst_cases += [worst] if worst else []

    def _destroy(self, teardown: _Teardown) -> tuple[CopyState, str]:
        copy, why = teardown.copy, ""
        try:
            state = self.step(teardown.name, teardown.destroy, copy, phase=Phase.TEARDOWN)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the other copies must still be destroyed
            state = CopyState.LEFTOVER if self._was_created(copy) else CopyState.UNPROVEN
            why = f"{copy.type} {copy.id} in {copy.region}: {_told(error)}"
        for record in self._ledger.copies(self.header.id):
            owned = record.copy.parent == copy.id and record.state is CopyState.CREATED
            if record.copy.id == copy.id or owned:
                self._ledger.change_copy(record.copy, state, self._clock.now())
        return state, why

    def _was_created(self, copy: Copy) -> bool:
        known = [record for record in self._ledger.copies(self.header.id) if record.copy.id == copy.id]
        return any(record.identity is not None for record in known)

    # Writing it down.

    def _disrupt(self) -> None:
        """The clock starts. A scheduled drill exercises neither detection nor declaration: both are T0."""
        at, offset = self._clock.now(), self._offset()
        for moment in (Moment.DISRUPTION, Moment.DETECTED, Moment.DECLARED, Moment.RECOVERY_STARTED):
            self._note(Event(moment, at, offset))

    def _disrupted(self) -> datetime:
        return next((event.at for event in self._events if event.moment is Moment.DISRUPTION), self._clock.now())

    def _note(self, event: Event) -> None:
        self._events.append(event)
        self._ledger.record_event(self.header.id, event)

    def _begin(self, name: str, phase: Phase) -> Step:
        step = Step(len(self._steps) + 1, name, phase, self._clock.now(), self._offset())
        self._steps.append(step)
        self._ledger.start_step(self.header.id, step)
        return step

    def _finish(self, step: Step, outcome: Outcome, detail: str = "") -> None:
        duration = self._offset() - step.offset
        done = replace(step, ended_at=self._clock.now(), duration=duration, outcome=outcome, detail=detail)
        self._steps[step.seq - 1] = done
        self._ledger.finish_step(self.header.id, done)

    def _heed_a_stop(self) -> None:
        if self._stopping():
            raise Aborted("stopped on request", "run it again when the reason is gone")

    def _offset(self) -> timedelta:
        return timedelta(seconds=self._clock.monotonic() - self._opened)


class _ChecksDidNotPass(DrillFault):
    """Ends the verify step as not passed; the check results carry the reasons."""

    def __init__(self, unproven: Sequence[CheckResult]) -> None:
        names = ", ".join(result.name for result in unproven)
        super().__init__(f"did not pass: {names}" if names else "no mandatory check ran")
        self.failed = any(result.outcome is Outcome.FAILED for result in unproven)


def outcome_of(error: BaseException) -> Outcome:
    """What an exception makes of the step that it ended; a defect of ours proves nothing about the service."""
    if isinstance(error, Aborted) or not isinstance(error, Exception):
        return Outcome.ABORTED  # an interrupt, an exit, or Prefect's own signal
    if isinstance(error, NotRecoverable) or (isinstance(error, _ChecksDidNotPass) and error.failed):
        return Outcome.FAILED
    return Outcome.INCONCLUSIVE


def _told(error: BaseException) -> str:
    if isinstance(error, DrillFault):
        return error.message
    if not isinstance(error, Exception):
        return "stopped on request"
    return f"a defect of the program: {type(error).__name__}: {error}"


def _raise(error: Exception) -> None:
    raise error


def plain(_name: str, act: Callable[[], T]) -> T:
    """The plainest Call: no engine around the step."""
    return act()
