"""What the console's panes promise: each drill with its verdict and its clean-up, in words, whatever becomes of it."""

from __future__ import annotations

import pytest

from dr_orchestrator.cli.console import panes
from dr_orchestrator.cli.console.seen import Seen
from dr_orchestrator.cli.console.stopping import Stopping, told_of_stopping
from dr_orchestrator.domain.game_day.acts import Abort, BeginRun, StartDrill
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import RunOutcome
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from tests.support.game_days import BEGAN, DIRECTOR, EXECUTOR, PLAN, Played, started


def seen(played: Played) -> Seen:
    """What the director sees of it."""
    return Seen(Record("gd-1", PLAN, True, BEGAN, BEGAN), played.standing, tuple(played.entries), DIRECTOR)


def with_a_drill(outcome: RunOutcome | None) -> Played:
    """A game day from which a drill was started, whose run stands so."""
    played = started()
    played.do(StartDrill("shop-database", "run-1", "0123456789abcdef"), EXECUTOR)
    played.do(BeginRun("run-1"), "dro")
    played.runs = {"run-1": outcome} if outcome else {}
    return played


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (None, "► shop-database: STARTING  run run-1"),
        (RunOutcome(), "► shop-database: UNDER WAY  run run-1"),
        (RunOutcome(Verdict.PASSED, Cleanup.CLEAN), "✓ shop-database: PASSED, CLEAN  run run-1"),
        (RunOutcome(Verdict.FAILED, Cleanup.LEFTOVERS), "✗ shop-database: FAILED, LEFTOVERS  run run-1"),
        (RunOutcome(Verdict.ABORTED, Cleanup.UNPROVEN), "✗ shop-database: ABORTED, UNPROVEN  run run-1"),
        (RunOutcome(Verdict.ABORTED), "✗ shop-database: ABORTED, clean-up unknown  run run-1"),
    ],
)
def test_a_drill_is_told_with_its_verdict_and_its_clean_up(outcome: RunOutcome | None, told: str) -> None:
    """Each state in words of its own; what is not known is told as that."""
    assert panes.drills(seen(with_a_drill(outcome))).plain == told


def test_the_stopping_tells_of_each_run_until_it_is_clean() -> None:
    """Being stopped, asked to, and then CLEAN; only then all has ended."""
    played = with_a_drill(RunOutcome())
    played.do(Abort("errors rose"), DIRECTOR)
    stopping = Stopping(lambda _reason, _asked: None, lambda: None)
    assert "run run-1: is being stopped" in told_of_stopping(seen(played), stopping).plain
    stopping.asked.append("run-1")
    assert "run run-1: its process was asked to stop" in told_of_stopping(seen(played), stopping).plain
    assert "All that was started" not in told_of_stopping(seen(played), stopping).plain
    played.runs = {"run-1": RunOutcome(Verdict.ABORTED, Cleanup.CLEAN)}
    told = told_of_stopping(seen(played), stopping).plain
    assert "shop-database: ABORTED, CLEAN" in told
    assert "All that was started from it has ended." in told


def test_what_went_wrong_with_the_stopping_is_told() -> None:
    """With the key that tries it again."""
    played = with_a_drill(RunOutcome())
    stopping = Stopping(lambda _reason, _asked: None, lambda: None)
    stopping.wrong = "the ledger does not answer"
    assert (
        "NOT STOPPED: the ledger does not answer; the key a tries it again"
        in told_of_stopping(seen(played), stopping).plain
    )
