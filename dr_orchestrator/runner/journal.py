"""The journal of a run so far; a run that goes on in another process reads here what it need not do again."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.judge.judgement import Record
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.parity import Difference
from dr_orchestrator.domain.ports import Clock, Ledger
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.replica import Made
from dr_orchestrator.domain.resource_type.traits import Described
from dr_orchestrator.domain.run import (
    CheckResult,
    Observation,
    Phase,
    Role,
    Run,
    RunHeader,
    Segment,
    SegmentKind,
    ServerTime,
    Step,
)
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import LeaseLost, NotMeasured

STEP_BACK_S = 1.0
"""Real seconds by which the clocks of two machines may differ when a run is resumed."""

SILENT = "the ledger did not answer at once"
FELT_S = 1.0
"""Real seconds; what the ledger takes adds up, and is told as soon as it is more."""


class Journal:
    """The facts of one run: in the ledger as soon as they are known, and at hand for the verdict.

    `recorded` is the run as a dead process left it. Its time goes on: what lay between counts, for nobody recovered
    anything meanwhile; that span is bridged by the wall clock, as no monotonic clock outlives its process, and stands
    as a segment of its own from when the dead process was `last_seen` alive. `before_each` fact it is asked whether the
    run is still this process's to write of, and raises where it is not.
    """

    def __init__(
        self,
        header: RunHeader,
        ledger: Ledger,
        clock: Clock,
        recorded: Run | None = None,
        last_seen: datetime | None = None,
        before_each: Callable[[], None] = lambda: None,
    ) -> None:
        self.header = header
        self._ledger, self._clock = ledger, clock
        self._recorded, self._last_seen, self._before_each = recorded, last_seen, before_each
        self._zero = clock.monotonic()
        if recorded is not None:
            self._zero -= max(0.0, (clock.now() - header.started_at).total_seconds())
        self.events: list[Event] = list(recorded.events) if recorded else []
        self.steps: list[Step] = list(recorded.steps) if recorded else []
        self.points: list[RecoveryPoint] = []
        self.segments: list[Segment] = list(recorded.segments) if recorded else []
        self.differences: list[Difference] = list(recorded.differences) if recorded else []
        self.clock_doubts: list[str] = []
        self._waits: list[float] = []
        self._telling = False
        self.again: Counter[str] = Counter()  # calls that were made again since the step began
        self.told: list[str] = []  # what is to be told with the step, however it ends
        self._checks = {check.name: check for check in recorded.checks} if recorded else {}
        self._old_points = deque(recorded.points if recorded else ())
        template = recorded.template if recorded else None
        self._templates = {each.stack: each for each in (template.stacks or (template,))} if template else {}
        self._empty = list(template.empty) if template else []
        self._sources: dict[str, Described] = {}  # as they were last described
        self._written: dict[str, Described] = {}
        self._chosen: set[str] = set()  # of which a recovery point was
        self._passed = {step.key for step in self.steps if step.outcome is Outcome.PASSED}

    @property
    def checks(self) -> list[CheckResult]:
        """The results; of a check that was performed again the newest."""
        return list(self._checks.values())

    @property
    def ledger(self) -> Ledger:
        """The ledger, once it is known that the run is still this process's to write of."""
        self._before_each()
        return self._ledger

    def open(self) -> None:
        """Write the run, or what became of the step in which its process died."""
        if self._recorded is None:
            self._ledger.open_run(self.header)
            return
        if self._last_seen is not None:
            dead = (self._clock.now() - max(self._last_seen, *_told_at(self._recorded))).total_seconds()
            self.segment(SegmentKind.INTERRUPTION, "the process died; another one resumed the run", dead)
            if dead < -STEP_BACK_S * self._clock.pace:
                back = format_duration(timedelta(seconds=-dead))
                told = f"the wall clock stands {back} before what the dead process wrote: time is missing"
                self.clock_doubts.append(told)
        for step in self.steps:
            if step.outcome is None:
                lost = format_duration(self.offset() - step.offset)
                self.finish(step, Outcome.ABORTED, f"its process died in this step; gone on {lost} after it began")

    def passed_before(self, name: str, phase: Phase, role: Role = Role.STEP) -> bool:
        """Whether a step passed in an earlier process of this run, and need not be done again."""
        return self._step(name, phase, role).key in self._passed

    def point_before(self) -> RecoveryPoint | None:
        """The next recovery point that an earlier process chose, in the order of choosing."""
        return self._old_points.popleft() if self._old_points else None

    def has(self, moment: Moment) -> bool:
        """Whether a moment was reached."""
        return any(event.moment is moment for event in self.events)

    @property
    def prepares(self) -> bool:
        """Whether the step that goes on only looks, and recovers nothing: those of a process that goes on, too."""
        step = self.steps[-1] if self.steps else None
        return step is not None and step.outcome is None and step.phase is Phase.PREPARE

    def reach(
        self, moment: Moment, at: datetime | None = None, offset: timedelta | None = None, *, ago: float = 0.0
    ) -> None:
        """Write that a moment was reached, now or so many seconds ago; one that was reached before stays as it was."""
        if self.has(moment):
            return
        earlier = timedelta(seconds=ago)
        at = self._clock.now() - earlier if at is None else at
        event = Event(moment, at, self.offset() - earlier if offset is None else offset)
        self.events.append(event)
        self.ledger.record_event(self.header.id, event)

    def disrupt(self) -> None:
        """The clock starts. A scheduled drill exercises neither detection nor declaration: both are T0."""
        begun = next((event for event in self.events if event.moment is Moment.DISRUPTION), None)
        if begun is None:
            self._waits.clear()  # they were over before the clock started
        at, offset = (begun.at, begun.offset) if begun else (self._clock.now(), self.offset())
        for moment in (Moment.DISRUPTION, Moment.DETECTED, Moment.DECLARED, Moment.RECOVERY_STARTED):
            self.reach(moment, at, offset)

    def disrupted(self) -> datetime:
        """The instant of the disruption; now, where there was none yet."""
        return next((event.at for event in self.events if event.moment is Moment.DISRUPTION), self._clock.now())

    def begin(self, name: str, phase: Phase, role: Role = Role.STEP) -> Step:
        """Write that a step begins."""
        self.again.clear()
        self.told.clear()
        step = self._step(name, phase, role)
        self.steps.append(step)
        self.ledger.start_step(self.header.id, step)
        return step

    def _step(self, name: str, phase: Phase, role: Role) -> Step:
        return Step(len(self.steps) + 1, name, phase, self._clock.now(), self.offset(), role=role)

    def finish(self, step: Step, outcome: Outcome, detail: str = "", *, tried: bool = True) -> None:
        """Write how a step ended, with the calls that failed in passing: what was overcome is told all the same."""
        duration, attempts = self.offset() - step.offset, 1 + self.again.total()
        overcome = ", ".join(f"{what}, {times} times" if times > 1 else what for what, times in self.again.items())
        detail = "; ".join(filter(None, (detail, *self.told, overcome and f"asked again after {overcome}")))
        done = replace(step, ended_at=self._clock.now(), duration=duration, outcome=outcome, detail=detail)
        done = replace(done, attempts=attempts, tried=tried)
        self.steps[step.seq - 1] = done
        self.ledger.finish_step(self.header.id, done)

    def credible(self, point: RecoveryPoint) -> RecoveryPoint:
        """A recovery point that a disaster can have left; NotMeasured where it is from after the disruption."""
        struck = self.disrupted()
        if (latest := max(point.data_time, point.reference or point.data_time)) > struck:
            told = f"{point.id} is of {latest:%Y-%m-%d %H:%M:%S} UTC, after the disruption at {struck:%H:%M:%S} UTC"
            raise NotMeasured(
                f"{told}: no disaster leaves such a recovery point", "see that AWS's clock and ours agree"
            )
        return point

    def describe(self, source: Described) -> None:
        """Note a source as it is described; it is written with a recovery point that is chosen."""
        self._sources[source.resource] = source

    def choose(self, point: RecoveryPoint, known: bool) -> None:
        """Note the recovery point that was chosen, and write it unless an earlier process did; the sources first, so
        that of a point which is known they are, too. Whatever a source becomes after its own point was chosen is not
        what was restored.
        """
        self.points.append(point)
        if not known:
            self._write_sources(point)
            self.ledger.record_point(self.header.id, point)
        self._chosen.add(point.store)

    def _write_sources(self, point: RecoveryPoint) -> None:
        """Write each source that is otherwise than it was written, but for those whose own point was another."""
        for name, source in self._sources.items():
            own = name == point.store
            held = source.held(point.traits) if own else source
            if (own or name not in self._chosen) and self._written.get(name) != held:
                self._written[name] = held
                self.ledger.record_source(self.header.id, held)

    def check(self, result: CheckResult) -> None:
        """Write a check's result."""
        self._checks[result.name] = result
        self.ledger.record_check(self.header.id, result)

    def observe(self, copy: Copy, state: str) -> None:
        """Write a state that AWS reported for a copy."""
        seen = Observation(copy.id, state, self._clock.now(), self.offset())
        self.ledger.record_observation(self.header.id, seen)

    def waited(self, seconds: float, *, apart: bool = False) -> None:
        """Note that the ledger took so many drill seconds; `apart` where that held nothing up: then the step tells."""
        if not apart:
            self._waits.append(seconds)
        elif seconds > FELT_S * self._clock.pace:
            self.again[SILENT] += 1

    def tell_waits(self) -> None:
        """Write as one segment what the ledger took since the last one was written; nothing while that is little."""
        if self._telling or sum(self._waits) <= FELT_S * self._clock.pace:
            return
        waits, self._waits, self._telling = self._waits, [], True
        more = f"; {len(waits)} waits, the longest {format_duration(timedelta(seconds=max(waits)))}"
        try:  # what writing it takes is told with the next ones
            told = f"{SILENT}{more if len(waits) > 1 else ''}"
            self.segment(SegmentKind.HOLD, told, sum(waits))
        finally:
            self._telling = False

    def segment(self, kind: SegmentKind, reason: str, seconds: float) -> None:
        """Write a labelled segment of so many seconds that ends now; none where it took no time."""
        if seconds <= 0 or self._is_anothers():
            return
        lasted = timedelta(seconds=seconds)
        segment = Segment(kind, reason, self._clock.now() - lasted, self.offset() - lasted, lasted)
        self.segments.append(segment)
        self._ledger.record_segment(self.header.id, segment)

    def _is_anothers(self) -> bool:
        """Whether another process drives the run: told on the way out, where the next fact says so by itself."""
        try:
            self._before_each()
        except LeaseLost:
            return True
        return False

    def derive(self, made: Made) -> None:
        """Write the template of the replica, or of a stack of it, once; NotMeasured where an earlier process of this
        run derived another.
        """
        before = self._templates.get(made.stack)
        if before is None:
            self.ledger.record_template(self.header.id, made)
            self._templates[made.stack] = made
            self._empty += made.empty
        elif (before.digest, before.derived_digest) != (made.digest, made.derived_digest):
            raise NotMeasured(
                f"the template that is derived now ({made.derived_digest[:16]}) is not the one that run"
                f" {self.header.id} began with ({before.derived_digest[:16]})",
                "another release derives it otherwise: start a new run",
            )

    def server_time(self, told: ServerTime) -> None:
        """Write what AWS's own clock says of a copy."""
        self._ledger.record_server_time(self.header.id, told)

    def differ(self, differences: Sequence[Difference]) -> None:
        """Write the settings in which copies are not as their sources."""
        self.ledger.record_differences(self.header.id, differences)
        self.differences = list(differences)

    def record(self, **more: Any) -> Record:
        """All that was written down, with what else a verdict rests on."""
        facts = (self.events, self.steps, self.checks, self.points)
        empty = [part for part in self._empty if not part.reason]
        more |= {"segments": self.segments, "differences": self.differences}
        return Record(self.header, *facts, empty=empty, **more)

    @property
    def zero(self) -> float:
        """The monotonic clock's reading when the run was opened."""
        return self._zero

    def at(self, offset: timedelta) -> datetime:
        """The wall clock's reading at an offset of this process."""
        return self._clock.now() - (self.offset() - offset)

    def offset(self) -> timedelta:
        """How long the run has been open."""
        return timedelta(seconds=self._clock.monotonic() - self._zero)


def _told_at(recorded: Run) -> list[datetime]:
    """When a dead process wrote something down: it lived at least until then, whatever its lease says."""
    steps = [step.ended_at or step.started_at for step in recorded.steps]
    return [recorded.header.started_at, *steps, *(event.at for event in recorded.events)]
