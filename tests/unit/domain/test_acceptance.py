"""What a DR manager and an auditor check first, as far as figures, verdicts, the record and JSON show it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Limit, Objective, Operator
from dr_orchestrator.domain.recovery_point import WorstCase
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.ledger.ledger import connect
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.runner import RunContext, Session
from tests.support.records import (
    GOOD,
    HEADER,
    HEARTBEAT,
    OPENED,
    POINT,
    ROWS,
    RPO,
    RTO,
    STEPS,
    US,
    closed,
    events,
    minutes,
    run_with,
    step,
)
from tests.support.rehearsal import COPY, RUN, Drill

DISRUPTED = OPENED + minutes(1)


# 1. Equality fails a strict limit, everywhere.


@pytest.mark.parametrize(("operator", "met"), [(Operator.BELOW, False), (Operator.AT_MOST, True)])
def test_equality_misses_a_strict_limit_in_the_json_too(operator: Operator, met: bool) -> None:
    """RTA and RPA exactly at their limits: FAILED and missed for `<`, kept for `<=`."""
    promise = Objective(Limit(RTO, operator), Limit(RPO, operator), "tier 1")
    at_limit = run_with(
        events=events(RTO),
        checks=[ROWS, replace(HEARTBEAT, newest=DISRUPTED - RPO)],
        objective=promise,
    )
    told = run_json(closed(at_limit))
    assert told["verdict"] == ("PASSED WITH FINDINGS" if met else "FAILED")
    for name, limit in (("rto", RTO), ("rpo", RPO)):
        assert (told[name]["actual_s"], told[name]["objective_s"]) == (limit.total_seconds(), limit.total_seconds())
        assert told[name]["operator"] == operator.value
        assert (told[name]["standing"] == "missed") is not met


@pytest.mark.parametrize("over", [-US, US])
def test_one_microsecond_decides_and_is_in_the_json(over: timedelta) -> None:
    """Seconds in the JSON are exact: a reader who compares them comes to the same verdict."""
    told = run_json(closed(run_with(events=events(RTO + over))))
    assert (told["rto"]["actual_s"] < told["rto"]["objective_s"]) is (over < timedelta())
    assert (told["verdict"] == "FAILED") is (over > timedelta())


# 2. Both recovery times, and the policy.


def test_both_recovery_times_and_the_policy_are_told() -> None:
    """From disruption and from declaration, which of them is judged, and what was not exercised."""
    late = [replace(each, offset=minutes(1)) if each.moment is Moment.DISRUPTION else each for each in events()]
    late = [
        replace(each, offset=minutes(11), at=OPENED + minutes(11)) if each.moment is Moment.DECLARED else each
        for each in late
    ]
    allowed = ClockPolicy(ClockStart.DISRUPTION, minutes(10), minutes(5))
    for policy, judged in ((allowed, 75), (ClockPolicy(ClockStart.DECLARATION), 50)):
        told = run_json(closed(run_with(events=late, policy=policy)))
        assert (told["rto"]["from_disruption_s"], told["rto"]["from_declaration_s"]) == (3600, 3000)
        assert told["rto"]["actual_s"] == judged * 60
        assert told["policy"]["judged_from"] == policy.judged_from.value
        assert told["policy"]["detection_allowance_s"] == policy.detection_allowance.total_seconds()
    scheduled = run_json(closed())
    assert scheduled["policy"]["detection_exercised"] is False


# 3. 'available' does not stop the clock.


def test_a_copy_that_is_available_and_wrong_never_stops_the_clock() -> None:
    """Ready in minutes, and the user's check fails: no RTA, FAILED, and the time of 'ready' is kept beside."""
    drill = Drill(results=[replace(ROWS, outcome=Outcome.FAILED, observed="0 rows")])
    run = drill.run()
    assert drill.ledger.closing is not None
    assert run.verdict is Verdict.FAILED
    assert drill.ledger.closing.measures.rta is None
    reached = {event.moment for event in drill.ledger.events}
    assert Moment.INFRASTRUCTURE_READY in reached
    assert Moment.SERVICE_VERIFIED not in reached


# 4. RPA from the data, with its grade.


@pytest.mark.parametrize("history", [[], [WorstCase(minutes(5), "gaps")]])
def test_a_missing_canary_is_inconclusive_and_says_the_grade(history: list[WorstCase]) -> None:
    """No heartbeat in the copy: never met, and the grade in the JSON is E where arithmetic is shown, else none."""
    record = run_with(
        checks=[ROWS, replace(HEARTBEAT, newest=None, mandatory=False, outcome=Outcome.INCONCLUSIVE)],
        worst_cases=history,
    )
    judged, told = judge(record), run_json(closed(record))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert any(reason.startswith("RPA was not measured: no instant was read") for reason in judged.reasons)
    assert told["rpo"]["grade"] == ("E" if history else None)
    assert any("grade E" in reason for reason in judged.reasons) is bool(history)
    assert told["rpo"]["standing"] not in ("ok", "thin")
    assert told["rpo"]["headroom"] is None


