"""The sentence under a verdict: true beside every figure on the same page."""

from __future__ import annotations

from collections.abc import Sequence

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.judge.against import Standing
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import Phase, Run
from dr_orchestrator.domain.verdict import Outcome, Verdict, WorstCaseVerdict
from dr_orchestrator.reporting.measure.target import targets

_RUN = {
    None: "This run is not closed: it is under way, or its process died. Nothing on this page is a result yet.",
    Verdict.ABORTED: "The drill was stopped before it could prove anything.",
    Verdict.INCONCLUSIVE: "The promise was neither proven nor disproven: not everything could be measured.",
    Verdict.PARTIAL: "What ran has passed, but not everything that was planned did run.",
    Verdict.PASSED_WITH_FINDINGS: "The promise was kept, and there is something to work on.",
    Verdict.PASSED: "The promise was kept.",
}
_EXERCISE = {
    None: "This exercise is not closed: it is under way, or its process died. Nothing on this page is final.",
    Verdict.ABORTED: "The exercise was stopped.",
    Verdict.FAILED: "Not every drill met its objective.",
    Verdict.INCONCLUSIVE: "Not every objective could be measured.",
    Verdict.PARTIAL: "What ran has passed, but not everything that was planned did run.",
    Verdict.PASSED_WITH_FINDINGS: "Every drill met its objective, and there is something to work on.",
    Verdict.PASSED: "Every drill met its objective.",
}


def of_run(run: Run) -> str:
    """The meaning of a run's verdict; of a failed one, what failed."""
    verdict = run.closing.verdict if run.closing else None
    if verdict is Verdict.FAILED:
        return _failed(run)
    if verdict is not None and verdict.green and _misses_at_worst(run):
        return "The promise was kept in this drill; in the worst case it would not be."
    return _RUN[verdict]


def of_exercise(exercise: Exercise, runs: Sequence[Run]) -> str:
    """The meaning of an exercise's verdict; a green one does not hide that a worst case misses."""
    drills = {run.header.drill for run in runs}
    missing = {run.header.drill for run in runs if _misses_at_worst(run)}
    if exercise.verdict is not None and exercise.verdict.green and missing:
        return f"Every drill met its objective; in the worst case {len(missing)} of {len(drills)} would not."
    return _EXERCISE[exercise.verdict]


def _misses_at_worst(run: Run) -> bool:
    return run.closing is not None and run.closing.worst_case_verdict is WorstCaseVerdict.MISSED


def _failed(run: Run) -> str:
    """Only a measured figure can break a promise; whatever else failed is named as what it is."""
    missed = [target.name for target in targets(run) if target.standing is Standing.MISSED]
    said = [f"The promise was not kept: {' and '.join(missed)} missed"] if missed else []
    return f"{'; '.join([*said, *_broken(run)]) or 'The drill failed'}."


def _broken(run: Run) -> list[str]:
    wrong = {check.name for check in run.checks if check.mandatory and check.outcome is Outcome.FAILED}
    if wrong:
        checks = "A mandatory check" if len(wrong) == 1 else counted(len(wrong), "mandatory check")
        return [f"{checks} failed", "the service was never verified"]
    step = next((step for step in run.steps if step.outcome is Outcome.FAILED), None)
    if step is None:
        return []
    lead = "The step" if step.phase is Phase.VERIFY else "The service could not be recovered: step"
    return [f"{lead} '{step.name}' failed"]
