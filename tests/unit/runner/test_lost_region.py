"""A region that counts as lost: what was asked of it is told once, and both are compared after that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import pytest

from dr_orchestrator.domain import lost_region
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.domain.led import Led
from dr_orchestrator.domain.ports import Checks
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import CheckResult, Phase
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.runner import Components, Session
from tests.support.rehearsal import COPY, ROWS, Drill, during
from tests.support.resuming import dead_in, resumed

ASKED = ["rds:DescribeDBInstances"]
LED_BACK = Led(Way.BACK, *[timedelta(seconds=each) for each in (10, 20, 30, 60)], 4, "env.example.com").result


@dataclass
class Lost(Drill):
    """A drill whose region counts as lost; a step comes after the checks, and then both regions are compared."""

    compares: bool = True
    found: CheckResult = lost_region.result("us-east-1", ASKED)  # noqa: RUF009 - it is frozen

    def lost(self) -> CheckResult:
        return self.act("tell what was asked", self.found)

    def session(self, call: object = None) -> Session:
        session = super().session()
        both = cast("Checks", self) if self.compares else None
        session.use(Components(self, restorer=self, lost=self.lost, both=both))
        return session

    def run(self, session: Session | None = None) -> Session:
        with session or self.session() as run:
            run.restore("restore", run.choose("choose", run.restorer))
            run.verify()
            run.step("lead back", self.act, "lead back")
            run._journal.check(LED_BACK)
            run.compare_both()
            run.step("go on", self.act, "go on")
        return run


def told(drill: Drill) -> list[CheckResult]:
    return [each for each in drill.ledger.checks if each.name == lost_region.CHECK]


def test_what_was_asked_of_the_lost_region_is_told_once() -> None:
    """After the copy was verified, by a check that the drill may pass without; the next process tells no more."""
    clock, ledger, run = dead_in("lead back", make=Lost)
    again = resumed(clock, ledger, run, make=Lost)
    (check,) = told(again)
    assert (check.outcome, check.mandatory) == (Outcome.FAILED, False)
    assert check.observed == f"us-east-1 was asked while it counted as lost: {ASKED[0]}"
    acts = [line for line in ledger.story if line in {"! checks", "! tell what was asked", "! lead back"}]
    assert acts[:3] == ["! checks", "! tell what was asked", "! lead back"]
    assert acts.count("! tell what was asked") == 1


def test_both_regions_are_compared_once_after_the_name_leads_back() -> None:
    """Off the clock, by checks of what stands in both; the next process of the run does not compare them again."""
    clock, ledger, run = dead_in("go on", make=Lost)
    compared = [each for each in ledger.steps.values() if each.name == "compare both regions"]
    assert [(each.phase, each.outcome) for each in compared] == [(Phase.TEARDOWN, Outcome.PASSED)]
    checked = [each for each in ledger.checks if each.name == ROWS.name]
    assert len(checked) == 2
    resumed(clock, ledger, run, make=Lost)
    assert [each.name for each in ledger.steps.values()].count("compare both regions") == 1
    assert ledger.story.count("! checks") == 2


def test_a_drill_that_says_nothing_of_both_compares_nothing() -> None:
    """It goes on: what it does not declare is no step of it."""
    drill = Lost(compares=False)
    drill.run()
    names = [each.name for each in drill.ledger.steps.values()]
    assert ("compare both regions" in names, "go on" in names) == (False, True)
    assert COPY.id in drill.ledger.rows


@pytest.mark.parametrize(
    ("calls", "out", "unseen", "outcome", "title"),
    [
        ([], "", False, Outcome.PASSED, ""),
        (ASKED, "", False, Outcome.FAILED, "The recovery asked the region that counts as lost"),
        (ASKED, "", True, Outcome.FAILED, "The recovery asked the region that counts as lost"),
        ([], "brought", True, Outcome.FAILED, "The recovery asked the region that counts as lost"),
        ([], "", True, Outcome.INCONCLUSIVE, "Whether the recovery asked the region that counts as lost is not known"),
    ],
)
def test_what_nobody_noted_never_passes(calls: list[str], out: str, unseen: bool, outcome: Outcome, title: str) -> None:
    """What is known decides; where a process died with what it asked, a finding says that nobody knows."""
    found = lost_region.result("us-east-1", calls, out, unseen=unseen)
    drill = Lost(found=found)
    drill.run()
    assert found.outcome is outcome
    assert drill.ledger.closing is not None
    titles = [each.title for each in drill.ledger.closing.findings if each.rule is Rule.LOST_REGION]
    assert titles == ([title] if title else [])


def test_a_step_that_prepares_is_told_from_one_that_recovers() -> None:
    """Only while it goes on: between two steps nothing is prepared."""
    seen: list[bool] = []
    for name in ("preflight", "restore"):
        during(Drill(), name, lambda session: seen.append(session._journal.prepares))
    assert seen == [True, False]
    assert not Drill().session()._journal.prepares
