"""A restore of a plan of AWS Backup: told as nobody's proof, and which verdict of ours it may hear."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.copy import CopyRecord, CopyState
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.restore_test import LARGEST, RestoreTest, backs
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.domain.verdict import Outcome, Verdict
from tests.support.ledger_samples import IDENTITY, PROVENANCE, START, closing, copy, header

HOUR = timedelta(hours=1)
TEST = RestoreTest(
    job="job-1",
    account="111122223333",
    region="eu-west-2",
    plan="arn:aws:backup:eu-west-2:111122223333:restore-testing-plan:weekly_all-f8b1d1f0-0a56-4d0f-9c3e-3f0a3a7f4f11",
    source="arn:aws:rds:eu-west-2:111122223333:db:orders-prod",
    type="RDS",
    point="arn:aws:rds:eu-west-2:111122223333:snapshot:awsbackup:job-1",
    began=START,
    status="COMPLETED",
    point_at=START - 3 * HOUR,
    ended=START + HOUR / 2,
    validation="VALIDATING",
)


WRONG = CheckResult("rows", "7", "6", Outcome.FAILED)
MADE = CopyRecord(copy(), CopyState.DELETED, IDENTITY, START)


def run(verdict: Verdict | None = Verdict.PASSED, **more: Any) -> Run:
    """A run on real AWS that restored the point; one that failed did so by its data."""
    provenance = replace(PROVENANCE, simulated=more.pop("simulated", False))
    checks = more.pop("checks", (WRONG,) if verdict is Verdict.FAILED else ())
    copies = more.pop("copies", (MADE,))
    ended = closing(verdict, reasons=more.pop("reasons", ())) if verdict else None
    return Run(header(**{"provenance": provenance, **more}), checks=checks, copies=copies, closing=ended)


def test_it_is_told_as_no_proof_of_ours() -> None:
    """With the plan's name, the day, how the job ended, how long it took, and that nobody validated it."""
    told = "imported, no proof of ours: AWS Backup's plan weekly_all restored it on 2026-11-20: COMPLETED in 30 m"
    assert TEST.words() == f"{told}, nobody validated it yet"
    assert replace(TEST, validation="").words() == f"{told}, nobody validated it"
    assert replace(TEST, validation="FAILED").words() == f"{told}, validation FAILED"
    failed = replace(TEST, status="FAILED", validation="").words()
    assert failed.endswith("restored it on 2026-11-20: FAILED")
    assert replace(TEST, simulated=True).words().startswith("imported from a simulated AWS, no proof of ours")


def test_what_is_under_way_has_no_length() -> None:
    """Nor an age where AWS does not tell when its point was made."""
    begun = replace(TEST, status="RUNNING", ended=None, point_at=None)
    assert (begun.took, begun.age) == (None, None)
    assert (TEST.took, TEST.age) == (HOUR / 2, 3 * HOUR)


@pytest.mark.parametrize(
    ("told", "takes"),
    [
        ({}, True),
        ({"validation": ""}, True),
        ({"validation": "SUCCESSFUL"}, False),
        ({"validation": "TIMED_OUT"}, False),
        ({"status": "RUNNING"}, False),
        ({"status": "FAILED"}, False),
        ({"deletion": "DELETING"}, False),
    ],
)
def test_a_verdict_is_taken_once_and_of_what_is_there(told: dict[str, str], takes: bool) -> None:
    """AWS changes no validation that was set, and a restore that failed, or was deleted, has none."""
    test = replace(TEST, **told)
    assert test.takes_a_verdict is takes
    assert (backs(test, [run()]) is not None) is takes


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (Verdict.PASSED, "SUCCESSFUL"),
        (Verdict.PASSED_WITH_FINDINGS, "SUCCESSFUL"),
        (Verdict.FAILED, "FAILED"),
        (Verdict.INCONCLUSIVE, None),
        (Verdict.PARTIAL, None),
        (Verdict.ABORTED, None),
        (None, None),
    ],
)
def test_only_a_verdict_that_says_something_is_given(verdict: Verdict | None, status: str | None) -> None:
    """An open run, an aborted and an inconclusive one say nothing to AWS, whose word is for good."""
    back = backs(TEST, [run(verdict)])
    assert (back.status if back else None) == status


def test_the_newest_run_that_says_something_is_the_one() -> None:
    """Named in the message with its drill and the checks that failed, and cut where AWS would not take it."""
    runs = [run(Verdict.ABORTED, run="r-3"), run(Verdict.FAILED, run="r-2", reasons=("password hush",)), run(run="r-1")]
    back = backs(TEST, runs)
    assert back is not None
    assert (back.run, back.status) == ("r-2", "FAILED")
    assert "dro run r-2 of drill orders-snapshot restored the same recovery point" in back.message
    assert back.message.endswith("FAILED: failed rows")
    assert "hush" not in back.message
    long = backs(TEST, [run(Verdict.FAILED, checks=(replace(WRONG, name="x" * 5000),))])
    assert long is not None
    assert len(long.message) == LARGEST


@pytest.mark.parametrize(
    "checks",
    [
        (),
        (replace(WRONG, proves_data=False),),
        (replace(WRONG, mandatory=False),),
        (replace(WRONG, outcome=Outcome.PASSED),),
    ],
)
def test_a_failure_that_is_not_the_points_is_not_given(checks: tuple[CheckResult, ...]) -> None:
    """A time limit that was missed, or a customer's stack that changed, says nothing of the data of a point."""
    assert backs(TEST, [run(Verdict.FAILED, checks=checks)]) is None


@pytest.mark.parametrize("copies", [(), (replace(MADE, identity=None),)])
def test_a_run_that_chose_the_point_and_made_nothing_gives_nothing(copies: tuple[CopyRecord, ...]) -> None:
    """Its restore was refused, by a quota say: nobody has seen what the point holds."""
    assert backs(TEST, [run(Verdict.FAILED, copies=copies)]) is None
    assert backs(TEST, [run(copies=copies)]) is None


@pytest.mark.parametrize("more", [{"simulated": True}, {"kind": Kind.REPLICA_REBUILD}, {"kind": Kind.AZ_FAILOVER}])
def test_what_a_run_of_something_else_found_is_not_given(more: dict[str, Any]) -> None:
    """A simulated run says nothing to AWS; an environment's verdict, or a failover's, is not the point's alone."""
    assert backs(TEST, [run(**more)]) is None


def test_a_lab_hears_of_simulated_runs_alone() -> None:
    """What a lab restored is told nothing by a run on real AWS."""
    simulated = replace(TEST, simulated=True)
    assert backs(simulated, [run()]) is None
    assert backs(simulated, [run(simulated=True)]) is not None
