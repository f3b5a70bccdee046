"""`dro coverage`: the inventory reconciles, and what is excluded, expired or unknown is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from tests.support import workspace
from tests.support.fakes import FakeClock

EXCLUDED = """exclusions:
  sessions: {approver: Dana Whitfield, reason: moves to another table, expires: 2026-12-31}
drills:
"""
SHOP = workspace.SHOP.replace("drills:\n", EXCLUDED)


def run(home: Path, *given: str, now: datetime = datetime(2026, 11, 30, tzinfo=UTC), shop: str = SHOP) -> None:
    with wiring.using(workspace.world(home, FakeClock(now), shop=shop)):
        assert main.run(["coverage", *given]) == Exit.PASSED


def test_the_sum_is_all_that_is_declared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every resource is in one of the six groups, with its approver and expiry where it is excluded."""
    run(tmp_path / "a", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["known"] == sum(found["counted"].values()) == 3
    assert found["counted"]["excluded"] == 1
    (row,) = (each for each in found["resources"] if each["resource"] == "sessions")
    assert row["exclusion"] == {
        "approver": "Dana Whitfield",
        "reason": "moves to another table",
        "expires": "2026-12-31",
    }
    assert found["unassigned_as_of"] is None


def test_an_exclusion_that_ran_out_is_told_by_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the day after its last the resource counts as it stands, and file, line and key are named."""
    run(tmp_path / "a", now=datetime(2027, 1, 1, 1, tzinfo=UTC))
    told = capsys.readouterr()
    assert "3 resources known: 0 proven, 0 overdue, 0 lapsed, 3 never proven, 0 excluded, 0 unassigned." in told.out
    assert "drills/shop.yaml:" in told.err
    assert ":exclusions.sessions: expired on 2026-12-31" in told.err


def test_the_matrix_names_each_drill_by_disruption(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell says which drill stands how; one without a drill says that."""
    run(tmp_path / "a", "--matrix")
    out = capsys.readouterr().out
    assert "orders-snapshot: never proven" in out
    assert "no drill" in out
    assert "nobody has looked" in out


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  sessions: {approver", "  session: {approver", "exclusions.session: no resource of this service is named"),
        ("approver: Dana Whitfield", "approver: shop team", "exclusions.sessions.approver: a service's owner does not"),
        (", expires: 2026-12-31", "", "exclusions.sessions.expires"),
    ],
)
def test_nobody_excludes_alone_or_for_ever(tmp_path: Path, old: str, new: str, told: str) -> None:
    """An exclusion of nothing, of the owner's alone, or without an end is a mistake in the file."""
    from dr_orchestrator.catalog.load import problems
    from dr_orchestrator.resources import TYPES

    assert old in SHOP
    workspace.write(tmp_path, SHOP.replace(old, new))
    assert any(told in str(each) for each in problems(tmp_path / "drills", TYPES))
