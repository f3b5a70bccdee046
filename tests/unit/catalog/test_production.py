"""Drills that fail production over: the policy names each, and what is said of copies is not said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import load, problems
from dr_orchestrator.resources import TYPES
from tests.support import workspace
from tests.support.on_production import DRILL, ENTRY, SHOP

TIERS = workspace.TIERS + ENTRY


def told(home: Path, shop: str = SHOP, tiers: str = TIERS) -> list[str]:
    workspace.write(home, shop, tiers=tiers)
    return [str(each) for each in problems(home / "drills", TYPES)]


def test_a_drill_on_production_is_read_with_both_words(tmp_path: Path) -> None:
    """Its own and the policy's, each with its place; all of it but the places is part of its plan."""
    assert told(tmp_path / "a") == []
    drill = load(tmp_path / "a" / "drills", TYPES).drills[DRILL]
    on = drill.production
    assert on is not None
    assert (on.table, on.secret, on.returns) == ("dr_probe", "prod/dr-probe", True)
    assert on.where.startswith("drills/shop.yaml:")
    assert on.where.endswith(f":drills.{DRILL}.on")
    assert on.consent.where.endswith(f":production.{DRILL}")
    for number, (old, new) in enumerate(
        [("never tried", "tried once"), ("2099-12-31", "2098-12-31"), ('"24:00"', '"23:00"'), ("[mon, ", "[")]
    ):
        home = tmp_path / f"b{number}"
        workspace.write(home, SHOP, tiers=TIERS.replace(old, new))
        assert load(home / "drills", TYPES).drills[DRILL].digest != drill.digest, new
    workspace.write(tmp_path / "c", SHOP, tiers="# moved\n" + TIERS)
    assert load(tmp_path / "c" / "drills", TYPES).drills[DRILL].digest == drill.digest


CLUSTER = SHOP.replace("type: rds-instance, id: orders-prod", "type: aurora-cluster, id: orders-prod")


@pytest.mark.parametrize("kind", ["aurora-cluster", "multi-az-cluster"])
def test_a_cluster_may_be_failed_over_too_and_its_writers_are_in_the_plan(tmp_path: Path, kind: str) -> None:
    """Either type; whom an Aurora drill has write is part of what is approved."""
    shop = CLUSTER.replace("aurora-cluster", kind)
    assert told(tmp_path / "a", shop) == []
    plain = load(tmp_path / "a" / "drills", TYPES).drills[DRILL]
    if kind == "aurora-cluster":
        assert told(tmp_path / "b", shop.replace("checks: []", "writer: {failover: b-2}\n    checks: []")) == []
        named = load(tmp_path / "b" / "drills", TYPES).drills[DRILL]
        assert named.production is not None
        assert named.production.writers == {"failover": "b-2"}
        assert named.digest != plain.digest


AGAIN = """  orders-again: {type: rds-instance, id: Orders-Prod, region: us-east-1,
    database: {name: orders, secret: prod/dr-probe}}
"""
"""The same database once more, in another spelling, with the login that the client is given."""

MISTAKES: dict[str, tuple[str, str, str]] = {
    "no account": (
        SHOP.replace('account: "123456789012", ', ""),
        TIERS,
        "nothing says of which account 'orders-db' is",
    ),
    "no entry": (SHOP, workspace.TIERS, "the policy does not let it: tiers.yaml has no entry"),
    "no probe": (SHOP.replace("    probe: {table: dr_probe, secret: prod/dr-probe}\n", ""), TIERS, "may write"),
    "a managed login": (
        SHOP.replace("prod/dr-probe", "managed"),
        TIERS,
        "by a login that may write to its table alone",
    ),
    "the resource's own": (SHOP.replace("prod/dr-probe", "prod/orders"), TIERS, "by a login that may write to its"),
    "the resource's own, by its ARN": (
        SHOP.replace("prod/dr-probe", "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/orders-AbC123"),
        TIERS,
        "by a login that may write to its",
    ),
    "the resource's own, by an ARN without its letters": (
        SHOP.replace("prod/dr-probe", "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/orders"),
        TIERS,
        "by a login that may write to its",
    ),
    "that of the same database by another name": (
        SHOP.replace("resources:\n", f"resources:\n{AGAIN}"),
        TIERS,
        "by a login that may write to its",
    ),
    "checks": (
        SHOP.replace("checks: []", "checks:\n      - {name: rows, rows-at-least: {table: orders, minimum: 1}}"),
        TIERS,
        "nothing is restored that they could check",
    ),
    "of another resource": (SHOP, TIERS.replace("resource: orders-db", "resource: sessions"), "fails 'orders-db' over"),
    "an entry for nothing": (workspace.SHOP, TIERS, f"no drill '{DRILL}' says `on: production`"),
    "an upside-down window": (SHOP, TIERS.replace('"00:00"', '"24:00"'), "a window ends on the day"),
    "a selection": (SHOP.replace("on: production", "on: production\n    selection: oldest"), TIERS, "no copy is made"),
    "of a copy": (SHOP.replace("on: production", "on: replica"), workspace.TIERS, "only a drill that is performed on"),
    "another type": (
        SHOP.replace("type: rds-instance, id: orders-prod", "type: dynamodb-table, id: orders-prod"),
        TIERS,
        "no drill fails a dynamodb-table of production over yet",
    ),
    "a writer of an instance": (
        SHOP.replace("checks: []", "writer: {failover: orders-2}\n    checks: []"),
        TIERS,
        "of an rds-instance AWS alone chooses who takes over",
    ),
    "a writer twice": (
        CLUSTER.replace("checks: []", "writer: {failover: orders-2, failback: orders-2}\n    checks: []"),
        TIERS,
        "who writes after the failover does not take over again",
    ),
    "a writer of no way": (
        CLUSTER.replace("checks: []", "writer: {}\n    checks: []"),
        TIERS,
        "it says of neither way",
    ),
    "a writer of a way that is not gone": (
        CLUSTER.replace("checks: []", "fail_back: false\n    writer: {failback: orders-1}\n    checks: []"),
        TIERS,
        "the drill does not fail back",
    ),
    "an hour that is none": (SHOP, TIERS.replace('"24:00"', '"25:00"'), "a time of the day"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_before_anything_is_run(tmp_path: Path, mistake: tuple[str, str, str]) -> None:
    """By `dro check`, with its file, line and key."""
    shop, tiers, words = mistake
    found = told(tmp_path / "a", shop, tiers)
    assert any(words in each for each in found), found
