"""A drill that switches a global cluster of its own over, and what a team prepares for it in the other region."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.databases.clusters.models.spanning import Spanning
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import rows
from dr_orchestrator.wiring import opening
from tests.support import elsewhere, workspace
from tests.support.aurora_drills import CLUSTER, make_cluster
from tests.support.elsewhere import ALIAS, AWAY
from tests.support.estate import Estate, estate
from tests.support.failovers import ScriptedClient
from tests.support.shop import world

DRILL = "boards-global-failover"
SWITCHES = f"""
  {DRILL}:
    kind: global-switchover
    resource: boards-db
    disruption: region
    secondary: {{region: {AWAY}, kms_key: {ALIAS}}}
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 1m}}}}"""


def prepared(lab: Lab) -> None:
    """The network, and the key, of the other region."""
    elsewhere.prepared(lab)


@contextmanager
def boards_in(home: Path) -> Iterator[Estate]:
    """Within: an estate with the cluster that is switched over, of a class that a global database takes."""
    with estate(home, CLUSTER) as made:
        make_cluster(made, CLUSTER, "db.r6g.large")
        prepared(made.lab)
        made.clock.sleep(7200)
        yield made


@contextmanager
def scripted(
    boards: Estate, home: Path, monkeypatch: pytest.MonkeyPatch, said: str = f", kms_key: {ALIAS}"
) -> Iterator[wiring.App]:
    """Within: a world whose client is scripted, for no database stands behind the lab's clusters here; `said` is what
    the drill says of the other region.
    """
    declared = workspace.SHOP.replace("\n  sessions: {", f"{elsewhere.CLUSTER_RESOURCE.rstrip()}\n  sessions: {{")
    monkeypatch.setattr(workspace, "SHOP", declared)
    monkeypatch.setattr(rows, "Client", lambda *_: ScriptedClient(boards.clock))
    monkeypatch.setattr(opening, "_last_seen", lambda *_: boards.clock.now())
    name = f"boards-{len(boards.lab.journal)}"
    boards.client("rds").create_db_cluster_snapshot(DBClusterIdentifier=CLUSTER.id, DBClusterSnapshotIdentifier=name)
    boards.clock.sleep(1800)
    with world(boards, home, SWITCHES.replace(f", kms_key: {ALIAS}", said)) as made:
        yield made


def wholes() -> dict[str, Spanning]:
    """The global clusters of the account, by name."""
    return cast("dict[str, Spanning]", rds_backends[ACCOUNT]["us-east-1"].global_clusters)


def left() -> list[str]:
    """All that runs made and that is there still, by name, in either region."""
    ours: list[str] = [*wholes()]
    for region in ("us-east-1", AWAY):
        ours += elsewhere.standing(region)
    return sorted(each for each in ours if each.startswith("dro-"))


def production(lab: Lab, name: str = "company-wide") -> dict[str, Any]:
    """Production's own global cluster, of production's own cluster, made by somebody else."""
    rds = elsewhere.client(lab, "rds", "us-east-1")
    arn = rds.describe_db_clusters(DBClusterIdentifier="boards-prod")["DBClusters"][0]["DBClusterArn"]
    made: dict[str, Any] = rds.create_global_cluster(GlobalClusterIdentifier=name, SourceDBClusterIdentifier=arn)
    return made["GlobalCluster"]  # type: ignore[no-any-return]
