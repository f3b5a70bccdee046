"""Twelve ways in which other programs were green by accident, each at the layer where it would happen here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import prefect_runner
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.judge.judgement import Fault, Record, judge
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.outline import exit_code
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import Exit, NotRecoverable, UnsafeToDelete
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.resources import TYPES
from dr_orchestrator.runner import Components, cleanup_of
from tests.support.drill_files import SHOP, changed, only, write
from tests.support.records import GOOD, HEARTBEAT, ROWS, STEPS, closed, events, minutes, run_with, step
from tests.support.rehearsal import COPY, Drill
from tests.support.types import problems


def test_1_no_backup_is_a_failure() -> None:
    """A drill that finds nothing to restore is FAILED, and its exit code is not 0."""
    drill = Drill(failing={"choose": NotRecoverable("no available snapshot of orders-prod")})
    run = drill.run()
    assert run.verdict is Verdict.FAILED
    assert drill.reasons[0] == "no available snapshot of orders-prod"
    lost = closed(run_with(fault=Fault(Outcome.FAILED, "no snapshot"), events=[], checks=[], points=[]))
    assert exit_code([lost]) == Exit.FAILED


def test_2_a_kind_that_nothing_performs_does_not_succeed() -> None:
    """Neither a kind without a script nor a session without a restorer simulates a success."""
    with pytest.raises(Exception, match="no_such_kind"):
        prefect_runner.script("no-such-kind")
    drill = Drill()
    session = drill.session()
    session.use(Components(drill))
    with pytest.raises(TypeError, match="has no restorer"):
        drill.run(session)
    assert session.verdict is Verdict.INCONCLUSIVE


def test_3_an_unknown_rpa_is_no_constant() -> None:
    """Where no instant was read and no history is known the RPA is None in figures and JSON, and nothing is met."""
    record = run_with(checks=[ROWS, replace(HEARTBEAT, newest=None)], worst_cases=[])
    judged = judge(record)
    assert (judged.measures.rpa, judged.verdict) == (None, Verdict.INCONCLUSIVE)
    assert run_json(closed(record))["rpo"]["actual_s"] is None


def test_4_what_is_false_or_unknown_stands_in_the_json() -> None:
    """A failed run's JSON has every key of a passed one's, with false, 0 and null as values."""
    optional = replace(HEARTBEAT, mandatory=False, canary=False, proves_data=False, newest=None, outcome=Outcome.FAILED)
    spoilt = run_with(checks=[optional], steps=[replace(STEPS[0], outcome=Outcome.FAILED)], events=events()[:4])
    good, bad = run_json(closed()), run_json(closed(spoilt))
    assert bad.keys() == good.keys()
    for key in ("rto", "rpo", "policy", "provenance"):
        assert bad[key].keys() == good[key].keys()
    (check,) = bad["checks"]
    assert check.keys() == good["checks"][0].keys()
    assert [check[key] for key in ("mandatory", "canary", "proves_data", "newest", "seconds")] == [
        *(False, False, False, None, 0),
    ]
    assert (check["outcome"], bad["steps"][0]["outcome"]) == ("failed", "failed")


@pytest.mark.parametrize("cleanup", Cleanup)
@pytest.mark.parametrize("verdict", Verdict)
def test_5_only_a_green_and_clean_run_exits_0(verdict: Verdict, cleanup: Cleanup) -> None:
    """Every other combination, an open run and no run at all exit with something else."""
    run = closed()
    assert run.closing is not None
    ended = replace(run, closing=replace(run.closing, verdict=verdict, cleanup=cleanup))
    assert (exit_code([ended]) == 0) is (verdict.green and cleanup is Cleanup.CLEAN)
    assert (exit_code([run, ended]) == 0) is (verdict.green and cleanup is Cleanup.CLEAN)
    assert exit_code([replace(run, closing=None)]) != 0
    assert exit_code([]) != 0


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PASSED])
@pytest.mark.parametrize("index", [0, 1])
def test_6_every_check_that_is_computed_is_judged(index: int, outcome: Outcome) -> None:
    """Any mandatory check with any other outcome than passed, alone, takes the green away, and is named."""
    checks = list(GOOD.checks)
    checks[index] = replace(checks[index], outcome=outcome)
    judged = judge(run_with(checks=checks))
    assert not judged.verdict.green
    assert f"check '{checks[index].name}'" in judged.reasons[0]


def test_7_an_unknown_type_or_kind_is_refused(tmp_path: Path) -> None:
    """What nothing can restore is a mistake with file and line, and each type that is known has kinds of drill."""
    assert not problems(write(tmp_path, {"shop.yaml": SHOP}))
    for old, key in (("rds-instance", "resources.shop-db.type"), ("pitr-restore", "drills.shop-pitr.kind")):
        problem = only(tmp_path, {"shop.yaml": changed(SHOP, old, "mainframe")})
        assert (problem.file, problem.key) == ("drills/shop.yaml", key)
    assert all(each.kinds for each in TYPES)
    assert set().union(*(each.kinds for each in TYPES)) == set(Kind)


def test_8_a_status_proves_nothing_of_the_data() -> None:
    """'available' and an endpoint that answers 200 pass, and without a check of the data the run is INCONCLUSIVE."""
    answers = replace(ROWS, name="answers", expected="200", observed="200", proves_data=False)
    judged = judge(run_with(checks=[answers], planned_checks=("answers",)))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "no mandatory check of the data ran" in judged.reasons


@pytest.mark.parametrize("hours", [24, 25, 26, 48, 100])
def test_9_nothing_wraps_at_a_day(hours: int) -> None:
    """A recovery of a day and more misses four hours, and reads as what it is in words and numbers."""
    record = run_with(events=events(timedelta(hours=hours)))
    assert judge(record).reasons == (f"RTO missed: {hours} h against < 4 h (tier 1)",)
    assert run_json(closed(record))["rto"]["actual_s"] == hours * 3600


def test_10_a_deletion_that_was_not_proven_is_not_told_as_one() -> None:
    """A destroy that returns without proof leaves the clean-up unproven, whatever it says; the exit code tells."""
    drill = Drill()
    act = drill.act
    drill.act = lambda name, result=None: act(name, CopyState.CREATED if name == "destroy" else result)  # type: ignore[method-assign]
    run = drill.run()
    assert run.cleanup is Cleanup.UNPROVEN
    assert (run.verdict, drill.reasons[-1]) == (Verdict.PASSED_WITH_FINDINGS, "A copy may still exist")
    assert exit_code([closed(run_with(cleanup=run.cleanup))]) == Exit.LEFTOVERS
    assert Moment.CLEAN not in {event.moment for event in drill.ledger.events}


@pytest.mark.parametrize("missing", [Moment.DISRUPTION, Moment.SERVICE_VERIFIED])
def test_11_what_never_happened_is_not_passed(missing: Moment) -> None:
    """Without a disruption there was nothing to recover from, without a verified service nothing recovered."""
    judged = judge(run_with(events=[event for event in events() if event.moment is not missing]))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert judged.measures.rta is None


def test_12_what_cannot_be_told_apart_is_neither_deleted_nor_forgotten() -> None:
    """A copy whose tags cannot be read is kept and told as a leftover; it is not skipped."""
    drill = Drill(failing={"destroy": UnsafeToDelete("its tags cannot be read")})
    run = drill.run()
    assert run.cleanup is Cleanup.LEFTOVERS
    assert drill.ledger.rows[COPY.id].state is CopyState.LEFTOVER
    assert drill.ledger.closing is not None
    assert "its tags cannot be read" in drill.ledger.closing.cleanup_reasons[0]


# What others do right.


@pytest.mark.parametrize("minimum", ["0", "-1"])
def test_a_check_must_be_able_to_fail(tmp_path: Path, minimum: str) -> None:
    """A claim that an empty table keeps is refused."""
    problem = only(tmp_path, {"shop.yaml": changed(SHOP, "minimum: 1", f"minimum: {minimum}")})
    assert problem.key.endswith("minimum")


@pytest.mark.parametrize("text", ["SELECT 1", "SELECT count(*) FROM generate_series(1, 9)", "SELECT NULL"])
def test_a_query_must_be_able_to_fail(tmp_path: Path, text: str) -> None:
    """A query whose answer is the same in an empty database is refused before anything starts."""
    query = f'query: {{sql: "{text}", equals: 1}}'
    problem = only(tmp_path, {"shop.yaml": changed(SHOP, "rows-at-least: {table: orders, minimum: 1}", query)})
    assert problem.key.endswith("query.sql")


@pytest.mark.parametrize("kind", PointKind)
def test_a_recovery_point_is_no_witness_for_itself(kind: PointKind) -> None:
    """No canary, and no row that tells its time: its claim on its own age is shown, graded, and passes nothing."""
    judged = judge(run_with(checks=[ROWS], points=[replace(GOOD.points[0], kind=kind)], planned_checks=()))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert judged.measures.rpa_grade in ("C", "D")
    assert any("no canary bears it out" in reason for reason in judged.reasons)


def test_a_canary_that_is_no_witness_makes_no_figure() -> None:
    """One that turned out to be a view could not tell: neither it nor the recovery point stands for the loss."""
    view = replace(HEARTBEAT, newest=None, outcome=Outcome.INCONCLUSIVE, observed="it is a view")
    for mandatory in (True, False):
        judged = judge(run_with(checks=[ROWS, replace(view, mandatory=mandatory)]))
        assert (judged.verdict, judged.measures.rpa_grade) == (Verdict.INCONCLUSIVE, "E")


def test_nothing_at_all_is_no_success() -> None:
    """No checks, no copies proven, no runs: none of the empty cases is green."""
    empty = Record(GOOD.header, [], [], [], [], [], Cleanup.CLEAN)
    assert judge(empty).verdict is Verdict.INCONCLUSIVE
    assert cleanup_of([CopyState.INTENDED]) is Cleanup.UNPROVEN


def test_a_skip_leaves_a_row() -> None:
    """Skipped and not reached are listed by name in the JSON, and take the green away."""
    skipped = replace(ROWS, outcome=Outcome.SKIPPED, observed="no login")
    told = run_json(closed(run_with(checks=[skipped], planned_checks=("rows", "heartbeat"))))
    assert [(check["name"], check["outcome"]) for check in told["checks"]] == [("rows", "skipped")]
    assert told["checks_not_reached"] == ["heartbeat"]
    assert told["verdict"] == "INCONCLUSIVE"


SPOIL: dict[str, Callable[[], dict[str, Any]]] = {
    "fault": lambda: {"fault": Fault(Outcome.INCONCLUSIVE, "AccessDenied")},
    "step": lambda: {"steps": [step(1, "restore", minutes(1), minutes(1), outcome=Outcome.SKIPPED)]},
    "point": lambda: {"points": []},
}


@pytest.mark.parametrize("spoilt", SPOIL)
def test_a_probe_of_the_judge_can_fail(spoilt: str) -> None:
    """The good run is green, and each of these alone makes it not so: the probes themselves can fail."""
    assert judge(GOOD).verdict is Verdict.PASSED
    assert judge(run_with(**SPOIL[spoilt]())).verdict is Verdict.INCONCLUSIVE


def test_a_point_of_the_future_is_no_small_loss() -> None:
    """A recovery point that claims data from after the disruption is not believed."""
    later: datetime = GOOD.events[0].at + minutes(3)
    point: RecoveryPoint = replace(GOOD.points[0], data_time=later)
    assert judge(run_with(checks=[ROWS], points=[point])).verdict is Verdict.INCONCLUSIVE
