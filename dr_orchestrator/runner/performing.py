"""Performs one timed step after the other: each in the ledger before it begins, and patient with what passes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.evidence import Opened, Ready, Seen
from dr_orchestrator.domain.run import Phase, Probed, Role, SegmentKind, Step
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DrillFault, NotRecoverable, without_secrets
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.runner.ending import outcome_of
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.runner.patience import AFTERWARDS, LOOKING, RECOVERING, TEARING_DOWN, Patience
from dr_orchestrator.runner.stop import words_of
from dr_orchestrator.waiting.standstill import STOOD_STILL

T = TypeVar("T")
PATIENCE = {
    Phase.PREPARE: LOOKING,
    Phase.RECOVER: RECOVERING,
    Phase.VERIFY: RECOVERING,
    Phase.TEARDOWN: AFTERWARDS,
}
CONFIRMED_WITHIN, CONFIRMED_AFTER = 60.0, 5.0
"""Drill seconds after which is looked once more at what would fail a drill before anything is made."""


class Performer:
    """Performs the steps of a run."""

    def __init__(self, journal: Journal, context: RunContext) -> None:
        self._journal, self._context = journal, context
        self._broken: list[tuple[BaseException, Step]] = []

    def __call__(
        self,
        name: str,
        act: Callable[..., T],
        *args: Any,
        phase: Phase = Phase.RECOVER,
        role: Role = Role.STEP,
        patience: Patience | None = None,
    ) -> T:
        """Perform one; it is in the ledger before it begins, and again before the next one does.

        What it comes back to have Seen, or tells of a copy that is Ready, is kept as evidence. Its `patience` is that
        of its phase, unless another is told.
        """
        clocked = not self._journal.header.kind.interrupts  # else the clock is a client's
        if clocked and phase is Phase.RECOVER and not self._journal.has(Moment.RECOVERY_STARTED):
            self._journal.disrupt()
        step = self._journal.begin(name, phase, role)
        patience = patience or (TEARING_DOWN if role is Role.DESTROY else PATIENCE[phase])
        stood_still = self._context.stood_still()
        try:
            if phase is not Phase.TEARDOWN:
                self._context.raise_if_stopped()
            result = self._context.call(name, lambda: self._context.patiently(partial(act, *args), patience))
        except BaseException as error:
            self._broken.append((error, step))
            evidence = error.evidence if isinstance(error, DrillFault) else ""
            told = str(error) if isinstance(error, Exception) else words_of(error)
            self._journal.finish(step, outcome_of(error), evidence or without_secrets(told) or type(error).__name__)
            raise
        if not isinstance(result, Ready):  # who waited for a copy has told which part of it the copy was ready for
            held = self._context.stood_still() - stood_still
            self._context.delayed(SegmentKind.HOLD, f"{name}: {STOOD_STILL}", held)
        words = result.words if isinstance(result, Seen | Ready) else ""
        did = not isinstance(result, Opened) or result.verified
        seen = result if isinstance(result, Probed) else Probed(did, words)
        self._journal.finish(step, Outcome.PASSED, seen.words, tried=seen.tried)
        return result

    def confirmed(self, look: Callable[[], T], within: float = CONFIRMED_WITHIN) -> T:
        """Look; what would fail the drill is believed when seen twice: AWS may forget for a moment.

        What took longer than `within` drill seconds has been asked often enough.
        """
        clock, began = self._context.clock, self._context.clock.monotonic()
        try:
            return look()
        except NotRecoverable:
            if clock.monotonic() - began > within:
                raise
            clock.sleep(CONFIRMED_AFTER)
            self._context.raise_if_stopped()
            return look()

    def broken_by(self, error: BaseException | None) -> Step | None:
        """The step that an exception ended; None where it came from between two."""
        return next((step for broke, step in self._broken if broke is error), None)
