"""What values say of themselves: in reports, in tags, in a traceback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.service import Login

NOON = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(), "latest"),
        (Selection(Pick.RANDOM, runs=3), "random"),
        (Selection(Pick.AT, at=NOON), "at 2026-03-01 12:00:05 UTC"),
        (Selection(Pick.BEFORE, at=NOON), "just before the incident at 2026-03-01 12:00:05 UTC"),
        (Selection(Pick.AT, ago=timedelta(hours=2)), "2 h before the start"),
    ],
)
def test_a_selection_says_which_recovery_point_was_wanted(selection: Selection, words: str) -> None:
    """Whoever reads a report learns what was asked for, to the second."""
    assert str(selection) == words


def test_a_login_shows_no_password() -> None:
    """It may stand in a traceback or a log: whom and where it tells, never the secret."""
    login = Login("db.example", 5432, "shop", "reader", "s3cret")

    assert repr(login) == str(login) == "Login(reader@db.example:5432/shop)"
    assert "s3cret" in login.parameters.values()


def test_a_copy_wears_its_run_drill_and_service() -> None:
    """The tags by which a sweep, an auditor and the bill know whose a copy is."""
    copy = Copy("rds-instance", "dro-a-db", "eu-west-1", "a", "shop-pitr", "shop")

    assert copy.tags == {"dr-drill:run": "a", "dr-drill:drill": "shop-pitr", "dr-drill:service": "shop"}
