"""An actual held against its limit: how it stands, and what was left of the target."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dr_orchestrator.domain.judge.against import Against, Standing
from dr_orchestrator.domain.objective import Goal, format_duration
from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.domain.run import Measures
from dr_orchestrator.reporting.wording import (
    ARITHMETIC,
    NO_TARGET,
    Badge,
    Figure,
    error_bar,
    exact,
    figure,
)

TONES = {
    Standing.OK: "pass",
    Standing.THIN: "warn",
    Standing.MISSED: "fail",
    Standing.NO_TARGET: "none",
    Standing.NOT_MEASURED: "unsure",
    Standing.NOT_CREDIBLE: "unsure",
    Standing.NO_EVIDENCE: "unsure",
    Standing.TOO_CLOSE: "unsure",
}


@dataclass(frozen=True)
class Target(Against):
    """RTO or RPO of one run, in words."""

    @property
    def badge(self) -> Badge:
        """The standing as a word with its tone."""
        unproven = self.standing is Standing.NO_EVIDENCE
        return Badge(ARITHMETIC if unproven else self.standing.value, TONES[self.standing])

    @property
    def objective(self) -> str:
        """The limit in words: `< 4 h`, or that there is none."""
        return str(self.limit) if self.limit else NO_TARGET

    @property
    def figure(self) -> Figure:
        """The actual as shown: rounded up, but never so that a kept promise looks like a broken one."""
        shown = figure(self.actual)
        if self.error and self.actual is not None:
            return Figure(f"{shown.text} {error_bar(self.error)}", f"{shown.exact} ± {exact(self.error)}")
        if self.limit and self.actual and self.actual != self.limit.value:
            same = shown.text == format_duration(self.limit.value)
            return Figure(f"{shown.text} ({shown.exact})", shown.exact) if same else shown
        return shown

    @property
    def margin(self) -> str:
        """The rest of the target, or by how much it was missed, in words."""
        if self.actual is not None and not self.evident:
            return ARITHMETIC
        share = self.headroom
        unsure = self.standing in (Standing.NOT_CREDIBLE, Standing.TOO_CLOSE)
        if self.limit is None or self.actual is None or share is None or unsure:
            return self.standing.value
        if self.standing is not Standing.MISSED:
            # Rounded down: 19.9 % must not read as the 20 % that it did not reach.
            return f"{math.floor(share * 100)} % headroom"
        over = self.actual - self.limit.value
        return f"over by {format_duration(over)}" if over else "exactly at the limit, and equality misses it"


def targets(run: Outlined) -> tuple[Target, Target]:
    """RTO and RPO of a run; nothing is measured before it closes."""
    measures = run.closing.measures if run.closing else Measures()
    objective = run.header.objective
    return (
        Target(Goal.RTO, objective.rto, measures.rta, error=measures.rta_clock_error),
        Target(Goal.RPO, objective.rpo, measures.rpa, measures.rpa_grade, measures.rpa_clock_error),
    )
