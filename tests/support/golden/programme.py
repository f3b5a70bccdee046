"""The programme of the sample company in a quarter: its seeded history of eight quarters, in a ledger of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from dr_orchestrator.domain.quarter.model import Programme
from dr_orchestrator.domain.quarter.span import Quarter
from dr_orchestrator.domain.quarter.trend import quarters_until
from dr_orchestrator.resources import TYPES
from dr_orchestrator.settings import CHECKOUT, Pace, Settings
from dr_orchestrator.wiring import App, seeding
from dr_orchestrator.wiring.company import asked_history
from dr_orchestrator.wiring.programme import programme_of
from tests.support.fakes import FakeClock

NOW = datetime(2026, 12, 8, 9, tzinfo=UTC)
QUARTER = Quarter(2026, 4)
REVISION = "git:8c41f2a"


@contextmanager
def company() -> Iterator[App]:
    """Within: the sample company with its drills of today, an empty ledger, and a clock that stands."""
    with tempfile.TemporaryDirectory() as folder:
        made = Settings(CHECKOUT, f"sqlite:///{Path(folder) / 'ledger.db'}", Pace(), bundled=False)
        app = App(made, FakeClock(NOW))
        here = app.knowing(replace(app.catalogue, revision=REVISION))
        try:
            yield here
        finally:
            here.ledger.close()


@cache
def programme() -> Programme:
    """The programme of the last of eight quarters of the history that its estate file asks for."""
    history = asked_history(CHECKOUT / "estate.yaml", TYPES)
    assert history is not None
    with company() as here:
        seeding.seed(here, quarters_until(QUARTER), history.seed)
        return programme_of(here)
