"""A drill that switches a global cluster of its own over, and what a team prepares for it in the other region."""

from __future__ import annotations

from typing import Any, cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.databases.clusters.models.spanning import Spanning
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support import elsewhere
from tests.support.elsewhere import ALIAS, AWAY

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
