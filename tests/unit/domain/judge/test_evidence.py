"""What was not read is not claimed: grades, several stores, asked instants, canaries of the future, repeated steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.objective import Limit
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import CheckResult, Phase
from dr_orchestrator.domain.verdict import Outcome, Verdict
from tests.support.records import (
    CONTINUOUS,
    GOOD,
    HEARTBEAT,
    OPENED,
    POINT,
    PROVENANCE,
    ROWS,
    RPO,
    STEPS,
    events,
    minutes,
    run_with,
    step,
)

DISRUPTED = OPENED + minutes(1)
DAYS = timedelta(days=6)
FRESH = replace(HEARTBEAT, newest=DISRUPTED - minutes(21))
SECOND = replace(FRESH, name="heartbeat 2", newest=DISRUPTED - minutes(27))
OLD = replace(POINT, id="rds:archive-1", data_time=DISRUPTED - DAYS)
OLD_CONTINUOUS = replace(CONTINUOUS, id="archive@", data_time=DISRUPTED - DAYS)
INSTANT = CheckResult("heartbeat: the asked instant", "within 2 m", "1 m before it", Outcome.PASSED)
ORDERS, ARCHIVE = "orders-db", "archive-db"
ASKED = replace(CONTINUOUS, id="orders@", data_time=OPENED - minutes(20), reference=OPENED - minutes(20))


# RPA: grades and references.


@pytest.mark.parametrize(
    ("checks", "point", "grade", "rpa"),
    [
        ([ROWS, HEARTBEAT], POINT, "A", minutes(21)),
        ([replace(ROWS, newest=DISRUPTED - minutes(25))], POINT, "B", minutes(25)),
        ([ROWS], CONTINUOUS, "C", minutes(22)),
        ([ROWS], POINT, "D", minutes(22)),
    ],
)
def test_the_grade_says_where_rpa_was_read(checks: list[Any], point: Any, grade: str, rpa: timedelta) -> None:
    """A canary is A, another row B, a claim of the recovery point C (continuous) or D (snapshot), never better."""
    judged = judge(run_with(checks=checks, points=[point], planned_checks=()))
    assert (judged.measures.rpa_grade, judged.measures.rpa) == (grade, rpa)
    graded = [item for item in judged.findings if "grade" in item.title]
    assert bool(graded) is (grade in "BCD")


@pytest.mark.parametrize(
    ("checks", "point", "verdict"),
    [
        ([ROWS, HEARTBEAT], POINT, Verdict.PASSED),
        ([replace(ROWS, newest=DISRUPTED - minutes(25))], POINT, Verdict.PASSED_WITH_FINDINGS),
        ([ROWS], CONTINUOUS, Verdict.INCONCLUSIVE),
        ([ROWS], POINT, Verdict.INCONCLUSIVE),
    ],
)
@pytest.mark.parametrize("rpo", [None, Limit(RPO)])
def test_without_a_canary_nothing_passes(checks: list[Any], point: Any, verdict: Verdict, rpo: Limit | None) -> None:
    """Rows say how old the data is, and a finding says that they are no canary; a recovery point is no witness at all,
    whatever was promised.
    """
    objective = replace(GOOD.header.objective, rpo=rpo)
    judged = judge(run_with(checks=checks, points=[point], planned_checks=(), objective=objective))
    assert judged.verdict is verdict
    assert (Rule.RPA_UNWITNESSED in judged.reason_rules) is (verdict is Verdict.INCONCLUSIVE)


def test_what_a_recovery_point_admits_is_held_against_it() -> None:
    """A snapshot that is too old by its own word fails the drill, though nobody else bears it out."""
    assert judge(run_with(checks=[ROWS], points=[OLD], planned_checks=())).verdict is Verdict.FAILED


def test_a_claim_counts_only_once_the_data_is_verified() -> None:
    """The recovery point's own word is no RPA while no check has passed; what is left is arithmetic."""
    judged = judge(run_with(checks=[ROWS], events=events()[:4]))
    assert judged.measures.rpa_grade == "E"
    assert judge(run_with(checks=[ROWS], events=events()[:4], worst_cases=[])).measures.rpa is None


def test_the_store_that_lost_most_speaks_for_all() -> None:
    """Of several heartbeats the oldest is the RPA."""
    older = replace(HEARTBEAT, name="heartbeat 2", newest=DISRUPTED - minutes(50))
    judged = judge(run_with(checks=[ROWS, HEARTBEAT, older]))
    assert judged.measures.rpa == minutes(50)
    assert "heartbeat 2" in judged.measures.rpa_source


def test_loss_is_counted_from_the_instant_that_was_asked_for() -> None:
    """A restore to an instant is held to that instant, not to the drill's start."""
    asked = replace(CONTINUOUS, data_time=OPENED - minutes(600), reference=OPENED - minutes(600))
    beat = replace(HEARTBEAT, newest=OPENED - minutes(601))
    judged = judge(run_with(points=[asked], checks=[ROWS, beat]))
    assert judged.measures.rpa == minutes(1)
    assert judged.measures.rpa_reference == asked.reference


