"""Stand-ins for the world: a clock that moves only when told, a ledger in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.clock import Event
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.parity import Difference
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.replica import Made
from dr_orchestrator.domain.resource_type import Described
from dr_orchestrator.domain.run import CheckResult, Closing, Observation, RunHeader, Segment, ServerTime, Step
from dr_orchestrator.domain.verdict import Verdict


class FakeClock:
    """A clock that stands still until it is slept on or moved; safe to share between threads."""

    pace = 120.0

    def __init__(self, start: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._stepped = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._start + self._stepped + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._elapsed += max(0.0, seconds)

    def step(self, by: timedelta) -> None:
        """Set the wall clock forward or back, as an administrator or NTP would; `monotonic` does not notice."""
        self._stepped += by


class RunningClock(FakeClock):
    """A clock that runs a millisecond at each look, so that whatever happens between two looks takes some time."""

    def monotonic(self) -> float:
        self.sleep(0.001)
        return super().monotonic()


@dataclass
class MemoryLedger:
    """A ledger that remembers the order of what was written; `before` is called before each write and may raise.

    `story` holds each write as one line, among whatever else a test tells it.
    """

    story: list[str] = field(default_factory=list)
    headers: list[RunHeader] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    steps: dict[int, Step] = field(default_factory=dict)
    sources: dict[str, Described] = field(default_factory=dict)
    points: list[RecoveryPoint] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    server_times: list[ServerTime] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    exercises: list[Exercise] = field(default_factory=list)
    rows: dict[str, CopyRecord] = field(default_factory=dict)
    template: Made | None = None
    closing: Closing | None = None
    before: Callable[[str], None] = lambda _line: None

    def _write(self, line: str) -> None:
        self.before(line)
        self.story.append(line)

    def open_exercise(self, exercise: Exercise) -> None:
        self._write(f"open exercise {exercise.id}")
        self.exercises.append(exercise)

    def close_exercise(self, exercise: str, ended_at: datetime, verdict: Verdict) -> None:
        self._write(f"close exercise {exercise} {verdict} {ended_at}")

    def open_run(self, header: RunHeader) -> None:
        self._write("open run")
        self.headers.append(header)

    def record_event(self, run: str, event: Event) -> None:
        assert event.moment not in [each.moment for each in self.events], f"{run}: {event.moment} is reached once"
        self._write(f"event {event.moment}")
        self.events.append(event)

    def start_step(self, run: str, step: Step) -> None:
        assert step.seq not in self.steps, f"{run}: step {step.seq} starts once"
        self._write(f"start {step.name}")
        self.steps[step.seq] = step

    def finish_step(self, run: str, step: Step) -> None:
        assert self.steps[step.seq].ended_at is None, f"{run}: step {step.seq} ends once"
        self._write(f"finish {step.name} {step.outcome}")
        self.steps[step.seq] = step

    def record_source(self, run: str, source: Described) -> None:
        self._write(f"source {source.resource} of {run}")
        self.sources[source.resource] = source

    def record_point(self, run: str, point: RecoveryPoint) -> None:
        self._write(f"point {point.id} of {run}")
        self.points.append(point)

    def intend_copy(self, copy: Copy, at: datetime) -> None:
        assert copy.id not in self.rows, f"{copy.id} is intended once"
        self._write(f"intend {copy.id}")
        self.rows[copy.id] = CopyRecord(copy, CopyState.INTENDED, None, at)

    def change_copy(
        self, copy: Copy, state: CopyState, at: datetime, identity: Identity | None = None, job: str = ""
    ) -> None:
        self._write(f"copy {copy.id} {state}")
        before = self.rows[copy.id]
        self.rows[copy.id] = replace(before, state=state, identity=before.identity or identity, gone_at=at)
        self.rows[copy.id] = replace(self.rows[copy.id], job=before.job or job)

    def copies(self, run: str) -> Sequence[CopyRecord]:
        self.before(f"read copies of {run}")
        return list(self.rows.values())

    def record_check(self, run: str, result: CheckResult) -> None:
        self._write(f"check {result.name} {result.outcome} of {run}")
        self.checks.append(result)

    def record_observation(self, run: str, observation: Observation) -> None:
        self._write(f"observed {observation.state} of {run}")
        self.observations.append(observation)

    def record_segment(self, run: str, segment: Segment) -> None:
        self._write(f"{segment.kind} of {run}")
        self.segments.append(segment)

    def record_server_time(self, run: str, told: ServerTime) -> None:
        self._write(f"AWS's time of {told.state} of {run}")
        self.server_times.append(told)

    def record_differences(self, run: str, differences: Sequence[Difference]) -> None:
        self._write(f"{len(differences)} differences of {run}")
        self.differences = list(differences)

    def record_template(self, run: str, made: Made) -> None:
        assert self.template is None, f"{run} has one template"
        self._write(f"template of {run}")
        self.template = made

    def record_bucket(self, run: str, bucket: str) -> None:
        self._write(f"bucket {bucket} of {run}")

    def close_run(self, run: str, closing: Closing) -> None:
        assert self.closing is None, f"{run} is closed once"
        self._write(f"close {closing.verdict}")
        self.closing = closing
