"""The programme of the sample company in a quarter: its seeded history of eight quarters, in a ledger of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from dr_orchestrator.domain.exercise.kept import Sat
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.quarter.model import Programme
from dr_orchestrator.domain.quarter.span import Quarter
from dr_orchestrator.domain.quarter.trend import quarters_until
from dr_orchestrator.domain.review.signing import Reviewed
from dr_orchestrator.domain.tabletop.sitting import Conducted
from dr_orchestrator.resources import TYPES
from dr_orchestrator.settings import CHECKOUT, Pace, Settings
from dr_orchestrator.wiring import App, seeding
from dr_orchestrator.wiring.company import asked_history
from dr_orchestrator.wiring.game_days.publishing import as_json
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


@dataclass(frozen=True)
class Told:
    """All that the samples tell of the company's history: its programme, and its exercises of people."""

    programme: Programme
    game_day: dict[str, Any]
    tabletop: tuple[Sat, Conducted]
    review: tuple[Sat, Reviewed]


@cache
def told() -> Told:
    """The programme of the last of eight quarters of the history that its estate file asks for, and what people did."""
    history = asked_history(CHECKOUT / "estate.yaml", TYPES)
    assert history is not None
    with company() as here:
        seeding.seed(here, quarters_until(QUARTER), history.seed)
        practice = here.ledger.practice
        oldest = {kind: practice.records(kind)[0].id for kind in (RaisedBy.TABLETOP, RaisedBy.REVIEW)}
        return Told(
            programme_of(here),
            as_json(here, here.ledger.game_days.listed()[0].id),
            practice.tabletop(oldest[RaisedBy.TABLETOP]),
            practice.review(oldest[RaisedBy.REVIEW]),
        )


def programme() -> Programme:
    """The programme alone."""
    return told().programme
