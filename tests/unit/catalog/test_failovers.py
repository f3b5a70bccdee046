"""What must hold of a drill that fails something over, each broken once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.errors import Problem
from tests.support.drill_files import SHOP, changed, write
from tests.support.types import problems

FAILS_OVER = changed(changed(SHOP, "kind: pitr-restore", "kind: az-failover"), ": application", ": availability-zone")
DATABASE = "    database: {name: shop, secret: prod/shop}\n"


@pytest.mark.parametrize(
    ("old", "new", "message", "fix"),
    [
        (
            ": availability-zone",
            ": application",
            "says nothing of the disruption 'application'",
            "write `disr",
        ),
        (
            "    resource: shop-db\n",
            "    resource: shop-db\n    on: production\n",
            "the policy does not let it",
            "add `prod",
        ),
        ("prod/shop}", "prod/shop, engine: sqlserver}", "no client writes to SQL Server", "drill it by a restore"),
        ("prod/shop}", "prod/shop, engine: oracle}", "no client writes to Oracle", "drill it by a restore"),
        ("prod/shop}", "prod/shop, via: data-api}", "needs the copy's address", "drill it where"),
        (DATABASE, "", "nothing says how a client logs in", "add `database"),
    ],
)
def test_what_must_hold_of_a_failover(tmp_path: Path, old: str, new: str, message: str, fix: str) -> None:
    """Told before anything is started: no drill reaches production without the policy, and none is half a failover."""
    found = [each for each in _told(tmp_path, changed(FAILS_OVER, old, new)) if message in each.message]
    assert len(found) == 1
    assert found[0].fix.startswith(fix)


def test_no_other_kind_is_performed_on_production(tmp_path: Path) -> None:
    """A restore goes beside production, whatever a drill file says."""
    text = changed(SHOP, "    resource: shop-db\n", "    resource: shop-db\n    on: production\n")
    assert ["performed on a restored copy" in each.message for each in _told(tmp_path, text)] == [True]


@pytest.mark.parametrize("on", ["", "    on: replica\n"])
def test_a_whole_failover_is_no_mistake(tmp_path: Path, on: str) -> None:
    """As it is written in the sample company, with its place said or left to its default."""
    assert _told(tmp_path, changed(FAILS_OVER, "    resource: shop-db\n", f"    resource: shop-db\n{on}")) == []


def _told(folder: Path, text: str) -> list[Problem]:
    return list(problems(write(folder, {"shop.yaml": text})))
