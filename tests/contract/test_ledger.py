"""What every ledger promises: facts come back exactly as they were written, each is written once, none is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.copy import CopyState, Identity
from dr_orchestrator.domain.replica import Allowance, Edit, Empty, Made
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.ledger.engine import LedgerDefect, create, transaction
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from tests.support.ledger_samples import (
    EXERCISE,
    IDENTITY,
    MAXIMAL,
    MINIMAL,
    ODD,
    START,
    closing,
    copy,
    header,
    step,
    write,
)

property_test = settings(
    max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
spans = st.timedeltas(min_value=timedelta(days=-100_000), max_value=timedelta(days=100_000))
zones = st.timedeltas(min_value=timedelta(hours=-23), max_value=timedelta(hours=23)).map(timezone)
instants = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2300, 1, 1), timezones=zones)  # noqa: DTZ001


@pytest.mark.parametrize("run", [MINIMAL, MAXIMAL], ids=["minimal", "maximal"])
def test_a_run_comes_back_exactly(ledger: SqlLedger, database_url: str, run: Run) -> None:
    """Every field of a run survives, read by another connection: microseconds, None, 26 hours, order, empty texts."""
    ledger.open_exercise(EXERCISE)
    write(ledger, run)
    other = connect(database_url)
    assert other.queries.run(run.header.id) == run
    other.close()


def test_an_exercise_comes_back_exactly(ledger: SqlLedger) -> None:
    """Every field of an exercise survives, while it is open and when it has ended."""
    ledger.open_exercise(EXERCISE)
    assert ledger.queries.exercise(EXERCISE.id) == (EXERCISE, [])
    ledger.close_exercise(EXERCISE.id, START + ODD, Verdict.PARTIAL)
    ended = replace(EXERCISE, ended_at=START + ODD, verdict=Verdict.PARTIAL)
    assert ledger.queries.exercise(EXERCISE.id)[0] == ended


def test_the_stacks_that_a_replica_was_made_from_come_back_as_one(ledger: SqlLedger) -> None:
    """In their order, each with its digests; what was changed, was allowed, or came back empty, of all of them."""
    run = header(uuid4().hex)
    ledger.open_run(run)
    made = [
        Made(
            2 * name,
            3 * name,
            (Edit(f"{name}/Table", "TableName", "a", "b", "c"),),
            (Allowance(name, "d"),),
            name,
            empty=(Empty(f"{name}/Jobs", "AWS::DynamoDB::Table", "refilled"), Empty(name, "AWS::S3::Bucket")),
        )
        for name in ("Orders-Data", "Orders")
    ]
    for each in made:
        ledger.record_template(run.id, each)
    found = ledger.queries.run(run.id).template
    assert found is not None
    assert [(each.stack, each.digest, each.derived_digest) for each in found.stacks] == [
        (each.stack, each.digest, each.derived_digest) for each in made
    ]
    whole = Made.of_stacks(made)
    assert (found.digest, found.derived_digest) == (whole.digest, whole.derived_digest)
    assert (found.edits, found.allowed, found.empty) == (whole.edits, whole.allowed, whole.empty)
    with pytest.raises(LedgerDefect):
        ledger.record_template(run.id, made[0])


def test_a_bucket_is_known_by_the_run_that_uses_it(ledger: SqlLedger) -> None:
    """However often it is written, and by no other run."""
    run, other = header(uuid4().hex), header(uuid4().hex)
    for each in (run, other):
        ledger.open_run(each)
    for bucket in ("templates", "templates", "of-before"):
        ledger.record_bucket(run.id, bucket)
    assert ledger.buckets(run.id) == {"templates", "of-before"}
    assert ledger.buckets(other.id) == frozenset()


@property_test
@given(at=instants, offset=spans)
def test_no_instant_or_span_is_rounded(ledger: SqlLedger, at: datetime, offset: timedelta) -> None:
    """Any instant of any zone comes back as the same instant in UTC, and any span to the microsecond."""
    run = header(uuid4().hex)
    ledger.open_run(run)
    ledger.record_event(run.id, Event(Moment.DISRUPTION, at, offset))
    (event,) = ledger.queries.run(run.id).events
    assert (event.at, event.at.tzinfo, event.offset) == (at, UTC, offset)


@property_test
@given(observed=st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_no_text_is_changed(ledger: SqlLedger, observed: str) -> None:
    """Whatever a check saw is told as it was seen, in any script."""
    run = header(uuid4().hex)
    ledger.open_run(run)
    ledger.record_check(run.id, CheckResult("n", "e", observed, Outcome.PASSED))
    assert ledger.queries.run(run.id).checks[0].observed == observed


def test_a_text_that_no_database_holds_does_not_end_a_drill(ledger: SqlLedger) -> None:
    """NUL and half a surrogate pair, as a broken copy may answer, are replaced where they stand."""
    ledger.open_run(header())
    ledger.record_check("r-1", CheckResult("n", "e", "a\x00b\ud800c", Outcome.FAILED))
    ledger.close_run("r-1", closing(reasons=("saw \x00",)))
    run = ledger.queries.run("r-1")
    assert run.checks[0].observed == "a␀b?c"
    assert run.closing is not None
    assert run.closing.reasons == ("saw ␀",)


def test_an_instant_without_a_zone_is_refused(ledger: SqlLedger) -> None:
    """A naive datetime is a defect, and nothing of its fact is written."""
    ledger.open_run(header())
    with pytest.raises(LedgerDefect, match="no time zone"):
        ledger.record_event("r-1", Event(Moment.CLEAN, START.replace(tzinfo=None), ODD))
    assert ledger.queries.run("r-1").events == ()


REPEATS: dict[str, Callable[[SqlLedger], None]] = {
    "run": lambda ledger: ledger.open_run(header()),
    "event": lambda ledger: ledger.record_event("r-1", Event(Moment.CLEAN, START, ODD)),
    "step start": lambda ledger: ledger.start_step("r-1", step()),
    "step end": lambda ledger: ledger.finish_step("r-1", step(ended_at=START, duration=ODD, outcome=Outcome.PASSED)),
    "copy": lambda ledger: ledger.intend_copy(copy(), START),
    "run's end": lambda ledger: ledger.close_run("r-1", closing()),
    "exercise": lambda ledger: ledger.open_exercise(EXERCISE),
    "exercise's end": lambda ledger: ledger.close_exercise(EXERCISE.id, START, Verdict.PASSED),
}


@pytest.mark.parametrize("fact", REPEATS)
def test_a_fact_is_written_once(ledger: SqlLedger, fact: str) -> None:
    """The second writing of one fact is a defect, and the first stays."""
    for name, record in REPEATS.items():
        if name == fact or name in {"run", "step start", "exercise"}:
            record(ledger)
    before = ledger.queries.run("r-1"), ledger.queries.exercise()
    with pytest.raises(LedgerDefect):
        REPEATS[fact](ledger)
    assert (ledger.queries.run("r-1"), ledger.queries.exercise()) == before


@pytest.mark.parametrize("fact", [name for name in REPEATS if name not in {"run", "exercise"}])
def test_a_fact_needs_what_it_belongs_to(ledger: SqlLedger, fact: str) -> None:
    """A fact of a run, step or exercise that was never opened is a defect."""
    with pytest.raises(LedgerDefect):
        REPEATS[fact](ledger)


def test_a_run_needs_its_exercise(ledger: SqlLedger) -> None:
    """A run cannot name an exercise that the ledger does not hold."""
    with pytest.raises(LedgerDefect):
        ledger.open_run(header(exercise="2026-q9"))


def test_a_step_keeps_its_beginning(ledger: SqlLedger) -> None:
    """The end of a step changes neither its name nor when it started."""
    ledger.open_run(header())
    ledger.start_step("r-1", step())
    later = step(name="other", started_at=START + ODD, ended_at=START + ODD, duration=ODD, outcome=Outcome.FAILED)
    ledger.finish_step("r-1", later)
    assert ledger.queries.run("r-1").steps == (replace(later, name="restore", started_at=START),)


def test_a_copy_keeps_what_is_known_of_it(ledger: SqlLedger) -> None:
    """An identity, a creation and an end once known are neither forgotten nor replaced."""
    ledger.open_run(header())
    ledger.intend_copy(copy(), START)
    ledger.change_copy(copy(), CopyState.CREATED, START + ODD, IDENTITY)
    ledger.change_copy(copy(), CopyState.CREATED, START + 2 * ODD, Identity("arn:other", "db-OTHER"))
    ledger.change_copy(copy(), CopyState.UNPROVEN, START + 3 * ODD)
    (record,) = ledger.copies("r-1")
    assert (record.state, record.identity, record.gone_at) == (CopyState.UNPROVEN, IDENTITY, None)
    ledger.change_copy(copy(), CopyState.DELETED, START + 4 * ODD)
    ledger.change_copy(copy(), CopyState.DELETED, START + 5 * ODD)
    (record,) = ledger.copies("r-1")
    assert (record.identity, record.created_at, record.gone_at) == (IDENTITY, START + ODD, START + 4 * ODD)


def test_a_copy_changes_in_its_own_run_only(ledger: SqlLedger) -> None:
    """A copy of the same name in another run, or never intended, is not touched."""
    for run in ("r-1", "r-2"):
        ledger.open_run(header(run))
        ledger.intend_copy(copy(run, id="same"), START)
    ledger.change_copy(copy("r-1", id="same"), CopyState.CREATED, START, IDENTITY)
    assert [record.state for record in ledger.copies("r-2")] == [CopyState.INTENDED]
    with pytest.raises(LedgerDefect, match="has no copy"):
        ledger.change_copy(copy("r-1", id="other"), CopyState.CREATED, START)


def test_copies_come_in_the_order_of_their_intent(ledger: SqlLedger) -> None:
    """Teardown can undo the copies of a run last first."""
    ledger.open_run(header())
    for name in ("b", "a", "c"):
        ledger.intend_copy(copy(id=name), START)
    assert [record.copy.id for record in ledger.copies("r-1")] == ["b", "a", "c"]
    assert ledger.copies("r-2") == []


@pytest.mark.parametrize("change", ["verdict = 'GREEN'", "verdict = 'PASSED'", "rto_us = 1", "disruption = 'rain'"])
def test_the_database_itself_refuses_what_cannot_be(ledger: SqlLedger, database_url: str, change: str) -> None:
    """An unknown word, a verdict without an end, a limit without its operator: refused whoever writes it."""
    ledger.open_run(header())
    engine = create(database_url)
    with pytest.raises(LedgerDefect, match=r"(?i)check"), transaction(engine) as connection:
        connection.execute(text(f"UPDATE run SET {change}"))
    engine.dispose()
