"""The ways to make a copy of an Aurora cluster."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from moto.rds.models import rds_backends

from dr_orchestrator.domain.copy import Identity
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.lab.cloud.databases.clusters.vaulted import back_up
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.aurora_cluster.points import ClusterPointInTime, ClusterSnapshot
from dr_orchestrator.resources.aurora_cluster.standby import ClusterStandby
from dr_orchestrator.resources.aurora_cluster.vaulted import ClusterFromVault
from tests.support.aurora import ENGINE, described
from tests.support.aurora_drills import CLUSTER
from tests.support.clusters import zones
from tests.support.elsewhere import ALIAS, AWAY, copied_points
from tests.support.estate import INSTANCE, REGION, VAULT, Estate
from tests.support.ways import Spec, Way
from tests.support.ways.troubles import OF_A_SETTING, POINT, SOURCE, out_of_vault, switched_off, without


def _copied(made: Estate) -> None:
    """Three points of the cluster in the vault of the other region, as a plan of AWS Backup copies them there."""
    copied_points(made, lambda at: back_up(VAULT.name, CLUSTER.id, at, AWAY, timedelta(minutes=2)))


def _foreign(way: Way, tags: list[dict[str, str]]) -> None:
    way.client("rds").create_db_cluster(
        DBClusterIdentifier=way.copy.id,
        Engine=ENGINE,
        MasterUsername="somebody",
        MasterUserPassword="not-a-secret",
        Tags=tags,
    )


def _remove(way: Way) -> None:
    way.client("rds").delete_db_cluster(DBClusterIdentifier=way.copy.id, SkipFinalSnapshot=True)


def _described(made: Estate) -> dict[str, Any]:
    rds = made.client("rds")
    found = dict(described(rds, CLUSTER.id))
    snapshots = rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]
    found["Snapshots"] = sorted(each["DBClusterSnapshotIdentifier"] for each in snapshots)
    found.pop("LatestRestorableTime", None)
    return found


def _backend() -> Any:
    return rds_backends[ACCOUNT][REGION]


_GONE = {SOURCE: lambda _: without(_backend().clusters, CLUSTER.id)}
_FULL = (
    *("DBClusterQuotaExceededFault", "StorageQuotaExceeded", "InsufficientDBInstanceCapacity"),
    *("InsufficientDBClusterCapacityFault", "InsufficientStorageClusterCapacity"),
)
_MEMBER = {
    "CreateDBInstance": ("InstanceQuotaExceeded", "StorageQuotaExceeded", "InsufficientDBInstanceCapacity"),
}

SNAPSHOT = Spec(
    name="aurora-snapshot",
    type=CLUSTER.type,
    kind=Kind.SNAPSHOT_RESTORE,
    source=CLUSTER,
    restorer=lambda way: ClusterSnapshot(way.resource, way.selection, way.made.toolkit),
    ask="RestoreDBClusterFromSnapshot",
    delete="DeleteDBCluster",
    foreign=_foreign,
    remove=_remove,
    described=_described,
    identity=lambda live: Identity("arn", str(live["DbClusterResourceId"])),
    proving=("DescribeDBClusters", "DescribeDBInstances"),
    dies=("incompatible-restore", "ended as 'incompatible-restore'"),
    hangs="was still 'creating'",
    pointless=({"kind": "no-snapshot"}, "no available snapshot of boards-prod"),
    paged={"rds.DescribeDBClusterSnapshots": ("MaxRecords", 20), "rds.DescribeDBClusters": ("MaxRecords", 20)},
    vanishes={**_GONE, POINT: lambda point: without(_backend().cluster_snapshots, point.id)},
    full={"RestoreDBClusterFromSnapshot": _FULL, **_MEMBER},
    refuses=OF_A_SETTING,
    mistaken={
        "a multi-AZ cluster": (zones, "is a multi-AZ DB cluster"),
        "an instance": (lambda _: INSTANCE.id, f"no cluster {INSTANCE.id}"),
    },
)
PITR = replace(
    SNAPSHOT,
    name="aurora-pitr",
    kind=Kind.PITR_RESTORE,
    restorer=lambda way: ClusterPointInTime(way.resource, way.selection, way.made.toolkit),
    ask="RestoreDBClusterToPointInTime",
    pointless=({"kind": "pitr-off"}, "boards-prod"),
    paged={"rds.DescribeDBClusters": ("MaxRecords", 20)},
    vanishes={**_GONE, POINT: lambda _: switched_off("rds", CLUSTER.id)},
    full={"RestoreDBClusterToPointInTime": _FULL, **_MEMBER},
)
VAULTED = replace(
    SNAPSHOT,
    name="aurora-vault",
    restorer=lambda way: ClusterFromVault(way.resource, way.selection, way.made.toolkit, vault=VAULT),
    ask="StartRestoreJob",
    dies=("FAILED", "ended as 'FAILED': asked for by a fault"),
    hangs="was still 'PENDING'",
    pointless=(
        {"kind": "no-snapshot", "service": "backup"},
        "no available recovery point of boards-db in vault",
    ),
    paged={
        "backup.ListRecoveryPointsByBackupVault": ("MaxResults", 1),
        "rds.DescribeDBClusters": ("MaxRecords", 20),
    },
    changes=frozenset({"AddTagsToResource"}),
    vault=VAULT,
    vanishes={**_GONE, POINT: lambda point: out_of_vault(point, REGION)},
    full={"StartRestoreJob": ("LimitExceededException",), **_MEMBER},
)
ELSEWHERE = replace(
    SNAPSHOT,
    name="aurora-elsewhere",
    source=replace(CLUSTER, to=Destination(AWAY, key=ALIAS)),
    changes=frozenset({"CopyDBClusterSnapshot"}),
    full={**SNAPSHOT.full, "CopyDBClusterSnapshot": ("SnapshotQuotaExceeded",)},
)
FAILOVER = replace(
    SNAPSHOT,
    name="aurora-failover",
    kind=Kind.AZ_FAILOVER,
    restorer=lambda way: ClusterStandby(way.resource, way.selection, way.made.toolkit),
)
AWAY_VAULTED = replace(
    VAULTED,
    name="aurora-vault-elsewhere",
    source=replace(CLUSTER, to=Destination(AWAY, standing=True)),
    before=_copied,
    paged={},
    vanishes={**_GONE, POINT: lambda point: out_of_vault(point, AWAY)},
)
WAYS = (SNAPSHOT, PITR, VAULTED, FAILOVER, ELSEWHERE, AWAY_VAULTED)
