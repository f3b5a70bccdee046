"""Several stores, each known by what was read from its own copy: one good canary says nothing of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome, Verdict
from tests.support.records import CONTINUOUS, HEARTBEAT, OPENED, POINT, ROWS, RPO, US, events, minutes, run_with

DISRUPTED = OPENED + minutes(1)
DAYS = timedelta(days=6)
FRESH = replace(HEARTBEAT, newest=DISRUPTED - minutes(23), store="orders")
SECOND = replace(FRESH, name="heartbeat 2", newest=DISRUPTED - minutes(27), store="archive")
STRAY = replace(FRESH, store="")
ORDERS = replace(POINT, store="orders")
ARCHIVE = replace(POINT, id="rds:archive-1", store="archive")
OLD = replace(ARCHIVE, data_time=DISRUPTED - DAYS)
BOTH = [ORDERS, ARCHIVE]


def continuous(point: RecoveryPoint) -> RecoveryPoint:
    return replace(point, kind=CONTINUOUS.kind)


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        ([ORDERS, OLD], "D"),
        ([continuous(ORDERS), OLD], "D"),
        ([ORDERS, continuous(OLD)], "C"),
        ([continuous(ORDERS), continuous(OLD)], "C"),
    ],
)
@pytest.mark.parametrize(
    "more",
    [[], [replace(FRESH, name="again")], [STRAY], [replace(STRAY, store="another")], [replace(ROWS, newest=DISRUPTED)]],
    ids=["alone", "one store twice", "of no store", "of an unknown store", "rows of no store"],
)
def test_a_store_without_a_canary_counts_by_its_recovery_point(
    points: list[RecoveryPoint], grade: str, more: list[CheckResult]
) -> None:
    """One store is read, the other is not: its six days are the RPA, at the grade of its own claim."""
    judged = judge(run_with(checks=[ROWS, FRESH, *more], points=points))
    assert (judged.measures.rpa, judged.measures.rpa_grade) == (DAYS, grade)
    assert judged.verdict is Verdict.FAILED
    assert points[1].id in judged.measures.rpa_source


def test_a_canary_in_every_store_is_grade_a() -> None:
    """Each store's own heartbeat was read: the older is the RPA, and the skew is what lies between them."""
    judged = judge(run_with(checks=[ROWS, FRESH, SECOND], points=BOTH))
    assert (judged.measures.rpa, judged.measures.rpa_grade) == (minutes(27), "A")
    assert judged.measures.rpa_skew == minutes(4)
    assert "heartbeat 2" in judged.measures.rpa_source
    assert judged.verdict is Verdict.PASSED


def test_rows_are_evidence_for_their_own_store() -> None:
    """A store whose newest row was read has grade B, and the run the worst of its stores'."""
    rows = replace(ROWS, newest=DISRUPTED - minutes(30), store="archive")
    judged = judge(run_with(checks=[rows, FRESH], points=BOTH))
    assert (judged.measures.rpa, judged.measures.rpa_grade) == (minutes(30), "B")


def test_one_store_alone_has_no_skew() -> None:
    """A skew of 0 s would claim that two stores were compared."""
    assert judge(run_with()).measures.rpa_skew is None


@pytest.mark.parametrize("points", [[POINT, replace(POINT, id="other")], [ORDERS, replace(ORDERS, id="other")]])
def test_a_canary_speaks_for_no_store_that_it_cannot_be_told_from(points: list[RecoveryPoint]) -> None:
    """Two recovery points without a name, or of one name: no canary makes both grade A."""
    for canary in (FRESH, STRAY):
        judged = judge(run_with(checks=[ROWS, canary], points=points))
        assert (judged.measures.rpa, judged.measures.rpa_grade) == (minutes(23), "D")


@pytest.mark.parametrize("order", [1, -1])
def test_two_copies_of_one_store_are_both_unread(order: int) -> None:
    """A heartbeat in one of them, nobody knows which, hides the six days of neither."""
    points = [ORDERS, replace(ORDERS, id="other", data_time=DISRUPTED - DAYS)][::order]
    judged = judge(run_with(checks=[ROWS, FRESH], points=points))
    assert (judged.measures.rpa, judged.measures.rpa_grade) == (DAYS, "D")


def test_a_canary_without_a_store_is_not_that_of_a_point_without_one() -> None:
    """Neither says what it belongs to: that both are silent is no match."""
    judged = judge(run_with(checks=[ROWS, FRESH, STRAY], points=[ORDERS, replace(OLD, store="")]))
    assert (judged.measures.rpa, judged.measures.rpa_grade) == (DAYS, "D")


def test_a_canary_of_no_store_can_only_make_it_worse() -> None:
    """Older than all that is known of the stores it is the RPA, and lends none of them its grade."""
    old = replace(STRAY, newest=DISRUPTED - RPO)
    judged = judge(run_with(checks=[ROWS, old], points=BOTH))
    assert (judged.measures.rpa, judged.measures.rpa_grade) == (RPO, "D")
    assert judged.verdict is Verdict.FAILED
    assert judged.measures.rpa_skew == timedelta()


