"""How a figure is explained: its events, its clock, its promise, and what was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.judge.explain import explain, stores
from dr_orchestrator.domain.judge.judgement import RULES, Record, judge
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Limit, Objective, Operator
from dr_orchestrator.domain.recovery_point import WorstCase
from dr_orchestrator.domain.run import CheckResult, Closing, Run, Segment, SegmentKind
from dr_orchestrator.domain.verdict import Outcome
from tests.support.records import CONTINUOUS, HEARTBEAT, HOUR, OPENED, POINT, ROWS, US, minutes, run_with

DISRUPTED = OPENED + minutes(1)


def told(record: Record) -> Run:
    """The run of a record, judged and closed."""
    judged = judge(record)
    closing = Closing(
        OPENED + HOUR * 3,
        judged.verdict,
        judged.reasons,
        record.cleanup,
        (),
        judged.measures,
        judged.worst_case_verdict,
        judged.findings,
        RULES,
        judged.reason_rules,
    )
    return Run(
        record.header,
        tuple(record.events),
        tuple(record.steps),
        tuple(record.checks),
        (),
        tuple(record.points),
        segments=tuple(record.segments),
        closing=closing,
    )


def run(**changes: Any) -> Run:
    return told(run_with(**changes))


def held_to(rto: Limit | None, rpo: Limit | None) -> Objective:
    return Objective(rto, rpo, "orders-restore (fallback)", "2026-Q4")


def test_the_recovery_time_names_its_events_and_allowances() -> None:
    """From T0 to T7 with both instants, and what the policy adds; judged from T2, nothing is added."""
    policy = ClockPolicy(detection_allowance=minutes(10), decision_allowance=minutes(20))
    rto = explain(run(policy=policy)).rto
    assert (rto.start.label, rto.start.at) == ("T0", DISRUPTED)
    assert (rto.stop.label, rto.stop.at) == ("T7", DISRUPTED + HOUR)
    assert (rto.detection_allowance, rto.decision_allowance) == (minutes(10), minutes(20))
    assert rto.held.actual == HOUR + minutes(30)
    declared = explain(run(policy=replace(policy, judged_from=ClockStart.DECLARATION))).rto
    assert (declared.start.label, declared.start.name) == ("T2", Moment.DECLARED.value)
    assert declared.detection_allowance + declared.decision_allowance == timedelta()


def test_the_clock_is_named() -> None:
    """A lab's pace and a bridge over a dead process are told; without them it is the process's own clock."""
    assert explain(run()).rto.clock == "monotonic clock of the process"
    fast = replace(run_with().header.provenance, simulated=True, pace=120.0)
    assert explain(run(provenance=fast)).rto.clock.endswith(", 120 drill seconds to a real second")
    dead = Segment(SegmentKind.INTERRUPTION, "the process died", OPENED, minutes(5), minutes(4))
    assert "bridged by the wall clock for 4 m where the run was resumed" in explain(run(segments=[dead])).rto.clock


def test_equality_is_not_kept_under_a_strict_limit() -> None:
    """An hour is not under an hour; a microsecond less is, and an hour is at most an hour."""
    kept = [
        explain(run(objective=held_to(limit, None))).rto.held.kept
        for limit in (Limit(HOUR), Limit(HOUR + US), Limit(HOUR, Operator.AT_MOST))
    ]
    assert kept == [False, True, True]


def test_what_was_not_promised_or_not_proven_is_neither_kept_nor_broken() -> None:
    """No target, no measure and mere arithmetic say nothing, and none of them says 'kept'."""
    assert explain(run(objective=held_to(None, None))).rto.held.kept is None
    assert explain(run(events=[])).rto.held.kept is None
    guessed = explain(run(checks=[ROWS, replace(HEARTBEAT, newest=None, outcome=Outcome.INCONCLUSIVE)]))
    assert (guessed.rpo.grade, guessed.rpo.held.kept) == ("E", None)
    assert guessed.rpo.held.actual == minutes(30)


def test_the_promise_is_the_one_that_stood_then() -> None:
    """Source and revision come from the run's own record, as does the version of the rules."""
    explained = explain(run(objective=held_to(Limit(HOUR * 2), Limit(HOUR)), path=RecoveryPath.FALLBACK))
    assert (explained.rto.held.source, explained.rpo.held.revision) == ("orders-restore (fallback)", "2026-Q4")
    assert explained.rules == RULES


