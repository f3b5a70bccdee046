"""What reading a ledger promises: the run that was meant, complete, and the rows that BI tools count on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, text

from dr_orchestrator.domain.copy import CopyState, Place
from dr_orchestrator.domain.programme import Begun
from dr_orchestrator.domain.run import Measures
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import create
from dr_orchestrator.ledger.ledger import SqlLedger
from tests.support.ledger_samples import EXERCISE, LONG, MAXIMAL, PROVENANCE, START, closing, copy, header, write

HOUR = timedelta(hours=1)


@pytest.fixture
def three(ledger: SqlLedger) -> SqlLedger:
    """A ledger of three runs, an hour apart; the last is open."""
    for number, (drill, service) in enumerate([("a", "orders"), ("b", "carts"), ("a", "orders")]):
        run = header(f"2026-{drill}-{number}", drill=drill, service=service, started_at=START + number * HOUR)
        ledger.open_run(run)
    ledger.close_run("2026-a-0", closing())
    ledger.close_run("2026-b-1", closing(Verdict.FAILED))
    return ledger


@pytest.mark.parametrize("name", ["2026-b-1", "2026-b", "2026-b-"])
def test_a_run_is_found_by_its_beginning(three: SqlLedger, name: str) -> None:
    """The whole id finds a run, and so does a beginning that no other run shares."""
    assert three.queries.run(name).header.id == "2026-b-1"


def test_the_latest_run_needs_no_id(three: SqlLedger) -> None:
    """`latest` is the run that started last."""
    assert three.queries.run("latest").header.id == "2026-a-2"


def test_a_whole_id_wins_over_longer_ones(three: SqlLedger) -> None:
    """A run can be named even if its id begins another's."""
    three.open_run(header("2026-b-1-again"))
    assert three.queries.run("2026-b-1").header.id == "2026-b-1"


@pytest.mark.parametrize("name", ["2026", "2026-a", ""])
def test_an_ambiguous_beginning_lists_the_runs(three: SqlLedger, name: str) -> None:
    """A beginning that several runs share is told with their ids, not guessed at."""
    with pytest.raises(UsageError, match=r"2026-a-2.*2026-a-0"):
        three.queries.run(name)


@pytest.mark.parametrize("name", ["2027-b-1", "2026-B-1", "2026_b", "%"])
def test_an_unknown_run_is_a_users_mistake(three: SqlLedger, name: str) -> None:
    """No run is found by other case or wildcards; the hint names the listing and the nearest id."""
    with pytest.raises(UsageError, match="no run") as told:
        three.queries.run(name)
    assert "dro runs" in told.value.hint
    assert name == "%" or "2026-b-1" in told.value.hint


def test_an_empty_ledger_has_no_latest(ledger: SqlLedger) -> None:
    """Asking an empty ledger is a mistake that is told, not a crash."""
    with pytest.raises(UsageError, match="no run 'latest'"):
        ledger.queries.run("latest")
    with pytest.raises(UsageError, match="no exercise 'latest'"):
        ledger.queries.exercise()
    assert ledger.queries.runs() == []
    assert ledger.queries.exercises() == []


def test_many_matches_are_listed_in_part(ledger: SqlLedger) -> None:
    """A message lists ten ids and says that there are more."""
    for number in range(12):
        ledger.open_run(header(f"r-{number:02}"))
    with pytest.raises(UsageError, match=r"r-11, .*r-02 and more$"):
        ledger.queries.run("r-")


def test_runs_come_newest_first(three: SqlLedger) -> None:
    """Runs are listed newest first, up to a limit, narrowed by service or drill."""
    queries = three.queries
    assert [run.header.id for run in queries.runs()] == ["2026-a-2", "2026-b-1", "2026-a-0"]
    assert [run.header.id for run in queries.runs(1)] == ["2026-a-2"]
    assert [run.header.id for run in queries.runs(1, service="carts")] == ["2026-b-1"]
    assert [run.header.id for run in queries.runs(drill="a")] == ["2026-a-2", "2026-a-0"]
    assert queries.runs(drill="a", service="carts") == []


def test_all_runs_come_with_the_name_of_their_ledger(three: SqlLedger) -> None:
    """Whatever became of them, or those of a service alone; the name is the same each time."""
    name, found = three.queries.all_outlines()
    assert {run.header.id: run.closing is not None for run in found} == {
        "2026-a-0": True,
        "2026-b-1": True,
        "2026-a-2": False,
    }
    again, of_carts = three.queries.all_outlines("carts")
    assert (again, [run.header.id for run in of_carts]) == (name, ["2026-b-1"]) and name


def test_open_runs_have_no_verdict(three: SqlLedger) -> None:
    """The runs that a resume or a sweep looks at are those without a verdict."""
    assert [run.header.id for run in three.queries.open_runs()] == ["2026-a-2"]


