"""What every ledger promises of leases, of runs and of exercises: one holder at a time, and nobody's wish is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_orchestrator.domain.run import Lease
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import LedgerDefect
from dr_orchestrator.ledger.leases import SqlLeases
from dr_orchestrator.ledger.ledger import SqlLedger
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
