"""What a ledger promises as it grows: what is asked at every start is answered from as few rows as on the first day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select

from dr_orchestrator.domain.copy import CopyRecord, CopyState
from dr_orchestrator.domain.outline import Lasted, Outline
from dr_orchestrator.domain.programme import RealRun
from dr_orchestrator.domain.run import Measures, Run
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger import rows, tables
from dr_orchestrator.ledger.engine import create
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.queries import Queries
from tests.support.ledger_samples import (
    EXERCISE,
    LONG,
    MAXIMAL,
    PROVENANCE,
    START,
    closing,
    copy,
    header,
    step,
    write,
    write_copy,
)

HOUR = timedelta(hours=1)
REAL = replace(PROVENANCE, simulated=False)
CLAIM = ("orders-snapshot", REAL.definition, "latest")

ASKED: dict[str, Callable[[Queries], object]] = {
    "open runs": lambda ask: ask.open_runs(),
    "open runs in outline": lambda ask: ask.open_outlines(),
    "open runs of a drill": lambda ask: ask.open_outlines("orders-snapshot"),
    "runs that left copies": lambda ask: ask.unsettled_runs(),
    "open exercises": lambda ask: ask.open_exercises(),
    "an exercise": lambda ask: ask.exercise_alone(EXERCISE.id),
    "copies of open runs": lambda ask: ask.copies_of_open_runs(but="r-1"),
    "copies by their names": lambda ask: ask.settled_copies(["drill-r-closed-0007", "nobody"]),
    "an object's run": lambda ask: ask.accounted_for(
        "r-closed-0007", "rds-instance", "drill-r-closed-0007", copy().region
    ),
    "copies of a run": lambda ask: ask.copies("r-closed-0007"),
    "what is proven": lambda ask: ask.last_green({CLAIM: 1}),
    "the newest real run": lambda ask: ask.newest_real(["orders-snapshot"]),
    "how long a drill lasts": lambda ask: ask.lasted("orders-snapshot", 8),
    "the newest runs": lambda ask: ask.outlines(20),
    "runs by id": lambda ask: ask.named(["r-closed-0007", "r-open"]),
    "what was drilled": lambda ask: ask.sources(),
    "where it was drilled": lambda ask: ask.places(),
}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A ledger with a run under way, and one that left a copy."""
    yield from begun(database_url)


@pytest.fixture
def in_sqlite(tmp_path: Path) -> Iterator[Engine]:
    """The same in SQLite; PostgreSQL weighs by its statistics, and walks what is small."""
    yield from begun(f"sqlite:///{tmp_path / 'ledger.db'}")


def begun(database_url: str) -> Iterator[Engine]:
    ledger = connect(database_url)
    ledger.open_exercise(EXERCISE)
    ledger.open_run(header("r-open", provenance=REAL))
    write_copy(ledger, CopyRecord(copy("r-open"), CopyState.INTENDED, None, START))
    left = replace(MAXIMAL.header, id="r-left", provenance=REAL)
    write(ledger, replace(MAXIMAL, header=left, copies=()))
    write_copy(ledger, CopyRecord(copy("r-left"), CopyState.LEFTOVER, None, START, START))
    ledger.close()
    engine = create(database_url)
    yield engine
    engine.dispose()


@pytest.mark.slow
def test_no_more_is_read_after_500_runs_than_after_50(engine: Engine) -> None:
    """Closed runs add neither a statement nor a row to what is asked at every start."""
    read: list[dict[str, list[int]]] = []
    for first, last in ((0, 50), (50, 500)):
        many(engine, first, last)
        read.append({asked: [len(fetched(engine, *each)) for each in sent(engine, asked)] for asked in ASKED})
    assert all(read[0].values())
    assert read[0] == read[1]


@pytest.mark.slow
def test_no_table_is_walked(in_sqlite: Engine) -> None:
    """Each answer is found by an index, whatever the tables hold."""
    many(in_sqlite, 0, 50)
    walked = {
        asked: [plan for plan in plans(in_sqlite, asked) if plan.startswith("SCAN") and "INDEX" not in plan]
        for asked in ASKED
        if asked != "the newest runs"
    }
    found = {asked: [plan for plan in told if plan != "SCAN sqlite_master"] for asked, told in walked.items()}
    assert not any(found.values()), found  # one row of sqlite_master is read, to see that it is free


