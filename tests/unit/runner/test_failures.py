"""The session: a run ends torn down, judged and closed, whatever fails in it or stops it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict, WorstCaseVerdict
from dr_orchestrator.errors import Aborted, NotMeasured, NotRecoverable, UnsafeToDelete
from dr_orchestrator.runner import Components, RunContext, Session, outcome_of
from tests.support.records import HEADER
from tests.support.rehearsal import COPY, Drill


class TerminationSignal(BaseException):
    """Stands for what an engine raises to end a run, which is no Exception."""


FAULTS: list[tuple[BaseException, Verdict]] = [
    (NotRecoverable("no snapshot", "", "rds:DescribeDBSnapshots"), Verdict.FAILED),
    (NotMeasured("AccessDenied", "", "rds:DescribeDBSnapshots"), Verdict.INCONCLUSIVE),
    (Aborted("stopped on request"), Verdict.ABORTED),
    (UnsafeToDelete("not ours"), Verdict.INCONCLUSIVE),
    (ZeroDivisionError("a defect"), Verdict.INCONCLUSIVE),
    (KeyboardInterrupt(), Verdict.ABORTED),
    (SystemExit(1), Verdict.ABORTED),
    (TerminationSignal(), Verdict.ABORTED),
]


@pytest.mark.parametrize(("error", "verdict"), FAULTS, ids=[type(error).__name__ for error, _ in FAULTS])
@pytest.mark.parametrize("at", ["preflight", "choose", "restore", "ready", "checks"])
def test_whatever_fails_wherever_the_run_ends_torn_down_judged_and_closed(
    error: BaseException, verdict: Verdict, at: str
) -> None:
    """Every step failing in every way: the copy that was intended is destroyed, the verdict is written, never green."""
    drill = Drill(failing={at: error})
    session = drill.session()
    if isinstance(error, NotRecoverable | NotMeasured | Aborted | UnsafeToDelete):
        drill.run(session)  # a fault of the drill ends in the `with`
    else:
        with pytest.raises(type(error)) as passed_on:
            drill.run(session)
        assert passed_on.value is error
    assert session.verdict is verdict
    assert not verdict.green
    assert ("! destroy" in drill.ledger.story) is (at in ("restore", "ready", "checks"))
    assert session.cleanup is Cleanup.CLEAN
    assert drill.ledger.story[-1] == f"close {verdict}"
    failed = [step for step in drill.ledger.steps.values() if step.outcome is not Outcome.PASSED]
    assert [step.outcome for step in failed] == [outcome_of(error)]
    assert all(step.ended_at is not None for step in drill.ledger.steps.values())


def test_a_defect_is_told_as_one() -> None:
    """A crash of ours says that it is ours: it proves nothing about the service."""
    drill = Drill(failing={"ready": ZeroDivisionError("by zero")})
    with pytest.raises(ZeroDivisionError):
        drill.run()
    assert drill.reasons[0] == "a defect of the program: ZeroDivisionError: by zero"


def test_the_reason_names_the_aws_call() -> None:
    """The first reason of a failed drill is what AWS said, with the call."""
    drill = Drill(failing={"restore": NotRecoverable("InstanceQuotaExceeded", "", "rds:RestoreDBInstance")})
    drill.run()
    assert drill.reasons[0] == "rds:RestoreDBInstance: InstanceQuotaExceeded"


@pytest.mark.parametrize("after", ["preflight", "choose", "restore", "ready"])
def test_a_stop_ends_the_drill_before_its_next_step(after: str) -> None:
    """Once a stop is asked for no further step acts, but the teardown does; the verdict is ABORTED."""
    drill = Drill()
    act = drill.act

    def stopping(name: str, result: Any = None) -> Any:
        drill.stop = drill.stop or name == after
        return act(name, result)

    drill.act = stopping  # type: ignore[method-assign]
    run = drill.run()
    acts = [line for line in drill.ledger.story if line.startswith("!")]
    assert run.verdict is Verdict.ABORTED
    assert run.cleanup is Cleanup.CLEAN
    assert f"! {after}" == [line for line in acts if line != "! destroy"][-1]
    assert ("! destroy" in acts) is (after in ("restore", "ready") or "intend" in " ".join(drill.ledger.story))


def test_what_was_wrong_before_the_start_is_the_first_steps_failure() -> None:
    """Bad credentials found while opening are recorded and judged like any other failure, and nothing is created."""
    drill = Drill()
    session = Session(HEADER, COPY, RunContext(HEADER.id, drill.clock, drill.ledger))
    session.cannot_start(NotMeasured("no AWS credentials", "set AWS_PROFILE", "sts:GetCallerIdentity"))
    drill.run(session)
    assert session.verdict is Verdict.INCONCLUSIVE
    assert drill.reasons[0] == "sts:GetCallerIdentity: no AWS credentials"
    assert [(step.name, step.outcome) for step in drill.ledger.steps.values()] == [("prepare", Outcome.INCONCLUSIVE)]
    assert drill.ledger.rows == {}


def test_a_session_without_parts_is_a_defect_of_ours() -> None:
    """An unequipped session, or a restorer asked of an environment's drill, fails loudly; the run is closed."""
    drill = Drill()
    bare = Session(HEADER, COPY, RunContext(HEADER.id, drill.clock, drill.ledger))
    with pytest.raises(TypeError, match="given nothing to work with"), bare as run:
        _ = run.restorer
    assert drill.ledger.closing is not None
    other = drill.session()
    other.use(Components(drill))
    with pytest.raises(TypeError, match="has no restorer"):
        _ = other.restorer
    with pytest.raises(TypeError, match="has no environment"):
        _ = other.environment


@pytest.mark.parametrize("error", [NotMeasured("denied"), KeyError("a defect"), OSError("database is locked")])
def test_a_look_back_that_fails_loses_neither_verdict_nor_close(error: Exception, monkeypatch: Any) -> None:
    """The worst case is then not measured; the recovery that was proven stays proven, and the run is closed."""
    drill = Drill()

    def broken(_until: datetime) -> None:
        raise error

    monkeypatch.setattr(drill, "worst_case", broken)
    run = drill.run()
    assert run.verdict is Verdict.PASSED
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.worst_case_verdict is WorstCaseVerdict.NOT_MEASURED
    assert drill.ledger.story[-1] == "close PASSED"