# An asked instant.


@pytest.mark.parametrize(
    ("checks", "points"), [([ROWS], [ASKED]), ([ROWS, FRESH], [ASKED, replace(ASKED, id="archive@")])]
)
def test_an_asked_instant_is_no_measure_of_itself(
    checks: Sequence[CheckResult], points: Sequence[RecoveryPoint]
) -> None:
    """What was asked for, less itself, is always 0 s: unread, it is no RPA, and a canary is called for."""
    judged = judge(run_with(checks=checks, points=points, planned_checks=()))
    assert (judged.measures.rpa, judged.measures.rpa_grade) == (minutes(30), "E")
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "orders@ holds the asked instant by its own word only: add a canary" in "; ".join(judged.reasons)


def test_an_asked_instant_that_was_read_back_is_measured() -> None:
    """A canary shows how close to the asked instant the copy came."""
    beat = replace(HEARTBEAT, newest=ASKED.data_time - minutes(1))
    judged = judge(run_with(checks=[ROWS, beat], points=[ASKED]))
    assert (judged.verdict, judged.measures.rpa, judged.measures.rpa_grade) == (Verdict.PASSED, minutes(1), "A")


# Canaries of the future.


@pytest.mark.parametrize("mandatory", [True, False])
@pytest.mark.parametrize("point", [POINT, ASKED])
def test_a_canary_of_the_future_beside_a_good_one_is_told(mandatory: bool, point: RecoveryPoint) -> None:
    """The good one gives a figure, the other shows that it cannot be trusted: INCONCLUSIVE."""
    since = point.reference or DISRUPTED
    good = replace(HEARTBEAT, newest=since - minutes(5))
    ahead = replace(SECOND, newest=since + timedelta(microseconds=1), mandatory=mandatory)
    judged = judge(run_with(checks=[ROWS, good, ahead], points=[point]))
    assert judged.measures.rpa == minutes(5)
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert f"check 'heartbeat 2' found a canary from after {since:%Y-%m-%d %H:%M:%S} UTC" in judged.reasons[0]


def test_a_canary_at_the_disruption_is_none_of_the_future() -> None:
    """Written in the very instant, it is the best that a copy can hold."""
    newest = replace(CONTINUOUS, data_time=DISRUPTED)
    judged = judge(run_with(checks=[ROWS, HEARTBEAT, replace(SECOND, newest=DISRUPTED)], points=[newest]))
    assert judged.verdict is Verdict.PASSED


def test_a_canary_of_the_future_is_told_where_another_is_missing() -> None:
    """An unmeasured RPA does not hide it."""
    checks = [ROWS, replace(HEARTBEAT, newest=None), replace(SECOND, newest=DISRUPTED + minutes(1))]
    assert "check 'heartbeat 2' found a canary from after" in "; ".join(judge(run_with(checks=checks)).reasons)


# What a run says of itself.


@pytest.mark.parametrize("pace", [120.0, 0.5])
def test_a_real_run_is_not_paced(pace: float) -> None:
    """Drill time of another speed than the machine's belongs to a simulation; a run that denies it is no evidence."""
    claimed = judge(run_with(provenance=replace(PROVENANCE, pace=pace)))
    assert claimed.verdict is Verdict.INCONCLUSIVE
    assert claimed.reasons == (f"drill time ran {pace:g} times as fast, yet the run claims to be real",)
    assert judge(run_with(provenance=replace(PROVENANCE, pace=pace, simulated=True))).verdict is Verdict.PASSED


# Steps that were done again.

DIED = replace(STEPS[0], outcome=Outcome.ABORTED, detail="its process died in this step")


def test_a_step_that_passed_when_it_was_done_again_is_made_good() -> None:
    """A resumed run keeps the step in which its process died, and is judged by the one that passed later."""
    again = step(4, DIED.name, minutes(50), minutes(1))
    assert judge(run_with(steps=[DIED, *STEPS[1:], again])).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    "again",
    [
        step(4, "another", minutes(50), minutes(1)),
        step(4, DIED.name, minutes(50), minutes(1), phase=Phase.VERIFY),
        step(4, DIED.name, minutes(50), minutes(1), outcome=Outcome.FAILED),
    ],
    ids=["another step", "another phase", "failed again"],
)
def test_only_the_same_step_passing_makes_it_good(again: object) -> None:
    """A step of another name or phase, or one that failed again, leaves the first unproven."""
    judged = judge(run_with(steps=[DIED, *STEPS[1:], again]))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert f"step '{DIED.name}' did not pass: its process died in this step" in judged.reasons


def test_a_pass_before_a_failure_makes_nothing_good() -> None:
    """What passed first and failed when it was done again did not pass."""
    failed = step(4, STEPS[0].name, minutes(50), minutes(1), outcome=Outcome.FAILED, detail="denied")
    judged = judge(replace(GOOD, steps=[*STEPS, failed]))
    assert judged.verdict is Verdict.INCONCLUSIVE
