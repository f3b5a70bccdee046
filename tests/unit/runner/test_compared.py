"""The settings of a copy and of its source: compared off the recovery clock, once, and told where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import Difference, Parity, Standing
from dr_orchestrator.domain.run import COMPARE, Phase, Role
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.runner import Components, Session
from tests.support.rehearsal import COPY, Drill, measures
from tests.support.resuming import dead_in, resumed

SMALLER = Difference(
    "orders-prod", "class", "db.r6g.large", "db.t4g.small", Standing.DIFFERS, Severity.MEDIUM, "slower"
)
ALIKE = Parity(12)


@dataclass
class Comparing(Drill):
    """A drill whose copy is compared with its source; a step comes after that."""

    found: Parity = ALIKE

    def compared(self, copy: Copy) -> Parity:
        assert copy == COPY
        self.act("compare")
        return self.found

    def session(self, call: object = None) -> Session:
        session = super().session()
        session.use(Components(self, restorer=self, compared=self.compared))
        return session

    def run(self, session: Session | None = None) -> Session:
        with session or self.session() as run:
            run.restore("restore", run.choose("choose", run.restorer))
            run.verify()
            run.step("go on", self.act, "go on")
        return run


@pytest.mark.parametrize(
    ("found", "verdict", "tried"),
    [
        (ALIKE, Verdict.PASSED, True),
        (Parity(12, (SMALLER,)), Verdict.PASSED_WITH_FINDINGS, True),
        (Parity(0), Verdict.PASSED, False),
    ],
)
def test_what_differs_is_told_and_nothing_compared_is_not_tried(found: Parity, verdict: Verdict, tried: bool) -> None:
    """The differences are in the ledger and findings of the verdict; a comparison of no setting compared nothing."""
    drill = Comparing(found=found)
    assert drill.run().verdict is verdict
    assert drill.ledger.differences == list(found.differences)
    step = next(step for step in drill.ledger.steps.values() if step.role is Role.COMPARE)
    assert (step.name, step.phase, step.outcome) == (COMPARE, Phase.TEARDOWN, Outcome.PASSED)
    assert (step.detail, step.tried) == (str(found), tried)


def test_it_costs_the_recovery_no_time() -> None:
    """The service was verified before: an hour of reading settings is nobody's outage."""
    drill = Comparing(takes={"compare": 3600.0})
    drill.run()
    assert measures(drill).rta == timedelta(minutes=4)


@pytest.mark.parametrize(("dies_in", "times"), [("compare", 2), ("go on", 1)])
def test_it_is_done_once(dies_in: str, times: int) -> None:
    """A comparison that passed is not done again by the next process of the run."""
    clock, ledger, run = dead_in(dies_in, make=Comparing)
    resumed(clock, ledger, run, make=Comparing)
    assert ledger.story.count("! compare") == times