# 5. The worst case.


def test_daily_snapshots_under_an_rpo_of_8_hours_are_flagged() -> None:
    """The drill came an hour after the snapshot and kept the RPO; the schedule cannot, and that is a finding."""
    daily = WorstCase(timedelta(hours=24, minutes=3), "largest gap between 91 snapshots", gap=timedelta(hours=24))
    promise = Objective(Limit(RTO), Limit(timedelta(hours=8)), "tier 2")
    record = run_with(objective=promise, worst_cases=[daily])
    judged, told = judge(record), run_json(closed(record))
    assert judged.verdict is Verdict.PASSED_WITH_FINDINGS
    assert "RPO met: 21 m against < 8 h" in judged.reasons
    assert "Recovery points cannot guarantee RPO < 8 h" in judged.reasons
    assert (told["rpo"]["worst_case_verdict"], told["rpo"]["worst_case_s"]) == ("missed", 86_580)


# 6. Clocks that cannot be trusted.


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"steps": [step(1, "restore", minutes(1), timedelta())]}, "step 'restore' took no time or less, so that RTA"),
        ({"steps": [step(1, "restore", minutes(1), -US)]}, "step 'restore' took no time or less, so that RTA"),
        (
            {"steps": [step(1, "a", minutes(1), minutes(2) + US), step(2, "b", minutes(3), US)]},
            "steps 'a' and 'b' overlap, so that RTA",
        ),
        (
            {"steps": [replace(STEPS[1], started_at=STEPS[1].started_at + minutes(1)), *STEPS[2:]]},
            "the wall clock jumped between 'recovery started' and step 'wait until ready', "
            "so that RPA and the worst case",
        ),
    ],
    ids=["zero", "negative", "overlap", "jump"],
)
def test_a_time_that_cannot_be_is_inconclusive_with_the_reason(spoilt: dict[str, object], reason: str) -> None:
    """No figure comes of it; the reason names the step, and what cannot be told, in the JSON too."""
    told = run_json(closed(run_with(**spoilt)))
    assert told["verdict"] == "INCONCLUSIVE"
    assert f"{reason} cannot be told" in told["reasons"]
    assert (told["rto"]["actual_s"] is None) is ("RTA" in reason)
    assert (told["rpo"]["actual_s"] is None) is ("RPA" in reason)


# 7. The counts add up.


@pytest.mark.parametrize("ran", [0, 1, 2, 3])
def test_every_planned_check_was_executed_skipped_or_not_reached(ran: int) -> None:
    """However far the run came, the checks that ended and those not reached are together the plan."""
    results = [ROWS, HEARTBEAT, replace(ROWS, name="more", outcome=Outcome.SKIPPED, mandatory=False)]
    plan = tuple(check.name for check in results)
    told = run_json(closed(run_with(checks=results[:ran], planned_checks=plan)))
    ended = [check["name"] for check in told["checks"]]
    assert [*ended, *told["checks_not_reached"]] == list(plan)
    assert all(check["outcome"] for check in told["checks"])
    assert (told["verdict"] in ("PASSED", "PASSED WITH FINDINGS")) is (ran == 3)


# 8. A stop in the middle.


@pytest.mark.parametrize("at", ["restore", "ready", "checks"])
def test_a_stop_cleans_up_keeps_the_evidence_and_does_not_count_as_tested(tmp_path: Path, at: str) -> None:
    """Stopped in mid-restore: the copy is gone, steps and point stay in the record, and 'last passed' does not move."""
    real = replace(HEADER, provenance=replace(HEADER.provenance, simulated=False))
    ledger = connect(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.open_run(replace(real, id="earlier"))
    passed = closed(GOOD).closing
    assert passed is not None
    ledger.close_run("earlier", passed)
    claim = {(real.drill, real.provenance.definition, real.selection): 1}
    before = ledger.queries.last_green(claim)
    drill = Drill(failing={at: KeyboardInterrupt()})
    session = Session(replace(real, started_at=drill.clock.now()), COPY, RunContext(RUN, drill.clock, ledger))
    session.use(drill.session().components)
    with pytest.raises(KeyboardInterrupt):
        drill.run(session)
    run = ledger.queries.run(RUN)
    assert run.closing is not None
    assert (run.closing.verdict, run.closing.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert [row.state for row in run.copies] == [CopyState.DELETED]
    assert [point.id for point in run.points] == [POINT.id]
    assert run.steps[0].outcome is Outcome.PASSED
    assert all(each.ended_at is not None for each in run.steps)
    assert before
    assert ledger.queries.last_green(claim) == before
    ledger.close()
