"""What every ledger promises of leases, of runs and of exercises: one holder at a time, and nobody's wish is lost."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator.domain.clock import MachineClock
from dr_orchestrator.domain.run import Lease
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import LedgerDefect
from dr_orchestrator.ledger.leases import SqlLeases
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.times import BootTimes, ServerTimes
from dr_orchestrator.runner.lease import LEASE
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import EXERCISE, START, header
from tests.support.machine import timed_by

LATER = START + timedelta(seconds=30)
NONE = timedelta()


@pytest.fixture
def clock(ledger: SqlLedger) -> FakeClock:
    """The clock by which the ledger times its leases: whatever database it is, a test's here."""
    made = FakeClock()
    timed_by(ledger, made)
    return made


@pytest.fixture(params=["run", "exercise"])
def leases(request: pytest.FixtureRequest, ledger: SqlLedger) -> SqlLeases:
    """The leases of runs, one of which is r-1, and those of exercises, which are taken before there is one."""
    if request.param == "exercise":
        return ledger.exercise_leases
    ledger.open_run(header())
    return ledger.leases


def seen(lease: Lease | None) -> tuple[str, timedelta, timedelta | None, str]:
    """The holder of a lease, how long it has it yet, how long it was silent, and who wants it stopped."""
    assert lease is not None
    return lease.holder, lease.left, lease.silent, lease.abort_by


def test_a_lease_has_one_holder(leases: SqlLeases, clock: FakeClock) -> None:
    """Whoever comes second is refused and told who holds it; once it has run out it is theirs alone."""
    assert seen(leases.take("r-1", "first", LEASE)) == ("first", LEASE, NONE, "")
    clock.sleep(29)
    with pytest.raises(UsageError, match="r-1 is driven by first, seen alive 29 s ago") as refused:
        leases.take("r-1", "second", LEASE)
    assert "try again in 1 s" in refused.value.hint
    assert seen(leases.lease("r-1")) == ("first", timedelta(seconds=1), timedelta(seconds=29), "")
    assert seen(leases.beat("r-1", "first", LEASE)) == ("first", LEASE, NONE, "")
    clock.sleep(30)
    assert seen(leases.take("r-1", "second", LEASE)) == ("second", LEASE, NONE, "")
    assert leases.beat("r-1", "first", LEASE) is None
    assert seen(leases.lease("r-1")) == ("second", LEASE, NONE, "")


def test_a_lease_that_has_run_out_is_held_no_more(leases: SqlLeases, clock: FakeClock) -> None:
    """It is nobody's from its last instant on, and no time that is left is ever below nothing."""
    leases.take("r-1", "first", LEASE)
    clock.sleep(29.5)
    assert leases.lease("r-1").held  # type: ignore[union-attr]
    clock.sleep(100)
    found = leases.lease("r-1")
    assert found is not None
    assert (found.held, found.left) == (False, NONE)


def test_a_wish_to_stop_is_kept(leases: SqlLeases, clock: FakeClock) -> None:
    """Whoever drives it reads it at the next beat, and whoever takes it afterwards."""
    leases.take("r-1", "first", LEASE)
    leases.ask_to_abort("r-1", "ada@host")
    assert seen(leases.beat("r-1", "first", LEASE)) == ("first", LEASE, NONE, "ada@host")
    clock.sleep(30)
    assert seen(leases.take("r-1", "second", LEASE)) == ("second", LEASE, NONE, "ada@host")


@pytest.mark.usefixtures("clock")
def test_a_wish_to_stop_what_never_had_a_lease_is_kept(leases: SqlLeases) -> None:
    """It is nobody's lease: who comes next takes it at once, and reads the wish."""
    leases.ask_to_abort("r-1", "ada@host")
    assert seen(leases.take("r-1", "first", LEASE)) == ("first", LEASE, NONE, "ada@host")


def test_the_ledgers_own_clock_times_a_lease(leases: SqlLeases) -> None:
    """Whatever the wall clock of whoever asks says, an hour ahead or a day behind: held is held, and free is free."""
    with mock.patch.object(MachineClock, "now", lambda _: START - timedelta(days=1)):
        leases.take("r-1", "first", LEASE)
    with mock.patch.object(MachineClock, "now", lambda _: START + timedelta(days=9999)):
        with pytest.raises(UsageError, match="r-1 is driven by first"):
            leases.take("r-1", "second", LEASE)
        found = leases.lease("r-1")
    assert found is not None
    assert timedelta(seconds=20) < found.left <= LEASE
    leases.beat("r-1", "first", NONE)
    with mock.patch.object(MachineClock, "now", lambda _: START - timedelta(days=2)):
        assert leases.take("r-1", "second", LEASE).holder == "second"


def test_a_lease_from_before_the_machine_was_started_is_free(leases: SqlLeases, clock: FakeClock) -> None:
    """Its process ended with the machine, however long it was to hold; and how long ago that was, no clock tells."""
    leases.times = BootTimes(clock, "the start before")
    leases.take("r-1", f"{socket.gethostname()}:7:abc", timedelta(days=9))
    leases.times = BootTimes(clock, "this start")
    found = leases.lease("r-1")
    assert found is not None
    assert (found.held, found.silent) == (False, None)
    assert leases.take("r-1", "second", LEASE).holder == "second"


