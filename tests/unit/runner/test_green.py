"""The session: green is only what was created, checked and measured whole, and its figures are right."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.run import CheckResult, Phase
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import NotMeasured
from tests.support.rehearsal import ROWS, Drill


def test_a_good_drill_passes_and_its_figures_are_right() -> None:
    """RTA runs from the choice of the recovery point to the last check, whatever preparation and teardown took."""
    drill = Drill(takes={"preflight": 999, "choose": 10, "restore": 20, "ready": 3000, "checks": 30, "destroy": 9999})
    run = drill.run()
    assert (run.verdict, run.cleanup) == (Verdict.PASSED, Cleanup.CLEAN)
    closing = drill.ledger.closing
    assert closing is not None
    assert closing.measures.rta == timedelta(seconds=3060)
    assert closing.measures.rpa == timedelta(minutes=5)
    assert [event.moment for event in drill.ledger.events] == [
        each for each in Moment if each not in ("owner accepted", "data whole")
    ]


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([replace(ROWS, outcome=Outcome.FAILED)], Outcome.FAILED),
        ([replace(ROWS, outcome=Outcome.INCONCLUSIVE)], Outcome.INCONCLUSIVE),
        ([replace(ROWS, outcome=Outcome.SKIPPED)], Outcome.INCONCLUSIVE),
        ([ROWS, replace(ROWS, name="b", outcome=Outcome.FAILED)], Outcome.FAILED),
        ([replace(ROWS, mandatory=False)], Outcome.INCONCLUSIVE),
        ([], Outcome.INCONCLUSIVE),
    ],
    ids=["failed", "crashed", "skipped", "one of two", "none mandatory", "none"],
)
def test_the_clock_stops_only_when_the_mandatory_checks_have_passed(
    results: list[CheckResult], outcome: Outcome
) -> None:
    """Otherwise the service was never verified: RTA is not measured, the step says why, the run goes on to teardown."""
    drill = Drill(results=results)
    run = drill.run()
    assert not run.verdict.green
    assert not {Moment.DATA_VERIFIED, Moment.SERVICE_VERIFIED} & {event.moment for event in drill.ledger.events}
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.measures.rta is None
    assert [step.outcome for step in drill.ledger.steps.values() if step.phase is Phase.VERIFY] == [outcome]
    assert len(drill.ledger.checks) == len(results)
    assert run.cleanup is Cleanup.CLEAN


def test_an_optional_check_does_not_keep_the_clock_running() -> None:
    """Optional checks are recorded, and the recovery is complete without them."""
    newest = Drill().clock.now() - timedelta(minutes=9)
    beat = CheckResult("heartbeat", "", "", Outcome.PASSED, canary=True, newest=newest)
    optional = replace(ROWS, name="extra", mandatory=False, outcome=Outcome.FAILED)
    run = Drill(results=[ROWS, beat, optional]).run()
    assert run.verdict is Verdict.PASSED_WITH_FINDINGS


def test_a_drill_that_never_verifies_is_not_green() -> None:
    """A script that forgets to verify, or creates nothing at all, proves nothing."""
    drill = Drill()
    with drill.session() as run:
        run.step("nothing", lambda: drill.clock.sleep(1))
    assert run.verdict is Verdict.INCONCLUSIVE


def test_an_empty_script_is_not_green() -> None:
    """A `with` without a step is INCONCLUSIVE and clean."""
    with Drill().session() as run:
        pass
    assert (run.verdict, run.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)


def test_a_fault_that_a_script_swallows_is_not_green() -> None:
    """A script may catch a fault; the run cannot pass any more."""
    drill = Drill(failing={"ready": NotMeasured("throttled")})
    with drill.session() as run:
        point = run.choose("choose", run.restorer)
        run.at_exit("destroy", run.restorer.destroy, run.copy)
        run.create("restore", run.restorer.restore, point, copy=run.copy)
        with pytest.raises(NotMeasured):
            run.step("ready", run.restorer.ready, run.copy)
        run.verify()
    assert run.verdict is Verdict.INCONCLUSIVE
    assert drill.reasons == ("step 'ready' did not pass: throttled",)


def test_26_hours_are_26_hours() -> None:
    """A recovery of more than a day is measured whole, past its target."""
    drill = Drill(takes={"ready": 26 * 3600.0 - 180})
    run = drill.run()
    assert run.verdict is Verdict.FAILED
    assert drill.reasons == ("RTO missed: 26 h against < 4 h (tier 1)",)


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(hours=1), timedelta(seconds=-150)])
@pytest.mark.parametrize("at", ["preflight", "choose", "restore", "ready"])
def test_a_wall_clock_that_jumps_is_inconclusive(by: timedelta, at: str) -> None:
    """Whenever the wall clock is set during a recovery, no figure that rests on it is believed; RTA stays right."""
    drill = Drill()
    act = drill.act

    def stepping(name: str, result: Any = None) -> Any:
        if name == at:
            drill.clock.step(by)
        return act(name, result)

    drill.act = stepping  # type: ignore[method-assign]
    run = drill.run()
    assert run.verdict is Verdict.INCONCLUSIVE
    assert any("the wall clock jumped" in reason for reason in drill.reasons)
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.measures.rta == timedelta(seconds=240)
