"""What the ledger promises of imported restore tests: each once, in AWS's newest words, and never as a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.ledger.ledger import SqlLedger
from tests.support.ledger_samples import EXERCISE, MAXIMAL, START, header, write
from tests.support.tracked import run

DAY = timedelta(days=1)
TEST = RestoreTest(
    job="job-1",
    account="111122223333",
    region="eu-west-2",
    plan="arn:plan:weekly",
    source="arn:aws:rds:eu-west-2:111122223333:db:orders-prod",
    type="RDS",
    point="arn:point",
    began=START,
    status="COMPLETED",
    point_at=START - DAY,
    ended=START + DAY / 24,
    validation="VALIDATING",
    told=("“fine”", "as it was"),
    service="orders",
    resource="db",
)


def test_a_test_is_read_back_as_it_was_imported(ledger: SqlLedger) -> None:
    """Every word of it; one under way has no end, and nobody's source no service."""
    begun = replace(TEST, job="job-2", began=START + DAY, status="RUNNING", point_at=None, ended=None, told=())
    others = replace(begun, job="job-3", began=START + 2 * DAY, service="", resource="")
    assert ledger.keep_restore_tests([TEST, begun, others], START) == [TEST, begun, others]
    assert ledger.queries.restore_tests() == [TEST, begun, others]
    assert ledger.queries.restore_tests(START + DAY) == [begun, others]


def test_one_that_is_imported_again_is_there_once(ledger: SqlLedger) -> None:
    """In AWS's newest words; only what is otherwise is news."""
    ledger.keep_restore_tests([TEST], START)
    assert ledger.keep_restore_tests([TEST], START + DAY) == []
    judged = replace(TEST, validation="TIMED_OUT", deletion="DELETING")
    assert ledger.keep_restore_tests([judged], START + DAY) == [judged]
    assert ledger.queries.restore_tests() == [judged]


def test_a_job_of_another_place_is_another(ledger: SqlLedger) -> None:
    """An id is one account's in a region, and a lab's is none of AWS's."""
    others = [replace(TEST, account="2"), replace(TEST, region="us-east-1"), replace(TEST, simulated=True)]
    assert ledger.keep_restore_tests([TEST, *others], START) == [TEST, *others]
    assert len(ledger.queries.restore_tests()) == 4


def test_the_newest_that_ended_is_told_of_each_resource(ledger: SqlLedger) -> None:
    """Of a real AWS where there is one, however new a lab's is; not of what is under way, or of nobody's."""
    newer = replace(TEST, job="job-2", began=START + DAY)
    lab = replace(TEST, job="job-3", began=START + 2 * DAY, simulated=True)
    begun = replace(TEST, job="job-4", began=START + 3 * DAY, status="RUNNING", ended=None)
    alone = replace(lab, job="job-5", resource="cache")
    ledger.keep_restore_tests([newer, lab, TEST, begun, alone, replace(TEST, job="job-6", service="")], START)
    found = ledger.queries.newest_restore_tests(["orders", "carts"])
    assert found == {("orders", "db"): newer, ("orders", "cache"): alone}
    assert ledger.queries.newest_restore_tests([]) == {}


def test_it_is_no_run(ledger: SqlLedger) -> None:
    """No list of runs, no due date and no source of a drill comes of it."""
    ledger.keep_restore_tests([TEST], START)
    assert ledger.queries.runs() == []
    assert ledger.queries.sources() == set()
    assert ledger.queries.newest_real(["orders"]) == {}


def test_the_runs_that_restored_a_point_are_told_newest_first(ledger: SqlLedger) -> None:
    """Of the points that are asked for, and no other."""
    ledger.open_exercise(EXERCISE)
    write(ledger, MAXIMAL)
    (first, *_) = MAXIMAL.points
    ledger.open_run(header("r-later"))
    ledger.record_point("r-later", first)
    assert ledger.queries.that_restored([first.id, "arn:none"]) == {first.id: ["r-later", "r-maximal"]}
    assert ledger.queries.that_restored([]) == {}


def test_the_newest_that_restored_a_point_is_the_one_that_ended_last(ledger: SqlLedger) -> None:
    """And not the one that was opened last; one that is open is newer than both."""
    (first, *_) = MAXIMAL.points
    for name, ends in (("r-long", 5), ("r-short", 1)):
        of = run(name, START + timedelta(hours=ends))
        write(ledger, replace(of, points=(*of.points, first)))
    ledger.open_run(header("r-open"))
    ledger.record_point("r-open", first)
    assert ledger.queries.that_restored([first.id]) == {first.id: ["r-open", "r-long", "r-short"]}