def test_an_exercise_comes_with_its_runs(ledger: SqlLedger) -> None:
    """An exercise is found by its beginning or as the latest, with its own runs in the order they opened."""
    ledger.open_exercise(EXERCISE)
    ledger.open_exercise(replace(EXERCISE, id="2027-q1", started_at=START + HOUR))
    write(ledger, MAXIMAL)
    ledger.open_run(header("r-second", exercise=EXERCISE.id))
    ledger.open_run(header("r-alone"))
    exercise, runs = ledger.queries.exercise("2026")
    assert exercise == EXERCISE
    assert runs == [MAXIMAL, *ledger.queries.runs(1, exercise=EXERCISE.id)]
    assert ledger.queries.exercise()[0].id == "2027-q1"
    assert [each.id for each in ledger.queries.exercises()] == ["2027-q1", "2026-q4"]
    assert [each.id for each in ledger.queries.exercises(1)] == ["2027-q1"]


def test_the_last_proof_before_an_instant_is_of_real_runs_that_passed(ledger: SqlLedger) -> None:
    """Simulated, aborted, failed and open runs prove nothing, and neither does what had not ended by then."""
    runs = [
        ("proven", 0, Verdict.PASSED, False),
        ("again", 1, Verdict.PASSED_WITH_FINDINGS, False),
        ("simulated", 2, Verdict.PASSED, True),
        ("failed", 3, Verdict.FAILED, False),
        ("aborted", 4, Verdict.ABORTED, False),
        ("inconclusive", 5, Verdict.INCONCLUSIVE, False),
        ("late", 6, Verdict.PASSED, False),
    ]
    for name, hours, verdict, simulated in runs:
        provenance = replace(PROVENANCE, simulated=simulated)
        ledger.open_run(header(name, drill="a", started_at=START + hours * HOUR, provenance=provenance))
        ledger.close_run(name, closing(verdict, ended_at=START + (hours + 0.5) * HOUR))
    ledger.open_run(header("open", drill="a", started_at=START + 5 * HOUR))
    simulated_run = replace(PROVENANCE, simulated=True)
    ledger.open_run(header("other", drill="b", started_at=START + 7 * HOUR, provenance=simulated_run))
    assert ledger.queries.proven_before(START + 6.5 * HOUR) == {"a": START + HOUR}
    assert ledger.queries.proven_before(START + 7 * HOUR) == {"a": START + 6 * HOUR}
    assert ledger.queries.proven_before(START) == {}
    assert ledger.queries.last_begun() == {
        "a": Begun(START + 6 * HOUR, START + 6 * HOUR, under_way=True),
        "b": Begun(START + 7 * HOUR, None, under_way=True),
    }


def test_last_green_counts_proven_promises_only(ledger: SqlLedger) -> None:
    """Only runs on real AWS that passed since the newest that did not count; leftovers do not undo what was proven."""
    runs = [
        ("old", 0, Verdict.PASSED, False),
        ("new", 2, Verdict.PASSED_WITH_FINDINGS, False),
        ("simulated", 3, Verdict.PASSED, True),
        ("failed", 4, Verdict.FAILED, False),
        ("partial", 5, Verdict.PARTIAL, False),
        ("inconclusive", 6, Verdict.INCONCLUSIVE, False),
    ]
    for name, hours, verdict, simulated in runs:
        provenance = replace(PROVENANCE, simulated=simulated)
        ledger.open_run(header(name, drill="a", started_at=START + hours * HOUR, provenance=provenance))
        ledger.close_run(name, closing(verdict, cleanup=Cleanup.LEFTOVERS))
    ledger.open_run(header("open", drill="b"))
    changed = replace(PROVENANCE, simulated=False, definition="before it was changed")
    ledger.open_run(header("other definition", drill="a", started_at=START + 7 * HOUR, provenance=changed))
    ledger.close_run("other definition", closing(Verdict.PASSED))
    chosen = header("x").selection
    now, before = ("a", PROVENANCE.definition, chosen), ("a", "before it was changed", chosen)
    assert ledger.queries.last_green({now: 3, before: 3}) == {before: (START + 7 * HOUR,)}
    for hours in (8, 9):
        again = replace(PROVENANCE, simulated=False)
        ledger.open_run(header(f"again {hours}", drill="a", started_at=START + hours * HOUR, provenance=again))
        ledger.close_run(f"again {hours}", closing(Verdict.PASSED))
    newest = (START + 9 * HOUR, START + 8 * HOUR)
    assert ledger.queries.last_green({now: 3}) == {now: newest}
    assert ledger.queries.last_green({now: 1}) == {now: newest[:1]}


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_reading_many_runs_takes_as_many_queries_as_one(database_url: str, ledger: SqlLedger) -> None:
    """A listing does not slow down by a round trip for every run."""
    engine = create(database_url)
    reader = SqlLedger(engine).queries
    counts = []
    for number in range(4):
        ledger.open_run(header(f"r-{number}"))
        with counted(engine) as sent:
            assert len(reader.runs()) == number + 1
        counts.append(len(sent))
    engine.dispose()
    assert len(set(counts)) == 1


