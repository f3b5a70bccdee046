"""The quarterly exercise by the local engine: what is due, side by side, none keeping another from running."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.runner.session import Session
from tests.support import workspace
from tests.support.estate import Estate
from tests.support.shop import beat


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    beat(shop)
    with wiring.using(workspace.world(home, shop.clock)) as made:
        yield made


@pytest.fixture
def abreast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drills that share a clock all choose before one of them lets its time pass, however the machine runs them."""
    choosing, met = Session.choose, threading.Barrier(3)

    def choose(self: Session, *given: Any) -> Any:
        chosen = choosing(self, *given)
        met.wait(600)
        return chosen

    monkeypatch.setattr(Session, "choose", choose)


@pytest.mark.usefixtures("abreast")
def test_every_drill_that_is_due_runs_once(shop: Estate, here: wiring.App) -> None:
    """All declared drills run, each leaves a run, and the exercise is worth the worst of them."""
    before = shop.inventory()

    name = prefect_runner.run_quarterly(None, 3)

    exercise, runs = here.ledger.queries.exercise(name)
    assert {run.header.drill for run in runs} == set(exercise.planned) == set(here.catalogue.drills)
    assert {run.header.exercise for run in runs} == {name}
    verdicts = {run.header.drill: run.closing.verdict for run in runs if run.closing}
    assert verdicts["sessions-pitr"].green
    assert verdicts["orders-snapshot"] is Verdict.INCONCLUSIVE  # there is no database behind this lab's instances
    assert exercise.verdict is Verdict.INCONCLUSIVE
    assert (here.settings.generated / f"{name}.html").is_file()
    assert shop.inventory() == before


def test_named_drills_run_alone_and_the_rest_is_listed(here: wiring.App) -> None:
    """Drills that were not named are left out by name, not silently."""
    name = prefect_runner.run_quarterly(["sessions-pitr"], 1)

    exercise, runs = here.ledger.queries.exercise(name)
    assert [run.header.drill for run in runs] == ["sessions-pitr"]
    assert set(exercise.left_out) == {"orders-snapshot", "shop-replica"}


def test_a_simulated_pass_does_not_count_as_done(here: wiring.App) -> None:
    """What passed on a lab is due again: simulated is never evidence."""
    prefect_runner.run_quarterly(["sessions-pitr"], 1)

    with wiring.open_exercise(None, None) as exercise:
        assert "sessions-pitr" in exercise.planned


def test_an_empty_selection_is_refused(here: wiring.App) -> None:
    """Naming no drill at all is a mistake, not a green exercise."""
    with pytest.raises(UsageError, match="nothing to run"):
        prefect_runner.run_quarterly([], 1)


def test_a_request_to_stop_ends_in_aborted_runs(shop: Estate, here: wiring.App) -> None:
    """Once somebody asked to stop, no drill restores anything, and each says that it was stopped."""
    asked = len(shop.calls("RestoreTableToPointInTime"))
    here.stop.set()

    name = prefect_runner.run_quarterly(["sessions-pitr"], 1)

    exercise, _ = here.ledger.queries.exercise(name)
    assert exercise.verdict is Verdict.ABORTED
    assert len(shop.calls("RestoreTableToPointInTime")) == asked
