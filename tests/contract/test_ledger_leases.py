"""What every ledger promises of leases, of runs and of exercises: one holder at a time, and nobody's wish is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.run import Lease
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import LedgerDefect
from dr_orchestrator.ledger.leases import SqlLeases
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from tests.support.ledger_samples import EXERCISE, ODD, START, header

LATER = START + timedelta(seconds=30)


@pytest.fixture(params=["run", "exercise"])
def leases(request: pytest.FixtureRequest, ledger: SqlLedger) -> SqlLeases:
    """The leases of runs, one of which is r-1, and those of exercises, which are taken before there is one."""
    if request.param == "exercise":
        return ledger.exercise_leases
    ledger.open_run(header())
    return ledger.leases


def test_a_lease_has_one_holder(leases: SqlLeases) -> None:
    """Whoever comes second is refused and told who holds it; once it has run out it is theirs alone."""
    leases.take("r-1", "first", START, LATER)
    with pytest.raises(UsageError, match="r-1 is driven by first"):
        leases.take("r-1", "second", LATER - ODD, LATER)
    assert leases.beat("r-1", "first", START + ODD, LATER) == Lease("r-1", "first", START + ODD, LATER)
    leases.take("r-1", "second", LATER, LATER + ODD)
    assert leases.lease("r-1") == Lease("r-1", "second", LATER, LATER + ODD)
    assert leases.beat("r-1", "first", LATER, LATER) is None


def test_a_wish_to_stop_is_kept(leases: SqlLeases) -> None:
    """Whoever drives it reads it at the next beat, and whoever takes it afterwards."""
    leases.take("r-1", "first", START, LATER)
    leases.ask_to_abort("r-1", "ada@host", START)
    beaten = leases.beat("r-1", "first", START, LATER)
    assert beaten is not None
    assert beaten.abort_by == "ada@host"
    leases.take("r-1", "second", LATER, LATER + ODD)
    assert leases.lease("r-1") == Lease("r-1", "second", LATER, LATER + ODD, "ada@host")


def test_a_wish_to_stop_what_never_had_a_lease_is_kept(leases: SqlLeases) -> None:
    """It is nobody's lease: who comes next takes it at once, and reads the wish."""
    leases.ask_to_abort("r-1", "ada@host", START)
    leases.take("r-1", "first", START, LATER)
    assert leases.lease("r-1") == Lease("r-1", "first", START, LATER, "ada@host")


def test_leases_of_runs_and_exercises_are_apart(ledger: SqlLedger) -> None:
    """An exercise's lease says nothing of a run of the same name."""
    ledger.exercise_leases.take("r-1", "first", START, LATER)
    assert ledger.leases.lease("r-1") is None


def test_the_end_of_a_closed_exercise_can_be_mended(ledger: SqlLedger) -> None:
    """An exercise that was closed too early gets its real end; one that is open is closed, not mended."""
    ledger.open_exercise(EXERCISE)
    with pytest.raises(LedgerDefect):
        ledger.amend_exercise(EXERCISE.id, LATER, Verdict.FAILED)
    ledger.close_exercise(EXERCISE.id, START, Verdict.INCONCLUSIVE)
    ledger.amend_exercise(EXERCISE.id, LATER, Verdict.FAILED)
    exercise, _ = ledger.queries.exercise(EXERCISE.id)
    assert (exercise.ended_at, exercise.verdict) == (LATER, Verdict.FAILED)


NEXT = replace(EXERCISE, id="2026-q4-next")
STARTS = """
import sys
from dataclasses import replace
from datetime import timedelta
from dr_orchestrator.domain.run import Lease
from dr_orchestrator.ledger.ledger import connect
from tests.support.ledger_samples import EXERCISE, START
ledger, name = connect(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
print(ledger.start_exercise(replace(EXERCISE, id=name), Lease(name, name, START, START + timedelta(1)), set()))
"""


def held(name: str) -> Lease:
    return Lease(name, f"holder of {name}", START, LATER)


def test_one_exercise_of_a_quarter_is_open_at_a_time(ledger: SqlLedger) -> None:
    """A second is told the first, and nothing of it is written; the first has its lease from its very beginning."""
    assert ledger.start_exercise(EXERCISE, held(EXERCISE.id), set()) == EXERCISE.id
    assert ledger.exercise_leases.lease(EXERCISE.id) == held(EXERCISE.id)
    assert ledger.start_exercise(NEXT, held(NEXT.id), set()) == EXERCISE.id
    assert ledger.start_exercise(EXERCISE, held(EXERCISE.id), set()) == EXERCISE.id  # asked twice, written once
    assert [each.id for each in ledger.queries.open_exercises()] == [EXERCISE.id]
    assert ledger.exercise_leases.lease(NEXT.id) is None


@pytest.mark.parametrize("way", ["closed", "another quarter", "beside it", "beside all"])
def test_what_is_not_in_its_way_keeps_no_exercise(ledger: SqlLedger, way: str) -> None:
    """One that has ended, of another quarter, or that was named as none of its business: the new one begins."""
    ledger.start_exercise(
        replace(EXERCISE, quarter="2026-Q3") if way == "another quarter" else EXERCISE, held("x"), set()
    )
    if way == "closed":
        ledger.close_exercise(EXERCISE.id, LATER, Verdict.PASSED)
    beside = {"beside it": {EXERCISE.id}, "beside all": None}.get(way, set[str]())
    assert ledger.start_exercise(NEXT, held(NEXT.id), beside) == NEXT.id


@pytest.mark.slow
def test_of_two_processes_one_begins_the_exercise(database_url: str) -> None:
    """A scheduler that starts it twice in the same moment has one: both are told which."""
    connect(database_url).close()
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", STARTS, database_url, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for name in ("a", "b", "c")
    ]
    for each in starting:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in starting:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    told = {each.communicate()[0].strip() for each in starting}

    ledger = connect(database_url)
    assert told == {each.id for each in ledger.queries.exercises()}
    assert len(told) == 1
    ledger.close()


def test_of_many_starts_at_once_one_begins(ledger: SqlLedger) -> None:
    """Again and again eight threads begin an exercise, and take a lease that nobody had yet: each time one gets it."""
    for number in range(10):
        together = threading.Barrier(8)

        def start(which: int, number: int = number, together: threading.Barrier = together) -> tuple[str, bool]:
            name = f"{number}-{which}"
            together.wait()
            found = ledger.start_exercise(
                replace(EXERCISE, id=name, quarter=f"q{number}"), Lease(name, name, START, LATER), set()
            )
            try:
                ledger.exercise_leases.take(f"lease {number}", name, START, LATER)
            except UsageError:
                return found, False
            return found, True

        with ThreadPoolExecutor(8) as threads:
            done = list(threads.map(start, range(8)))
        assert len({found for found, _ in done}) == 1
        assert sum(taken for _, taken in done) == 1
    assert len(ledger.queries.exercises()) == 10
