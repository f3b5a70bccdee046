"""What the calendar says of now is run as one exercise; what it does not say is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.verdict import Verdict
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
    """Of three drills that are due two are begun on the first day, none at the next look, the third on the next day."""
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
    assert len(later) == 1


def test_beside_an_exercise_that_is_under_way_nothing_is_started(here: wiring.App) -> None:
    """What is due while another exercise of the quarter goes on starts after it: no flow run fails for that."""
    with wiring.open_exercise(["sessions-pitr"], 1):
        assert prefect_runner.run_scheduled(None) == ""


def test_what_a_budget_does_not_hold_is_put_off(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drills are started in order as far as an exercise may cost, and the rest is due as before."""
    from dr_orchestrator.wiring import calendar

    monkeypatch.setattr(calendar, "within_budget", lambda _, drills: list(drills)[:1])
    exercise, _ = here.ledger.queries.exercise(prefect_runner.run_scheduled(None))
    assert len(exercise.planned) == 1
