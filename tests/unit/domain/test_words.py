"""What values say of themselves: in reports, in tags, in a traceback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Pick, Roles, Selection
from dr_orchestrator.domain.kind import Kind
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


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_of_drill_is_performed_by_the_script_of_its_name(kind: Kind) -> None:
    """Whoever reads `kind:` in a drill file finds what it does in flows/."""
    script = Path(__file__).parents[3] / "flows" / f"{kind.script}.py"
    assert f"def {kind.script}(" in script.read_text()


def test_an_environment_is_rebuilt_from_its_newest_backups_alone() -> None:
    """A drill of another kind may be asked for an older recovery point."""
    assert [kind for kind in Kind if not kind.selects] == [
        *(Kind.REPLICA_REBUILD, Kind.REGION_FAILOVER, Kind.REPLICA_PROMOTION),
    ]


def test_each_account_is_worked_in_by_its_own_role() -> None:
    """A copy elsewhere is read and changed by the role named there; without one, by those of the sources."""
    there = "arn:aws:iam::222222222222:role/recovery"
    roles = Roles("arn:aws:iam::1:role/looks", "arn:aws:iam::1:role/drills", (there,))
    assert roles.at("222222222222") == Roles(there, there)
    assert roles.at("333333333333") == roles.at("") == roles
    assert [roles.reach(each) for each in ("222222222222", "333333333333", "")] == [True, False, False]
