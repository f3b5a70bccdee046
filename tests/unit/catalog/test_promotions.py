"""What must hold of a drill that promotes a replica, each broken once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import load
from dr_orchestrator.errors import Problem
from dr_orchestrator.resources import TYPES
from tests.support import workspace
from tests.support.promotions import DRILL, RESOURCE, SHOP, STANDING
from tests.support.types import problems


def told(home: Path, shop: str) -> list[Problem]:
    workspace.write(home, shop=shop)
    return list(problems(home / "drills"))


def test_a_whole_one_is_no_mistake(tmp_path: Path) -> None:
    """Its resource is the standing replica; what that replicates is told beside it."""
    assert told(tmp_path, SHOP) == []
    drill = load(tmp_path / "drills", TYPES).drills[DRILL]
    assert drill.resource.id == STANDING
    assert drill.replicates is not None
    assert drill.replicates.id == "orders-prod"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("disruption: region", "disruption: application", "says nothing of the disruption 'application'"),
        ("    replicates: orders-db\n", "", "nothing says what 'orders-there' is a replica of"),
        ("replicates: orders-db", "replicates: orders-d", "the service has no resource 'orders-d'"),
        ("replicates: orders-db", "replicates: sessions", "'sessions' is a dynamodb-table"),
        ("replicates: orders-db", "replicates: orders-there", "both are lost with it"),
        ("canary: true, interval: 1m}}\n", "interval: 1m}}\n", "nothing else tells what the replica held"),
        ("interval: 1m}}\n", "interval: 1m}, mandatory: false}\n", "nothing else tells what the replica held"),
        ("    disruption: region\n", "    disruption: region\n    to: {region: eu-west-1}\n", "where it stands"),
        (
            "    disruption: region\n",
            "    disruption: region\n    recovery_points: {region: eu-west-1}\n",
            "a replica is promoted where it stands",
        ),
        ("    disruption: region\n", "    disruption: region\n    selection: oldest\n", "and no other"),
        (
            "    checks:\n",
            "    checks:\n      - {name: back, restored-state: {table: heartbeat, column: at}}\n",
            "set back to no instant",
        ),
        ("kind: replica-promotion", "kind: snapshot-restore", "a snapshot-restore promotes no replica"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Each is found in the file, before anything is asked of AWS."""
    head, _, drill = SHOP.rpartition(f"\n  {DRILL}:")
    assert old in drill
    shop = f"{head}\n  {DRILL}:{drill.replace(old, new)}"
    assert any(message in each.message for each in told(tmp_path, shop)), told


def test_a_heartbeat_at_the_standing_replica_is_refused(tmp_path: Path) -> None:
    """Where its server takes writes it would read seconds old, whatever replication does: the other one has it."""
    whole = f"{RESOURCE.partition('}}')[0]}}}}}"
    there = whole.replace("secret: prod/orders}}", "secret: prod/orders}, canary: {table: heartbeat, column: at}}")
    assert whole in SHOP
    (found,) = told(tmp_path, SHOP.replace(whole, there))
    assert "proves nothing of what that replicates" in found.message
    assert found.fix == "write its `canary` at 'orders-db'"


@pytest.mark.parametrize("engine", ["oracle", "sqlserver"])
def test_engines_without_replicas_of_replicas_are_refused(tmp_path: Path, engine: str) -> None:
    """By their names, with the drill that they can have."""
    shop = SHOP.replace("region: eu-central-1, database: {", f"region: eu-central-1, database: {{engine: {engine}, ")
    (found,) = [each for each in told(tmp_path, shop) if "replica of a replica" in each.message]
    assert "snapshot-restore" in found.fix
