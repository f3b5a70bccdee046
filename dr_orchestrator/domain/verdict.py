"""The closed sets of outcomes and verdicts, worst first where several apply."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """How a step or a check ended; what crashed or could not look is inconclusive, never passed."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    ABORTED = "aborted"
    SKIPPED = "skipped"


class Verdict(StrEnum):
    """The worth of a run or an exercise, in order of precedence: the first that applies is the verdict."""

    ABORTED = "ABORTED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"
    PARTIAL = "PARTIAL"
    PASSED_WITH_FINDINGS = "PASSED WITH FINDINGS"
    PASSED = "PASSED"

    @property
    def green(self) -> bool:
        """Whether the promise was proven."""
        return self in (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS)


class WorstCaseVerdict(StrEnum):
    """Whether the RPO would be kept at the worst instant, by the history of the recovery points."""

    MET = "met"
    MISSED = "missed"
    NOT_MEASURED = "not measured"
    NO_TARGET = "no target"


class Cleanup(StrEnum):
    """Whether the copies are gone: proven, known not to be, or unknown."""

    CLEAN = "CLEAN"
    LEFTOVERS = "LEFTOVERS"
    UNPROVEN = "UNPROVEN"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of several runs together; of none at all, INCONCLUSIVE: nothing was proven."""
    order = list(Verdict)
    return min(verdicts, key=order.index, default=Verdict.INCONCLUSIVE)


def worst_cleanup(cleanups: Iterable[Cleanup]) -> Cleanup:
    """The clean-up of several runs together; a known leftover outweighs an unknown."""
    order = [Cleanup.LEFTOVERS, Cleanup.UNPROVEN, Cleanup.CLEAN]
    return min(cleanups, key=order.index, default=Cleanup.CLEAN)
