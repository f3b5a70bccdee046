"""Clusters of production failed over by all words: there and back by one call each, on that cluster alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, switches
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.resources import on_production
from dr_orchestrator.wiring import approving
from tests.support import aurora_drills, multi_az, workspace
from tests.support.estate import Estate, estate
from tests.support.failovers import ScriptedClient
from tests.support.on_production import ACCOUNT, DRILL, ENTRY, FAILS_OVER
from tests.support.shop import GREEN, everything, run, world

BOARDS, LEDGER = "boards-prod", "ledger-prod"
CHANGES = ("Create", "Delete", "Modify", "Restore", "Reboot", "Failover", "Add", "Put", "Update", "Start", "Stop")
SAID = "writer: {failover: boards-prod-2, failback: boards-prod-1}\n    checks: []"
CALL = "FailoverDBCluster"


def declared(kind: str, name: str) -> str:
    """The shop with a cluster of production, whose failover it drills."""
    resource = f"type: {kind}, id: {name}, account: '{ACCOUNT}', region: us-east-1"
    own = f"\n  clustered:\n    {{{resource}, database: {{name: orders, secret: prod/orders}}}}\n  sessions: {{"
    return workspace.SHOP.replace("\n  sessions: {", own)


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab"), aurora_drills.CLUSTER) as made:
        aurora_drills.make_cluster(made, aurora_drills.CLUSTER, "db.r6g.large")
        multi_az.make_cluster(made)
        reader: Any = aurora_drills.backend().databases[f"{BOARDS}-2"]
        reader.availability_zone = "us-east-1b"
        made.clock.sleep(7200)
        now = made.clock.now()
        made.clock.sleep((now.replace(hour=3, minute=15) + timedelta(days=1) - now).total_seconds())
        yield made


@pytest.mark.parametrize(("kind", "name", "said"), [("aurora-cluster", BOARDS, SAID), ("multi-az-cluster", LEDGER, "")])
def test_a_cluster_goes_there_and_back_by_one_call_each(
    clusters: Estate, home: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str, said: str
) -> None:
    """Green, with nothing made and nothing else asked; of Aurora to whom the drill says, else without a target."""
    monkeypatch.setattr(workspace, "TIERS", workspace.TIERS + ENTRY.replace("orders-db", "clustered"))
    monkeypatch.setattr(workspace, "SHOP", declared(kind, name))
    monkeypatch.setattr(on_production, "Client", lambda *_, **__: ScriptedClient(clusters.clock))
    drill = FAILS_OVER.replace("orders-db", "clustered").replace("checks: []", said or "checks: []")
    with world(clusters, home, drill) as here:
        approving.approve(here, DRILL, "Ada")
        began, before = len(clusters.lab.journal), everything(clusters)
        found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert (found.closing.cleanup, found.copies) == (Cleanup.CLEAN, ())
    heard = [each for each in clusters.lab.journal[began:] if each.action.startswith(CHANGES)]
    targets = [f"{BOARDS}-2", f"{BOARDS}-1"] if said else [None, None]
    given = [(each.params["DBClusterIdentifier"], each.params.get("TargetDBInstanceIdentifier")) for each in heard]
    assert [each.action for each in heard] == [CALL, CALL]
    assert given == [(name, target) for target in targets]
    assert everything(clusters) == before
    ways = switches(found.checks)
    assert ways[FAILOVER].moved
    assert ways[FAILBACK].moved
    if said:
        assert ways[FAILBACK].after == ways[FAILOVER].before
    assert "its table keeps its rows" in found.steps[0].detail