@pytest.mark.parametrize("store", ["orders", "archive", "", "another"])
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.SKIPPED])
@pytest.mark.parametrize("mandatory", [True, False])
def test_a_missing_heartbeat_of_any_store_leaves_rpa_unmeasured(store: str, outcome: Outcome, mandatory: bool) -> None:
    """Neither the other store's heartbeat, nor rows, nor the point's own word stands in for it."""
    missing = replace(HEARTBEAT, name="lost", newest=None, outcome=outcome, mandatory=mandatory, store=store)
    rows = replace(ROWS, newest=DISRUPTED - minutes(23), store=store)
    judged = judge(run_with(checks=[rows, FRESH, SECOND, missing], points=BOTH))
    assert judged.measures.rpa_grade == "E"
    assert not judged.verdict.green


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.SKIPPED, Outcome.ABORTED])
def test_an_instant_of_a_check_that_could_not_tell_is_no_figure(outcome: Outcome) -> None:
    """What an inconclusive canary read, optional or not, is not the RPA."""
    judged = judge(run_with(checks=[ROWS, replace(HEARTBEAT, outcome=outcome, mandatory=False)]))
    assert judged.measures.rpa_grade == "E"
    assert judged.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("check", "point"), [("orders", ""), ("", "orders"), ("", ""), ("orders", "orders")])
def test_a_single_store_needs_no_name(check: str, point: str) -> None:
    """Rows from before stores were kept: with one recovery point there is nothing to confuse."""
    judged = judge(run_with(checks=[ROWS, replace(HEARTBEAT, store=check)], points=[replace(POINT, store=point)]))
    assert (judged.verdict, judged.measures.rpa_grade) == (Verdict.PASSED, "A")


def test_the_canary_of_another_store_is_no_measure_of_this_one() -> None:
    """One store was restored, and a heartbeat was read somewhere else: grade D, not A."""
    judged = judge(run_with(checks=[ROWS, replace(HEARTBEAT, store="another")], points=[ORDERS]))
    assert judged.measures.rpa_grade == "D"


def test_without_a_recovery_point_nothing_shows_what_was_restored() -> None:
    """A heartbeat that was read though nothing was chosen to restore may come from anywhere: INCONCLUSIVE."""
    judged = judge(run_with(points=[]))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert judged.reasons == ("no recovery point was chosen: nothing shows what was restored",)


def test_the_claim_of_a_second_store_counts_only_once_the_data_is_verified() -> None:
    """One store read, one not, and no verified data: the loss is not measured."""
    judged = judge(run_with(checks=[ROWS, FRESH], points=BOTH, events=events()[:4]))
    assert judged.measures.rpa_grade == "E"
    assert any(reason.startswith("RPA was not measured") for reason in judged.reasons)


def test_points_of_different_instants_have_no_one_loss() -> None:
    """One store as of last week and one as of now: no single figure may call that met."""
    week_ago = DISRUPTED - timedelta(days=7)
    asked = replace(ARCHIVE, kind=CONTINUOUS.kind, data_time=week_ago, reference=week_ago)
    read = [FRESH, replace(SECOND, newest=week_ago - minutes(1))]
    judged = judge(run_with(checks=[ROWS, *read], points=[ORDERS, asked]))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "chosen for different instants" in "; ".join(judged.reasons)


# Grade E: arithmetic.


@pytest.mark.parametrize("loss", [minutes(23), RPO - US, RPO, timedelta(days=9)])
def test_arithmetic_neither_keeps_a_promise_nor_breaks_it(loss: timedelta) -> None:
    """Whatever the schedule says, grade E is INCONCLUSIVE: never met, never missed, and no headroom."""
    judged = judge(run_with(checks=[ROWS, replace(HEARTBEAT, newest=None)], worst_cases=[WorstCase(loss, "gaps")]))
    assert (judged.measures.rpa, judged.measures.rpa_grade) == (loss, "E")
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert not any("RPO me" in reason or "RPO missed" in reason for reason in judged.reasons)
    assert "RPA has grade E" in "; ".join(judged.reasons)


def test_arithmetic_beside_a_missed_rto_stays_failed() -> None:
    """The RTO was missed whatever the RPA is; both are told."""
    judged = judge(run_with(checks=[ROWS, replace(HEARTBEAT, newest=None)], events=events(timedelta(hours=5))))
    assert judged.verdict is Verdict.FAILED
    assert "RPA has grade E" in "; ".join(judged.reasons)


def test_negative_arithmetic_accuses_no_copy() -> None:
    """A history that ends in the future is a schedule gone wrong, not data from the future."""
    lost = replace(HEARTBEAT, newest=None)
    judged = judge(run_with(checks=[ROWS, lost], worst_cases=[WorstCase(-minutes(9), "gaps")]))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "the copy holds data from after" not in "; ".join(judged.reasons)


# A snapshot that was chosen for its own sake.


@pytest.mark.parametrize(
    ("cases", "verdict"),
    [
        ([], Verdict.INCONCLUSIVE),
        ([WorstCase(minutes(30), "gaps")], Verdict.PASSED),
        ([WorstCase(DAYS, "gaps")], Verdict.PASSED_WITH_FINDINGS),
    ],
)
def test_a_snapshot_is_close_to_itself(cases: list[WorstCase], verdict: Verdict) -> None:
    """Restored for its own sake it always 'lost' a moment: without the worst case that proves no RPO."""
    then = DISRUPTED - DAYS
    oldest = replace(POINT, data_time=then, reference=then)
    beat = replace(HEARTBEAT, newest=then - minutes(1))
    judged = judge(run_with(checks=[ROWS, beat], points=[oldest], worst_cases=cases))
    assert judged.measures.rpa == minutes(1)
    assert judged.verdict is verdict
    assert ("restored for its own sake" in "; ".join(judged.reasons)) is (not cases)