def test_the_views_hold_seconds_and_verdicts(ledger: SqlLedger, database_url: str) -> None:
    """BI reads durations as numbers of seconds, headroom, and in every row whether it was simulated."""
    ledger.open_exercise(EXERCISE)
    write(ledger, MAXIMAL)
    ledger.open_run(header("r-open"))
    engine = create(database_url)
    with engine.connect() as connection:
        done, still_open = connection.execute(text("SELECT * FROM v_run ORDER BY number")).mappings()
        steps = connection.execute(text("SELECT * FROM v_step ORDER BY run, seq")).mappings().all()
        checks = connection.execute(text("SELECT * FROM v_check ORDER BY number")).mappings().all()
    engine.dispose()
    assert (done["run"], done["quarter"], done["verdict"], done["cleanup"]) == (
        *("r-maximal", "2026-Q4", "PASSED WITH FINDINGS", "UNPROVEN"),
    )
    assert [float(done[name]) for name in ("rto_s", "rta_s", "rto_headroom_s")] == [93900.000001, 93900.000001, 0.0]
    assert [float(done[name]) for name in ("rpo_s", "rpo_headroom_s", "worst_case_s")] == [0.999999, 0.0, 7776000.0]
    assert (still_open["verdict"], still_open["rto_s"], still_open["rta_s"], still_open["exercise"]) == (None,) * 4
    assert [bool(row["simulated"]) for row in (done, still_open, *steps, *checks)] == [True, False, *[True] * 6]
    assert [row["seq"] for row in steps] == [1, 2, 3]
    assert (float(steps[0]["duration_s"]), steps[2]["duration_s"]) == (93900.000001, None)
    told = [(row["name"], row["outcome"]) for row in checks]
    assert told == [("rows", "passed"), ("canary", "inconclusive"), ("whole", "passed")]
    assert [(bool(row["reads_whole"]), bool(row["figures"])) for row in checks] == [(False, False)] * 2 + [(True, True)]


def test_headroom_can_be_negative(ledger: SqlLedger, database_url: str) -> None:
    """A missed objective shows by how much it was missed."""
    run = replace(MAXIMAL.header, exercise="")
    ledger.open_run(run)
    ledger.close_run(run.id, closing(Verdict.FAILED, measures=Measures(rta=LONG + HOUR)))
    engine = create(database_url)
    with engine.connect() as connection:
        assert float(connection.execute(text("SELECT rto_headroom_s FROM v_run")).scalar_one()) == -3600.0
    engine.dispose()


def test_runs_are_numbered_without_a_gap(three: SqlLedger, database_url: str) -> None:
    """An auditor can see that the population is complete: the numbers follow one another."""
    engine = create(database_url)
    with engine.connect() as connection:
        numbers = list(connection.scalars(text("SELECT number FROM v_run ORDER BY number")))
    engine.dispose()
    assert numbers == [1, 2, 3]


def test_a_sweep_is_told_what_is_left_and_no_more(ledger: SqlLedger) -> None:
    """Closed runs that left copies, copies that are settled, where runs and copies were: each by itself."""
    for name in ("clean", "left", "open"):
        ledger.open_run(header(name))
        ledger.intend_copy(copy(run=name, id=f"dro-{name}", region="eu-south-1"), START)
    elsewhere = Place("222222222222", "eu-west-3")
    there = copy(run="clean", id="dro-there", region=elsewhere.region, account=elsewhere.account)
    ledger.intend_copy(there, START)
    ledger.change_copy(there, CopyState.DELETED, START)
    ledger.change_copy(copy(run="clean", id="dro-clean", region="eu-south-1"), CopyState.DELETED, START)
    for name in ("clean", "left"):
        ledger.close_run(name, closing())
    queries, of = ledger.queries, "rds-instance"

    assert [run.header.id for run in queries.unsettled_runs()] == ["left"]
    assert [each.id for each in queries.settled_copies({"dro-clean", "dro-left", "dro-open", "other"})] == ["dro-clean"]
    assert queries.settled_copies(set()) == []
    regions = {PROVENANCE.region, "eu-south-1", elsewhere.region}
    assert queries.places() == {elsewhere, *(Place("", region) for region in regions)}
    assert queries.accounted_for("left", of, "dro-left", "eu-south-1")
    assert not queries.accounted_for("left", of, "dro-left", "eu-west-1")  # of that name in another region: not ours
    assert queries.accounted_for("open", of, "whatever wears its tag", "eu-south-1")
    assert not queries.accounted_for("clean", of, "dro-clean", "eu-south-1")
    assert not queries.accounted_for("left", of, "another", "eu-south-1")
    assert not queries.accounted_for("lef", of, "dro-left", "eu-south-1")  # the beginning of an id is worn by no copy


def test_exercises_that_are_open_have_no_verdict(ledger: SqlLedger) -> None:
    """Those that a sweep, or another start, has to do with are found without the others."""
    for name in ("first", "second", "third"):
        ledger.open_exercise(replace(EXERCISE, id=name))
    ledger.close_exercise("second", START, Verdict.PASSED)
    assert [each.id for each in ledger.queries.open_exercises()] == ["third", "first"]