def test_an_outline_is_the_run_without_its_facts(ledger: SqlLedger) -> None:
    """Header and end are the same to the last finding, in the same order, narrowed by the same names."""
    ledger.open_exercise(EXERCISE)
    write(ledger, MAXIMAL)
    ledger.open_run(header("r-second", drill="other"))
    assert ledger.queries.outlines() == [outline(run) for run in ledger.queries.runs()]
    assert ledger.queries.outlines(1, exercise=EXERCISE.id) == [outline(MAXIMAL)]
    assert (
        ledger.queries.outlines(drill="other")
        == ledger.queries.open_outlines()
        == [Outline(header("r-second", drill="other"))]
    )
    assert ledger.queries.open_outlines("nosuch") == []
    assert ledger.queries.named(["r-maximal", "gone"]) == [outline(MAXIMAL)]
    assert ledger.queries.whole({"r-maximal", "gone"}) == [MAXIMAL]
    assert ledger.queries.exercise_in_outline(EXERCISE.id) == (EXERCISE, [outline(MAXIMAL)])


def test_an_exercise_is_read_as_far_as_its_report_shows_it(ledger: SqlLedger) -> None:
    """The first that started and the open ones are whole; the others keep end, findings, checks and points."""
    ledger.open_exercise(EXERCISE)
    whole = [
        replace(MAXIMAL, header=replace(MAXIMAL.header, id=name, started_at=START + at * HOUR), copies=())
        for name, at in (("late", 2), ("first", 0), ("last", 3))
    ]
    for run in whole:
        write(ledger, run)
    still_open = Run(replace(MAXIMAL.header, id="open", started_at=START + HOUR), steps=(step(),))
    write(ledger, still_open)
    bare = dict.fromkeys(("events", "steps", "copies", "observations", "segments", "server_times", "differences"), ())
    bare |= {"template": None}
    late, first, last = whole
    found = ledger.queries.exercise_for_report(EXERCISE.id, 1)
    assert found == (EXERCISE, [replace(late, **bare), first, replace(last, **bare), still_open])
    assert ledger.queries.exercise_for_report(EXERCISE.id, 3)[1] == [late, first, replace(last, **bare), still_open]
    assert ledger.queries.exercise_for_report(EXERCISE.id, 9) == ledger.queries.exercise(EXERCISE.id)


def test_runs_that_left_copies_are_found_whole(ledger: SqlLedger) -> None:
    """A closed run with a copy that is not settled is found with all that is known of it; others are not."""
    for name, state, closes in (
        ("left", CopyState.LEFTOVER, True),
        ("clean", CopyState.DELETED, True),
        ("unproven", CopyState.UNPROVEN, True),
        ("open", CopyState.LEFTOVER, False),
    ):
        ledger.open_run(header(name))
        write_copy(ledger, CopyRecord(copy(name), state, None, START))
        if closes:
            ledger.close_run(name, closing())
    assert [run.header.id for run in ledger.queries.unsettled_runs()] == ["unproven", "left"]
    assert [row.state for run in ledger.queries.unsettled_runs() for row in run.copies] == [
        CopyState.UNPROVEN,
        CopyState.LEFTOVER,
    ]


def test_open_exercises_have_no_verdict(ledger: SqlLedger) -> None:
    """An exercise that was closed is not looked at again."""
    for name in ("first", "second", "third"):
        ledger.open_exercise(replace(EXERCISE, id=name))
    ledger.close_exercise("second", START, Verdict.PASSED)
    assert [each.id for each in ledger.queries.open_exercises()] == ["third", "first"]


def test_copies_that_are_gone_are_found_by_their_names(ledger: SqlLedger) -> None:
    """Only settled copies of closed runs count, and only those that bear one of the names, exactly."""
    for name, state, closes in (
        ("gone", CopyState.DELETED, True),
        ("never", CopyState.NEVER_CREATED, True),
        ("left", CopyState.LEFTOVER, True),
        ("open", CopyState.DELETED, False),
        ("other", CopyState.DELETED, True),
    ):
        ledger.open_run(header(name))
        write_copy(ledger, CopyRecord(copy(name), state, None, START))
        if closes:
            ledger.close_run(name, closing())
    named = [f"drill-{name}" for name in ("gone", "never", "left", "open", "GONE")]
    assert [each.run for each in ledger.queries.settled_copies(named)] == ["gone", "never"]
    assert ledger.queries.settled_copies([]) == []


@pytest.mark.parametrize(
    ("state", "closes", "known"),
    [(CopyState.LEFTOVER, True, True), (CopyState.DELETED, True, False), (CopyState.DELETED, False, True)],
)
def test_an_object_is_accounted_for(ledger: SqlLedger, state: CopyState, closes: bool, known: bool) -> None:
    """What wears a tag is known while its run is under way, or while the ledger still asks for its end."""
    ledger.open_run(header())
    write_copy(ledger, CopyRecord(copy(), state, None, START))
    if closes:
        ledger.close_run("r-1", closing())
    assert ledger.queries.accounted_for("r-1", copy().type, copy().id, copy().region) is known
    assert ledger.queries.accounted_for("r-1", copy().type, "another", copy().region) is not closes
    assert ledger.queries.accounted_for("r-", copy().type, copy().id, copy().region) is False


