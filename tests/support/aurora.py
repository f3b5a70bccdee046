"""An Aurora cluster in a lab, seen and added to by its AWS calls."""

from __future__ import annotations

from typing import Any, cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases.clusters.backend import Clusters
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support.fakes import FakeClock

SOURCE = "trello-prod"
ENGINE = "aurora-postgresql"
SCALING = {"MinCapacity": 0.5, "MaxCapacity": 8.0}


def described(rds: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
    return found


def member(rds: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found


def add_member(rds: Any, cluster: str, name: str, **given: Any) -> dict[str, Any]:
    wanted = {"DBInstanceClass": "db.r6g.large", "Engine": ENGINE}
    made: dict[str, Any] = rds.create_db_instance(
        **{"DBInstanceIdentifier": name, "DBClusterIdentifier": cluster, **wanted, **given}
    )["DBInstance"]
    return made


def backend() -> Clusters:
    return cast(Clusters, rds_backends[ACCOUNT]["us-east-1"])


def make_source(rds: Any, clock: FakeClock, *, gib: int = 100, **given: Any) -> dict[str, Any]:
    wanted = {
        "DBClusterIdentifier": SOURCE,
        "Engine": ENGINE,
        "EngineVersion": "16.6",
        "DatabaseName": "trello",
        "MasterUsername": "trello_admin",
        "MasterUserPassword": "secret-enough",
        "BackupRetentionPeriod": 7,
        "DeletionProtection": True,
        "Tags": [{"Key": "env", "Value": "production"}],
    }
    asked = {key: value for key, value in {**wanted, **given}.items() if value is not None}
    name = rds.create_db_cluster(**asked)["DBCluster"]["DBClusterIdentifier"]
    cast(Cluster, backend().clusters[name]).volume = gib
    add_member(rds, name, f"{name}-1")
    clock.sleep(3600)
    return described(rds, name)


def snapshotted(rds: Any, clock: FakeClock, name: str = "manual") -> None:
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=SOURCE)
    clock.sleep(1800)


def restore(rds: Any, name: str = "copy", **given: Any) -> dict[str, Any]:
    asked = {"DBClusterIdentifier": name, "SnapshotIdentifier": "manual", "Engine": ENGINE, **given}
    made: dict[str, Any] = rds.restore_db_cluster_from_snapshot(**asked)["DBCluster"]
    return made


def to_instant(rds: Any, name: str = "copy", **given: Any) -> dict[str, Any]:
    asked = {"SourceDBClusterIdentifier": SOURCE, "DBClusterIdentifier": name, **given}
    made: dict[str, Any] = rds.restore_db_cluster_to_point_in_time(**asked)["DBCluster"]
    return made


def snapshots(rds: Any, **given: Any) -> list[str]:
    found = rds.describe_db_cluster_snapshots(**given)["DBClusterSnapshots"]
    return [each["SnapshotType"] for each in found]
