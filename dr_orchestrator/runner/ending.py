"""How a run ends: what became of its copies, what an exception makes of a step, and the verdict in the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from dr_orchestrator.domain.copy import TERMINAL, Copy, CopyRecord, CopyState
from dr_orchestrator.domain.judge.judgement import RULES, Fault, Record, judge
from dr_orchestrator.domain.ports import Clock, Ledger
from dr_orchestrator.domain.run import SAFETY, CheckResult, Closing, Step
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import Aborted, DrillFault, NotRecoverable, without_secrets
from dr_orchestrator.runner.stop import words_of


def record_outcome(
    ledger: Ledger, copy: Copy, state: CopyState, clock: Clock, known: Sequence[CopyRecord] | None = None
) -> None:
    """Write what became of a copy, and of all that it owned: the copy last.

    A process that dies in between leaves a copy that is looked at once more, not members that nobody asks after.
    Whoever calls a copy gone has looked for all that it owned by the rows that were `known` then, where others write,
    too: what came later was not looked for, and stays as it is. What a copy that is not gone owned is not gone either.
    """
    rows = ledger.copies(copy.run)
    seen = {row.copy.key for row in (rows if known is None else known)}
    owned = [row for row in rows if row.copy.parent == copy.id and row.copy.key in seen]
    open_ones = [row.copy for row in owned if state not in TERMINAL or row.state not in TERMINAL]
    for each in [*open_ones, *(row.copy for row in rows if row.copy.key == copy.key)]:
        ledger.change_copy(each, state, clock.now())


def cleanup_of(states: list[CopyState]) -> Cleanup:
    """The clean-up verdict of what became of the copies; of none at all, CLEAN."""
    if CopyState.LEFTOVER in states:
        return Cleanup.LEFTOVERS
    return Cleanup.CLEAN if all(state in TERMINAL for state in states) else Cleanup.UNPROVEN


def close(record: Record, ledger: Ledger, clock: Clock) -> Verdict:
    """Judge a run and write its end."""
    judgement = judge(record)
    closing = Closing(
        clock.now(),
        judgement.verdict,
        judgement.reasons,
        record.cleanup,
        tuple(record.cleanup_reasons),
        judgement.measures,
        judgement.worst_case_verdict,
        judgement.findings,
        RULES,
        judgement.reason_rules,
    )
    ledger.close_run(record.header.id, closing)
    return judgement.verdict


class ChecksDidNotPass(DrillFault):
    """Ends the verify step as not passed; the check results carry the reasons."""

    def __init__(self, unproven: Sequence[CheckResult]) -> None:
        names = ", ".join(result.name for result in unproven)
        super().__init__(f"did not pass: {names}" if names else "no mandatory check ran")
        self.failed = any(result.outcome is Outcome.FAILED for result in unproven)


def outcome_of(error: BaseException) -> Outcome:
    """The outcome of a step that an exception ended; a defect of ours proves nothing about the service."""
    if isinstance(error, Aborted) or not isinstance(error, Exception):
        return Outcome.ABORTED  # an interrupt, an exit, or Prefect's own signal
    if isinstance(error, NotRecoverable) or (isinstance(error, ChecksDidNotPass) and error.failed):
        return Outcome.FAILED
    return Outcome.INCONCLUSIVE


def fault_of(error: BaseException, step: Step | None = None) -> Fault:
    """The fingerprint of what ended a recovery early, known again by the step that it met, its call and its cause,
    whatever it says.
    """
    met = "" if step is None else step.role.value if step.role in SAFETY else step.name
    named = (error.call, error.cause) if isinstance(error, DrillFault) else (type(error).__name__,)
    return Fault(outcome_of(error), error_text(error), tuple(filter(None, (met, *named))))


def error_text(error: BaseException) -> str:
    """An exception in words for the record."""
    if isinstance(error, DrillFault):
        return error.message
    if not isinstance(error, Exception):
        return without_secrets(words_of(error))
    return without_secrets(f"a defect of the program: {type(error).__name__}: {error}")
