"""What the runner needs of the world; the adapters provide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from dr_orchestrator.domain.clock import Event
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import (
    CheckResult,
    Closing,
    Copy,
    CopyRecord,
    CopyState,
    Identity,
    Observation,
    RunHeader,
    Step,
)
from dr_orchestrator.domain.verdict import Verdict

T = TypeVar("T")


class Clock(Protocol):
    """The only source of time: `now` (UTC) for the record, `monotonic` (seconds) for durations, `sleep` to wait."""

    @property
    def pace(self) -> float:
        """Drill seconds to a real second; 1 against AWS itself."""

    def now(self) -> datetime:
        """The drill's wall clock, in UTC."""

    def monotonic(self) -> float:
        """Seconds of drill time since some fixed point; never steps back."""

    def sleep(self, seconds: float) -> None:
        """Wait for a span of drill time."""


class Call(Protocol):
    """Performs a step under its name: a plain call, or a Prefect task around one."""

    def __call__(self, name: str, act: Callable[[], T]) -> T:
        """Call `act` once and return what it returns; its exceptions pass through unchanged."""


class Ledger(Protocol):
    """The record. Every method has committed when it returns; none is called twice for one fact."""

    def open_exercise(self, exercise: Exercise) -> None:
        """Write an exercise before its first run."""

    def close_exercise(self, exercise: str, ended_at: datetime, verdict: Verdict) -> None:
        """Write an exercise's end."""

    def open_run(self, header: RunHeader) -> None:
        """Write a run before anything is done for it."""

    def record_event(self, run: str, event: Event) -> None:
        """Write a moment reached; a moment is reached once."""

    def start_step(self, run: str, step: Step) -> None:
        """Write that a step begins."""

    def finish_step(self, run: str, step: Step) -> None:
        """Write how the step of that `seq` ended."""

    def record_point(self, run: str, point: RecoveryPoint) -> None:
        """Write the recovery point that was chosen."""

    def intend_copy(self, copy: Copy, at: datetime) -> None:
        """Write the intent to create a copy, before the call that creates it."""

    def change_copy(self, copy: Copy, state: CopyState, at: datetime, identity: Identity | None = None) -> None:
        """Write what became of a copy; an identity once known is kept."""

    def copies(self, run: str) -> Sequence[CopyRecord]:
        """The copies of a run, in the order of their intent."""

    def record_check(self, run: str, result: CheckResult) -> None:
        """Write a check's result."""

    def record_observation(self, run: str, observation: Observation) -> None:
        """Write a change of state that was seen."""

    def close_run(self, run: str, closing: Closing) -> None:
        """Write the verdict; the run is complete."""


class Teardown(Protocol):
    """Destroys a copy and proves it gone. Idempotent: a copy that was never created is not an error."""

    def __call__(self, copy: Copy) -> CopyState:
        """Return DELETED or NEVER_CREATED once proven; raise DrillFault where it could not be."""


class Checks(Protocol):
    """The checks of one drill."""

    def all(self, copy: Copy) -> Sequence[CheckResult]:
        """Perform every check, whatever the others find; one that crashes is inconclusive."""
