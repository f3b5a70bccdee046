"""An actual held against its limit: how it stands, and the share of the target that was left."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from dr_orchestrator.domain.judge.findings import THIN
from dr_orchestrator.domain.judge.measure import SCHEDULE
from dr_orchestrator.domain.judge.reasons import headroom
from dr_orchestrator.domain.objective import Goal, Limit


class Standing(StrEnum):
    """How an actual stands against its limit; only `ok` and `thin` keep the promise."""

    OK = "ok"
    THIN = "thin"
    MISSED = "missed"
    NO_TARGET = "no target"
    NOT_MEASURED = "not measured"
    NOT_CREDIBLE = "not credible"
    NO_EVIDENCE = "no evidence"
    TOO_CLOSE = "too close to tell"


KEPT = (Standing.OK, Standing.THIN)


@dataclass(frozen=True)
class Against:
    """RTO or RPO of one run: the limit (None: no target), the actual (None: not measured), and the grade of an RPA.

    `error` is how far the clock may have put the actual off, either way.
    """

    name: Goal
    limit: Limit | None
    actual: timedelta | None
    grade: str = ""
    error: timedelta | None = None

    @property
    def evident(self) -> bool:
        """Whether the actual is more than arithmetic on a schedule."""
        return self.grade != SCHEDULE

    @property
    def credible(self) -> bool:
        """Whether the actual can be true: no recovery takes no time, no loss is negative."""
        if self.actual is None:
            return False
        return self.actual > timedelta() if self.name is Goal.RTO else self.actual >= timedelta()

    @property
    def headroom(self) -> float | None:
        """The share of the target that was left; None where nothing can be said."""
        if self.limit is None or self.actual is None or not self.evident:
            return None
        return headroom(self.limit, self.actual)

    @functools.cached_property
    def standing(self) -> Standing:
        """How the actual stands; the limit's own operator decides, so that equality misses a `<`."""
        if self.actual is not None and not self.credible:
            return Standing.NOT_CREDIBLE
        if self.limit is None:
            return Standing.NO_TARGET
        if self.actual is None:
            return Standing.NOT_MEASURED
        if not self.evident:
            return Standing.NO_EVIDENCE
        kept = self.limit.kept_by(self.actual, self.error)
        if not kept:
            return Standing.TOO_CLOSE if kept is None else Standing.MISSED
        return Standing.OK if headroom(self.limit, self.actual) >= THIN else Standing.THIN
