"""Ends of exercises: one whose process died is closed with the verdict of its runs, and none that a run could belie."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner.sweep import close_exercises, end_exercise, sweep
from tests.support import ledger_samples as samples
from tests.support.sweeping import World, named

NAME = samples.EXERCISE.id
PAGE = f"publish exercise {NAME}"


@pytest.fixture
def performed(world: World) -> World:
    """An exercise of two planned runs, of which one has passed."""
    world.ledger.open_exercise(replace(samples.EXERCISE, planned=("orders", "carts")))
    world.left(exercise=NAME, drill="orders", closing=samples.closing())
    return world


def verdict(world: World) -> Verdict | None:
    return world.ledger.queries.exercise_in_outline(NAME)[0].verdict


@pytest.mark.parametrize("worst", [Verdict.PASSED, Verdict.FAILED])
def test_one_whose_runs_have_ended_gets_their_verdict(performed: World, worst: Verdict) -> None:
    """The worst of them, and its page is written."""
    performed.left(run="r-2", exercise=NAME, drill="carts", closing=samples.closing(worst))
    assert close_exercises(performed.here) == [NAME]
    assert verdict(performed) is worst
    assert performed.story == [PAGE]


def test_one_of_which_a_planned_run_is_missing_is_inconclusive(performed: World) -> None:
    """It died before its last run: that proves nothing of it."""
    assert close_exercises(performed.here) == [NAME]
    assert verdict(performed) is Verdict.INCONCLUSIVE


def test_one_with_an_open_run_is_not_closed(performed: World) -> None:
    """The run may still go either way."""
    performed.left(run="r-2", exercise=NAME, drill="carts")
    assert close_exercises(performed.here) == []
    assert verdict(performed) is None
    assert performed.story == []


def test_a_sweep_closes_the_run_and_then_its_exercise(performed: World) -> None:
    """A run that died is swept first, and the exercise has its verdict of it; its page is written once."""
    performed.left(named("a", "r-2"), run="r-2", exercise=NAME, drill="carts")
    assert sweep(performed.here).exercises == [NAME]
    assert verdict(performed) is Verdict.INCONCLUSIVE
    assert performed.story.count(PAGE) == 1


def test_one_that_a_living_process_performs_is_left_alone(performed: World) -> None:
    """Be it between two runs, as long as its lease holds; a sweep that waits outwaits it."""
    performed.ledger.exercise_leases.take(NAME, "elsewhere:1:a", timedelta(seconds=20))
    assert close_exercises(performed.here) == []
    assert verdict(performed) is None
    assert sweep(performed.here, wait=True).exercises == [NAME]


def test_another_sweep_that_was_quicker_keeps_none_from_being_closed(
    performed: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One that cannot be closed is told of; the next one is closed."""
    performed.ledger.open_exercise(replace(samples.EXERCISE, id="other", planned=()))
    close = performed.ledger.close_exercise

    def quicker(name: str, *given: object) -> None:
        if name == "other":
            raise NotMeasured("closed by another")
        close(name, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(performed.ledger, "close_exercise", quicker)
    assert close_exercises(performed.here) == [NAME]
    assert "exercise other was not closed: closed by another" in caplog.text


def test_whoever_performed_one_has_the_last_word(performed: World) -> None:
    """A sweep took it for dead and closed it too early: the verdict of all its runs stands in place of that."""
    close_exercises(performed.here)
    performed.left(run="r-2", exercise=NAME, drill="carts", closing=samples.closing())
    end_exercise(performed.here, NAME)
    assert verdict(performed) is Verdict.PASSED
    assert performed.story == [PAGE, PAGE]


def test_one_that_ends_with_an_open_run_is_left_to_a_sweep(performed: World, caplog: pytest.LogCaptureFixture) -> None:
    """No verdict is given that the run could contradict; that is told, and its page is written."""
    performed.left(run="r-2", exercise=NAME, drill="carts")
    end_exercise(performed.here, NAME)
    assert verdict(performed) is None
    assert "has runs that did not end" in caplog.text
    assert performed.story == [PAGE]


def test_an_end_that_cannot_be_written_is_only_told(
    performed: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its runs are in the ledger: the next sweep closes it."""

    def locked(*_given: object) -> None:
        raise OSError("database is locked")

    monkeypatch.setattr(performed.ledger, "end_exercise", locked)
    end_exercise(performed.here, NAME)
    assert "was not closed, `dro sweep` does it: database is locked" in caplog.text
    assert close_exercises(performed.here) == [NAME]