def test_the_loss_names_its_reference_its_check_and_its_store() -> None:
    """Counted from the disruption unless an instant was asked for; the check that read it is named."""
    rpo = explain(run(points=[replace(POINT, store="orders-db")])).rpo
    assert (rpo.reference, rpo.check, rpo.store, rpo.grade) == (DISRUPTED, "heartbeat", "orders-db", "A")
    assert rpo.why == "the disruption (T0): no other instant was asked for"
    at = OPENED - minutes(600)
    asked = replace(CONTINUOUS, data_time=at, reference=at, data_time_source="random instant, drawn from run 7")
    beat = replace(HEARTBEAT, newest=at - minutes(1))
    rpo = explain(run(points=[asked], checks=[ROWS, beat])).rpo
    assert (rpo.reference, rpo.why) == (at, "asked for: random instant, drawn from run 7")


def test_a_loss_above_the_worst_case_is_told_apart() -> None:
    """The heartbeat lies before the recovery point: by no more than that a loss can stand above the worst case."""
    assert (explain(run()).rpo.before_point, explain(run()).rpo.above_worst) == (None, None)
    lag = [WorstCase(minutes(9), "lag")]
    early = replace(HEARTBEAT, newest=CONTINUOUS.data_time - minutes(1))
    lost = explain(run(points=[CONTINUOUS], checks=[ROWS, early], worst_cases=lag)).rpo
    assert (lost.held.actual, lost.before_point, lost.above_worst) == (minutes(23), minutes(1), minutes(1))
    ages = {"a": 5, "b": 2}
    two = [replace(CONTINUOUS, id=at, store=at, data_time=OPENED - minutes(age)) for at, age in ages.items()]
    beats = [replace(HEARTBEAT, name=f"beat {name}", store=name, newest=OPENED - minutes(8)) for name in "ab"]
    assert explain(run(points=two, checks=[ROWS, *beats])).rpo.before_point == minutes(3)
    unowned = replace(early, store="")
    assert explain(run(points=two, checks=[ROWS, *beats, unowned])).rpo.before_point is None


def test_every_store_has_its_own_loss() -> None:
    """Of two stores the one that lost most is marked; one that was not read says why, and is not 0 s."""
    points = [replace(CONTINUOUS, store=name, id=name) for name in ("a", "b")]
    beats = [
        replace(HEARTBEAT, name=f"beat {name}", store=name, newest=DISRUPTED - minutes(age))
        for name, age in (("a", 22), ("b", 30))
    ]
    lost = stores(run(points=points, checks=[ROWS, *beats]))
    assert [(each.store, each.loss, each.worst) for each in lost] == [
        ("a", minutes(22), False),
        ("b", minutes(30), True),
    ]
    silent = replace(beats[0], newest=None, outcome=Outcome.INCONCLUSIVE)
    unread = stores(run(points=points, checks=[ROWS, silent, beats[1]]))[0]
    assert (unread.loss, unread.grade, unread.missing) == (None, "", "no instant was read from the copy")


def test_of_a_check_that_was_performed_again_the_newest_counts() -> None:
    """A resumed run may hold two results of one check: the first one is history."""
    first = CheckResult("heartbeat", "a row", "no row", Outcome.INCONCLUSIVE, canary=True)
    point = replace(POINT, store="orders-db")
    closed = run(points=[point])
    assert stores(replace(closed, checks=(first, *closed.checks)))[0].loss == minutes(21)


def test_an_open_run_explains_nothing_yet() -> None:
    """Before a run closes there is no figure, no store's loss and no rule."""
    still = replace(run(), closing=None)
    explained = explain(still)
    assert (explained.rto.held.actual, explained.rpo.held.kept, explained.rules) == (None, None, "")
    assert stores(still) == ()
