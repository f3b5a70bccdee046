"""An exercise lives as long as its process, not only while a run is open; its verdict is that of its runs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit, UsageError
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.runner.session import Session
from dr_orchestrator.runner.sweep import perform
from dr_orchestrator.wiring import opening, sweeping
from tests.support import workspace
from tests.support.dying import Killed, die
from tests.support.estate import Estate
from tests.support.machine import later
from tests.support.shop import beat

TWO = ["quarterly", "sessions-pitr", "shop-replica", "--at-once", "1"]


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    beat(shop)
    with wiring.using(workspace.world(home, shop.clock)) as made:
        yield made


def quarterly(here: wiring.App, *drills: str) -> str:
    flow = prefect_runner.script("quarterly").fn
    return str(asyncio.run(flow(list(drills), 1)))


def swept_between_two_runs(shop: Estate, here: wiring.App, closed: list[str], ahead: timedelta = timedelta()) -> Any:
    """Before the second run is opened nothing answers for two minutes, and another process sweeps, so much later.

    They are hours of the lab's: the heartbeat is too old for the second drill, which fails.
    """
    original, asked = opening.look_around, list[int]()

    def slow(*given: Any) -> Any:
        asked.append(1)
        if len(asked) == 2:
            shop.clock.sleep(120 * shop.clock.pace)
            with later(ahead), wiring.using(wiring.App(here.settings, here.clock)) as other:
                closed.extend(sweeping.sweep(other).exercises)
        return original(*given)

    return mock.patch.object(opening, "look_around", slow)


def test_an_exercise_between_two_runs_is_alive(shop: Estate, here: wiring.App) -> None:
    """However long nothing of it happens, a sweep leaves it alone: its process holds its lease."""
    closed: list[str] = []
    with swept_between_two_runs(shop, here, closed):
        assert main.run(TWO) == Exit.FAILED
    exercise, runs = here.ledger.queries.exercise()
    assert closed == []
    assert exercise.verdict is Verdict.FAILED
    assert [run.closing and run.closing.verdict for run in runs] == [Verdict.PASSED, Verdict.FAILED]


def test_an_exercise_that_was_closed_too_early_has_the_verdict_of_its_runs(shop: Estate, here: wiring.App) -> None:
    """A process that was taken for dead and lives ends its exercise as its runs ended: in ledger, page, exit code."""
    closed: list[str] = []
    with swept_between_two_runs(shop, here, closed, ahead=timedelta(hours=1)):
        assert main.run(TWO) == Exit.FAILED
    exercise, runs = here.ledger.queries.exercise()
    assert closed == [exercise.id]
    assert exercise.verdict is Verdict.FAILED
    assert exercise.ended_at is not None
    assert all(run.closing and run.closing.ended_at <= exercise.ended_at for run in runs)
    assert "FAILED" in (here.settings.generated / f"{exercise.id}.md").read_text()


def test_an_exercise_holds_its_lease_to_its_end(here: wiring.App) -> None:
    """While it only waits a thread keeps it alive, and at the end nobody waits for it."""
    with wiring.open_exercise(["sessions-pitr"], 1) as exercise:
        lease = here.ledger.exercise_leases.lease(exercise.id)
        assert lease is not None
        assert lease.held
        assert f"lease {exercise.id}" in [thread.name for thread in threading.enumerate()]
        assert of_runner.close_exercises(sweeping.context(here)) == []
    let_go = here.ledger.exercise_leases.lease(exercise.id)
    assert let_go is not None
    assert not let_go.held
    assert exercise.id in here.driven


def test_an_exercise_has_its_lease_before_it_is_written(here: wiring.App) -> None:
    """No sweep can find an exercise that has begun and that nobody seems to hold."""
    seen: list[list[str]] = []
    original = SqlLedger.start_exercise

    def written(ledger: SqlLedger, *given: Any) -> str:
        started = original(ledger, *given)
        seen.append(of_runner.close_exercises(sweeping.context(here)))
        return started

    with mock.patch.object(SqlLedger, "start_exercise", written), wiring.open_exercise(["sessions-pitr"], 1):
        assert seen == [[]]


def test_an_exercise_whose_process_died_gets_its_verdict(here: wiring.App) -> None:
    """Once its lease has run out, and not before, a sweep closes it and writes its page."""
    killed = mock.patch.object(SqlLedger, "close_exercise", die), mock.patch.object(LeaseHolder, "let_go", die)
    with killed[0], killed[1], pytest.raises(Killed):
        quarterly(here, "sessions-pitr")
    name = here.ledger.queries.exercises(1)[0].id
    assert sweeping.sweep(here).exercises == []
    with later(timedelta(seconds=31)):
        assert sweeping.sweep(here).exercises == [name]
    assert here.ledger.queries.exercise()[0].verdict is Verdict.PASSED
    assert "PASSED" in (here.settings.generated / f"{name}.md").read_text()


def test_an_exercise_with_an_open_run_is_not_closed(here: wiring.App) -> None:
    """Neither by its own process nor by a sweep: no verdict is given that the run could contradict."""
    with (
        mock.patch.object(Session, "verify", die),
        mock.patch.object(Session, "_tear_down", die),
        mock.patch.object(SqlLedger, "close_run", die),
        mock.patch.object(LeaseHolder, "let_go", lambda _keeper: None),
        pytest.raises(Killed),
    ):
        quarterly(here, "sessions-pitr")
    name = here.ledger.queries.exercises(1)[0].id
    assert here.ledger.queries.exercise(name)[0].verdict is None
    with later(timedelta(seconds=31)), mock.patch.object(perform, "dead_runs", lambda _here: []):
        assert sweeping.sweep(here).exercises == []
    with later(timedelta(seconds=31)):
        assert sweeping.sweep(here).exercises == [name]
    assert here.ledger.queries.exercise(name)[0].verdict is Verdict.INCONCLUSIVE


def test_an_exercise_that_cannot_be_closed_still_has_its_page(
    here: wiring.App, caplog: pytest.LogCaptureFixture
) -> None:
    """What the ledger refuses at the very end is told, and costs neither the runs' result nor the page."""

    def gone(*_given: object) -> None:
        raise UsageError("the ledger does not answer")

    with mock.patch.object(SqlLedger, "close_exercise", gone):
        name = quarterly(here, "sessions-pitr")
    assert "`dro sweep` does it: the ledger does not answer" in caplog.text
    assert (here.settings.generated / f"{name}.md").is_file()
    assert sweeping.sweep(here).exercises == [name]


