"""What the calendar says of now is run as one exercise; what it does not say is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.wiring import exercising
from dr_orchestrator.wiring.calendar import starting_now
from dr_orchestrator.wiring.planning import costing
from tests.support import workspace
from tests.support.estate import Estate
from tests.support.shop import beat

ALL_DAY = '{days: [mon, tue, wed, thu, fri, sat, sun], since: "00:00", until: "24:00", timezone: UTC}'
CALENDAR = f"\ncalendar: {{window: {ALL_DAY}, a_day: 2, spread: 0s}}\n"


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    beat(shop)
    with wiring.using(workspace.world(home, shop.clock, tiers=workspace.TIERS + CALENDAR)) as made:
        yield made


def test_a_day_begins_as_many_as_it_holds_and_none_twice(shop: Estate, here: wiring.App) -> None:
    """Of three that are due two are begun on the first day, none at the next look, the third first on the next day."""
    first = prefect_runner.run_scheduled(None)
    assert first
    exercise, runs = here.ledger.queries.exercise(first)
    assert len(exercise.planned) == len(runs) == 2
    assert exercise.verdict is not None
    assert exercise.verdict is not Verdict.FAILED
    assert prefect_runner.run_scheduled(None) == ""
    tomorrow = datetime.combine(shop.clock.now().date(), time(), UTC).timestamp() + 86_400
    shop.clock.sleep(tomorrow - shop.clock.now().timestamp() + 60)
    _, later = here.ledger.queries.exercise(prefect_runner.run_scheduled(None))
    assert {run.header.drill for run in (*runs, *later)} == set(here.catalogue.drills)
    assert len(later) == 2


def test_beside_an_exercise_that_is_not_ended_nothing_is_started(here: wiring.App) -> None:
    """What is due while another exercise of the quarter goes on, or was left by a dead process, starts after it."""
    with wiring.open_exercise(["sessions-pitr"], 1):
        assert prefect_runner.run_scheduled(None) == ""
        (why,) = starting_now(here).put_off
        assert "nothing starts beside it" in why


def test_two_that_look_at_once_begin_no_drill_twice(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looked before another's exercise came and went begins nothing: it was looked at what is over."""
    seen = starting_now(here)
    assert prefect_runner.run_scheduled(None)
    monkeypatch.setattr(exercising, "starting_now", lambda *_: seen)
    assert prefect_runner.run_scheduled(None) == ""
    assert len(here.ledger.queries.exercises()) == 1


def test_no_more_begin_than_run_at_once(here: wiring.App) -> None:
    """The others begin at the next look, so that none begins after its window has closed."""
    assert len(starting_now(here, at_once=1).drills) == 1
    assert len(starting_now(here).drills) == 2


def test_what_a_budget_does_not_hold_is_put_off_and_keeps_no_other_back(
    here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is dearer than all that an exercise may cost is told as that, also by the exercise of the rest."""
    dear = starting_now(here).drills[0]
    monkeypatch.setattr(costing, "_amounts", lambda _, drills: [Decimal(100 if drills[0].name == dear else 1)])
    monkeypatch.setitem(vars(here), "catalogue", replace(here.catalogue, budget=Decimal(50)))
    found = starting_now(here)
    assert dear not in found.drills
    assert len(found.drills) == 1
    assert found.put_off == (f"{dear} is put off: the budget of an exercise does not hold it, too",)
    with exercising.open_scheduled(None) as exercise:
        assert exercise is not None
        assert exercise.left_out[dear] == "put off: the budget of an exercise does not hold it, too"
        assert dear not in exercise.planned
