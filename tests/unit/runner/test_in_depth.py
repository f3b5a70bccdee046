"""Checks off the recovery clock: after the probe, in a step of their own, and no part of the recovery time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import PROVE_IN_DEPTH, CheckResult, Phase, Probed, Role
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.errors import Aborted, NotRecoverable, NotTheCopy
from dr_orchestrator.runner import Components, Session
from tests.support.rehearsal import ROWS, Drill

WHOLE = CheckResult("whole", "all", "all of it", Outcome.PASSED, mandatory=False, reads_whole=True, proves_data=False)


class Afterwards:
    """Checks that take four hours, and find the copy whole."""

    def __init__(self, drill: Drill, session: Session, result: CheckResult) -> None:
        self.drill, self.session, self.result = drill, session, result

    def all(self, copy: Copy, points: Sequence[RecoveryPoint], disrupted: datetime) -> Sequence[CheckResult]:
        self.drill.act("afterwards")
        self.session.context.reached(Moment.DATA_WHOLE)
        return [self.result]


def run(drill: Drill, result: CheckResult = WHOLE) -> Session:
    session = drill.session()

    def probe(copy: Copy) -> Probed:
        return Probed(True, str(drill.act("probe", "silence")))

    def isolated(copy: Copy) -> Seen:
        return Seen(str(drill.act("isolated", "alone")))

    later = Afterwards(drill, session, result)
    session.use(Components(drill, restorer=drill, isolated=isolated, probe=probe, afterwards=later))
    with session:
        point = session.choose("choose", drill)
        session.at_exit("destroy", drill.destroy, session.copy)
        session.create("restore", drill.restore, point, copy=session.copy)
        session.step("ready", drill.ready, session.copy)
        session.verify()
    return session


def test_they_cost_the_recovery_no_time() -> None:
    """They come last, in a step of their own; their results and the moment that they reach are in the record."""
    drill = Drill(takes={"afterwards": 4 * 3600.0})
    assert run(drill).verdict is Verdict.PASSED
    acts = [line[2:] for line in drill.ledger.story if line.startswith("! ")]
    assert acts[-4:] == ["checks", "probe", "afterwards", "destroy"]
    assert drill.ledger.closing is not None
    measures = drill.ledger.closing.measures
    assert (measures.rta, measures.whole_after) == (timedelta(minutes=5), timedelta(hours=4, minutes=6))
    step = next(step for step in drill.ledger.steps.values() if step.role is Role.PROVE_IN_DEPTH)
    assert (step.name, step.phase, step.duration) == (PROVE_IN_DEPTH, Phase.TEARDOWN, timedelta(hours=4))
    assert drill.ledger.checks[-1] == WHOLE


def test_what_they_find_is_a_finding() -> None:
    """The service was verified; the step itself has passed."""
    drill = Drill()
    assert run(drill, replace(WHOLE, outcome=Outcome.FAILED)).verdict is Verdict.PASSED_WITH_FINDINGS
    assert all(step.outcome is Outcome.PASSED for step in drill.ledger.steps.values())


def test_they_are_performed_though_a_mandatory_check_failed() -> None:
    """A drill that failed learns as much as it can."""
    drill = Drill(results=[replace(ROWS, outcome=Outcome.FAILED)])
    assert run(drill).verdict is Verdict.FAILED
    assert [check.name for check in drill.ledger.checks] == ["rows", "whole"]


@pytest.mark.parametrize(
    ("failing", "verdict"),
    [
        ({"probe": NotRecoverable("production answered")}, Verdict.FAILED),
        ({"afterwards": NotTheCopy("production's own server")}, Verdict.FAILED),
        ({"afterwards": Aborted("stopped on request")}, Verdict.ABORTED),
    ],
)
def test_what_is_not_safe_or_wanted_ends_them(failing: dict[str, BaseException], verdict: Verdict) -> None:
    """A copy that reaches production is asked no more; nor is a stranger, or anything after a stop."""
    drill = Drill(failing=failing)
    assert run(drill).verdict is verdict
    assert "whole" not in [check.name for check in drill.ledger.checks]


def test_a_context_without_a_run_notes_no_moment() -> None:
    """A plan reaches none."""
    session = Drill().session()
    session.context.journal = None
    session.context.reached(Moment.DATA_WHOLE)