def test_a_run_that_died_before_its_lease_can_be_aborted(shop: Estate, here: wiring.App) -> None:
    """Somebody asked for its end, so that it is ABORTED, as any other that is stopped."""
    with (
        mock.patch.object(LeaseHolder, "take", die),
        mock.patch.object(SqlLedger, "close_run", die),
        pytest.raises(Killed),
    ):
        prefect_runner.run_drill("sessions-pitr")
    run = here.ledger.queries.runs(1)[0].header.id
    assert here.ledger.leases.lease(run) is None
    assert main.run(["abort", run]) == Exit.ABORTED
    closing = here.ledger.queries.run(run).closing
    assert closing is not None
    assert closing.verdict is Verdict.ABORTED


def test_a_run_that_somebody_drives_is_not_called_left(
    shop: Estate, here: wiring.App, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever resumes a healthy run is told who drives it, and nothing of copies or of a sweep."""
    told: list[Exit] = []
    original = DynamoTable.ready

    def ready(table: DynamoTable, *given: Any) -> Any:
        with wiring.using(wiring.App(here.settings, here.clock)):
            told.append(Exit(main.run(["resume", here.ledger.queries.runs(1)[0].header.id])))
        return original(table, *given)

    with mock.patch.object(DynamoTable, "ready", ready):
        assert main.run(["run", "sessions-pitr"]) == Exit.PASSED
    said = capsys.readouterr().err
    assert told == [Exit.USAGE]
    assert "is driven by" in said
    assert "dro sweep" not in said
