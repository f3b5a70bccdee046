"""Gaps: each is told once with what to write, and no file with one can be loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog import load, problems
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from tests.support import workspace


def told(home: Path, old: str, new: str) -> list[str]:
    """What is wrong with the shop's file, once a value of it is another."""
    assert old in workspace.SHOP
    workspace.write(home, workspace.SHOP.replace(old, new))
    with pytest.raises(CatalogError):
        load(home / "drills", TYPES)
    return [str(each) for each in problems(home / "drills", TYPES)]


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ("tier: 1", 'tier: "GAP: its tier"', 4, "tier"),
        ("owner: Shop team", 'owner: "GAP: who"', 5, "owner"),
        ("reviewed: 2026-10-01", 'reviewed: "GAP: when"', 8, "runbook.reviewed"),
        ("name: orders, secret", 'name: "GAP: which", secret', 10, "resources.orders-db.database.name"),
        ("table: heartbeat", 'table: "GAP: which"', 26, "drills.orders-snapshot.checks[0].newest-row.table"),
        (
            "{key: {pk: canary}, attribute: at, interval: 1m}",
            '{key: "GAP: a", attribute: at}',
            33,
            "drills.sessions-pitr.checks[0].canary-item.key",
        ),
        ("kind: pitr-restore", 'kind: "GAP: which"', 28, "drills.sessions-pitr.kind"),
        ("shop.template.yaml", '"GAP: its file"', 0, ""),
    ],
)
def test_a_gap_is_told_once_with_its_place(home: Path, old: str, new: str, line: int, key: str) -> None:
    """Whether its place takes any text, or none like that: it is a gap, and no other mistake beside it."""
    if not key:
        old, new = "template: infrastructure/shop.template.yaml", 'template: "GAP: its file"'
        key, line = "resources.environment.rebuild.template", 17
    (only,) = told(home, old, new)
    assert only.startswith(f"drills/shop.yaml:{line}:{key}: a gap: ")
    assert only.endswith("(write it in place of the text that begins with GAP:)")


def test_a_gap_that_an_alias_shows_again_is_one(home: Path) -> None:
    """It is filled once, where it is written."""
    checks = '[{name: a, newest-row: {table: "GAP: which", column: at}}]'
    claim = "newest-row: {table: heartbeat, column: at, canary: true, interval: 1m}"
    old = f"    checks:\n      - {{name: heartbeat, {claim}}}\n"
    again = f"    checks: &shared {checks}\n  again:\n    kind: snapshot-restore\n    resource: orders-db\n"
    again += "    disruption: application\n    checks: *shared\n"
    assert len(told(home, old, again)) == 1


def test_other_mistakes_are_told_beside_gaps(home: Path) -> None:
    """A gap hides nothing that is wrong elsewhere."""
    found = told(home, "tier: 1\nowner: Shop team", 'tier: 7\nowner: "GAP: who"')
    assert [each.split(": ")[1] for each in found] == ["tier 7 is not in tiers.yaml (one of", "a gap"]