def test_the_copies_of_open_runs_are_told(ledger: SqlLedger) -> None:
    """Of all open runs but one, whatever became of the copies; those of closed runs are history."""
    for name, state in (
        ("one", CopyState.INTENDED),
        ("two", CopyState.CREATED),
        ("three", CopyState.DELETED),
        ("closed", CopyState.INTENDED),
    ):
        ledger.open_run(header(name))
        write_copy(ledger, CopyRecord(copy(name), state, None, START))
    ledger.close_run("closed", closing())
    told = ledger.queries.copies_of_open_runs(but="one")
    assert [(row.copy.run, row.state) for row in told] == [("two", CopyState.CREATED), ("three", CopyState.DELETED)]
    assert [row.copy.run for row in ledger.queries.copies_of_open_runs(but="")] == ["one", "two", "three"]


def test_a_drill_lasts_as_its_newest_runs_did(ledger: SqlLedger) -> None:
    """Of its newest runs those that recovered, newest first; open ones and those of other drills say nothing."""
    for number, rta in enumerate((HOUR, None, 2 * HOUR, 3 * HOUR)):
        ledger.open_run(header(f"r-{number}"))
        ledger.close_run(f"r-{number}", closing(measures=Measures(rta=rta)))
    ledger.open_run(header("r-open"))
    ledger.open_run(header("r-other", drill="other"))
    assert ledger.queries.lasted("orders-snapshot", 4) == [Lasted(3 * HOUR, LONG), Lasted(2 * HOUR, LONG)]
    assert ledger.queries.lasted("nosuch", 4) == []


def test_the_newest_real_run_says_what_it_showed(ledger: SqlLedger) -> None:
    """Simulated, aborted and open runs say nothing of a drill, however new they are."""
    told = (("real", True, Verdict.FAILED), ("simulated", False, Verdict.PASSED), ("aborted", True, Verdict.ABORTED))
    for name, real, verdict in told:
        ledger.open_run(header(name, provenance=REAL if real else replace(REAL, simulated=True)))
        ledger.close_run(name, closing(verdict))
    ledger.open_run(header("open", provenance=REAL))
    found = ledger.queries.newest_real(["orders-snapshot", "other"])
    assert found == {"orders-snapshot": RealRun("real", START, Verdict.FAILED, REAL.definition, "latest")}


def outline(run: Run) -> Outline:
    return Outline(run.header, run.closing)


def many(engine: Engine, first: int, last: int) -> None:
    """Write closed runs of all that a run can hold, each with a copy that is gone."""
    names = [f"r-closed-{number:04}" for number in range(first, last)]
    end = rows.closing_row(replace(closing(), measures=Measures(rta=HOUR)))
    facts: dict[str, list[dict[str, Any]]] = {
        "run": [rows.header_row(header(name, provenance=REAL)) | end for name in names],
        "copy": [
            rows.copy_row(copy(name), intended_at=START) | {"state": CopyState.DELETED, "gone_at": START}
            for name in names
        ],
        "event": [rows.row_of(MAXIMAL.events[0], run=name) for name in names],
        "step": [rows.row_of(MAXIMAL.steps[0], run=name) for name in names],
        "check_result": [rows.row_of(each, run=name) for name in names for each in MAXIMAL.checks],
    }
    with engine.begin() as connection:
        for table, written in facts.items():
            connection.execute(insert(tables.metadata.tables[table]), written)
        assert len(connection.execute(select(tables.run.c.id)).all()) == last + 2


def sent(engine: Engine, asked: str) -> list[tuple[str, Any]]:
    """The statements by which it is asked, with what was given to them."""
    noted: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, given: Any, *_more: object) -> None:
        if statement.startswith("SELECT"):
            noted.append((statement, given))

    event.listen(engine, "before_cursor_execute", note)
    try:
        ASKED[asked](Queries(engine))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return noted


def plans(engine: Engine, asked: str) -> list[str]:
    """How SQLite finds the answers."""
    explained = [fetched(engine, f"EXPLAIN QUERY PLAN {statement}", given) for statement, given in sent(engine, asked)]
    return [row[-1] for told in explained for row in told]


def fetched(engine: Engine, statement: str, given: Any) -> list[Any]:
    """The rows that a statement brings."""
    with engine.begin() as connection:
        return list(connection.exec_driver_sql(statement, given))