def test_a_lease_of_another_machine_that_shares_the_file_is_held(leases: SqlLeases, clock: FakeClock) -> None:
    """Its start says nothing of it: held until that instant of the wall clock, and then free, as after a reboot."""
    leases.times = BootTimes(clock, "the start of there", "there")
    leases.take("r-1", "there:7:abc", LEASE)
    clock.sleep(1000)
    leases.beat("r-1", "there:7:abc", LEASE)
    leases.times = BootTimes(clock, "this start", "here")
    clock.sleep(29)
    found = leases.lease("r-1")
    assert found is not None
    assert (found.left, found.silent) == (timedelta(seconds=1), None)
    with pytest.raises(UsageError, match="r-1 is driven by there:7:abc"):
        leases.take("r-1", "here:7:abc", LEASE)
    clock.sleep(1)
    assert leases.take("r-1", "here:7:abc", LEASE).holder == "here:7:abc"
    leases.times = BootTimes(clock, "the start of there", "there")
    assert leases.beat("r-1", "there:7:abc", LEASE) is None
    leases.times = BootTimes(clock, "the next start", "here")
    assert not leases.lease("r-1").held  # type: ignore[union-attr]


def test_a_lease_of_an_older_program_counts_by_its_wall_clock(leases: SqlLeases, clock: FakeClock) -> None:
    """A row that names no clock: held until that instant, and then free."""
    leases.times = BootTimes(clock, None)
    leases.take("r-1", "older", LEASE)
    leases.times = BootTimes(clock, "this start")
    clock.sleep(29)
    assert seen(leases.lease("r-1")) == ("older", timedelta(seconds=1), timedelta(seconds=29), "")
    clock.sleep(1)
    assert leases.take("r-1", "newer", LEASE).holder == "newer"


@pytest.mark.slow
def test_a_servers_clock_decides(postgres_url: str) -> None:
    """In PostgreSQL the statement itself reads it: where the server's time has come, and only then, a lease is free."""
    ledger = connect(postgres_url)
    ledger.open_run(header())
    leases = ledger.leases
    leases.take("r-1", "first", LEASE)
    for ahead in (timedelta(hours=-10), timedelta(seconds=29)):
        leases.times = ServerTimes(ahead)
        with pytest.raises(UsageError, match="r-1 is driven by first"):
            leases.take("r-1", "second", LEASE)
    leases.times = ServerTimes(timedelta(seconds=31))
    taken = leases.take("r-1", "second", LEASE)
    assert timedelta(seconds=29) < taken.left <= LEASE
    ledger.close()


@pytest.mark.usefixtures("clock")
def test_leases_of_runs_and_exercises_are_apart(ledger: SqlLedger) -> None:
    """An exercise's lease says nothing of a run of the same name."""
    ledger.exercise_leases.take("r-1", "first", LEASE)
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
from dr_orchestrator.ledger.ledger import connect
from tests.support.ledger_samples import EXERCISE
ledger, name = connect(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
print(ledger.start_exercise(replace(EXERCISE, id=name), name, timedelta(1), set()))
"""


@pytest.mark.usefixtures("clock")
def test_one_exercise_of_a_quarter_is_open_at_a_time(ledger: SqlLedger) -> None:
    """A second is told the first, and nothing of it is written; the first has its lease from its very beginning."""
    assert ledger.start_exercise(EXERCISE, "first", LEASE, set()) == EXERCISE.id
    assert seen(ledger.exercise_leases.lease(EXERCISE.id)) == ("first", LEASE, NONE, "")
    assert ledger.start_exercise(NEXT, "next", LEASE, set()) == EXERCISE.id
    assert ledger.start_exercise(EXERCISE, "first", LEASE, set()) == EXERCISE.id  # asked twice, written once
    assert [each.id for each in ledger.queries.open_exercises()] == [EXERCISE.id]
    assert ledger.exercise_leases.lease(NEXT.id) is None


@pytest.mark.parametrize("way", ["closed", "another quarter", "beside it", "beside all"])
def test_what_is_not_in_its_way_keeps_no_exercise(ledger: SqlLedger, way: str) -> None:
    """One that has ended, of another quarter, or that was named as none of its business: the new one begins."""
    ledger.start_exercise(
        replace(EXERCISE, quarter="2026-Q3") if way == "another quarter" else EXERCISE, "x", LEASE, set()
    )
    if way == "closed":
        ledger.close_exercise(EXERCISE.id, LATER, Verdict.PASSED)
    beside = {"beside it": {EXERCISE.id}, "beside all": None}.get(way, set[str]())
    assert ledger.start_exercise(NEXT, "next", LEASE, beside) == NEXT.id


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
            found = ledger.start_exercise(replace(EXERCISE, id=name, quarter=f"q{number}"), name, LEASE, set())
            try:
                ledger.exercise_leases.take(f"lease {number}", name, LEASE)
            except UsageError:
                return found, False
            return found, True

        with ThreadPoolExecutor(8) as threads:
            done = list(threads.map(start, range(8)))
        assert len({found for found, _ in done}) == 1
        assert sum(taken for _, taken in done) == 1
    assert len(ledger.queries.exercises()) == 10
