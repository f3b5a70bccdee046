"""The ways to make a copy of a multi-AZ DB cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moto.rds.models import rds_backends

from dr_orchestrator.domain.copy import Identity
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.multi_az_cluster.points import MultiAzPointInTime, MultiAzSnapshot
from dr_orchestrator.resources.multi_az_cluster.standby import MultiAzStandby
from dr_orchestrator.resources.multi_az_cluster.vaulted import MultiAzFromVault
from tests.support.clusters import aurora
from tests.support.estate import INSTANCE, REGION, VAULT, Estate
from tests.support.multi_az import CLASS, CLUSTER, ENGINE, VERSION, described
from tests.support.ways import Spec, Way
from tests.support.ways.troubles import OF_A_SETTING, POINT, SOURCE, out_of_vault, switched_off, without


def _foreign(way: Way, tags: list[dict[str, str]]) -> None:
    way.client("rds").create_db_cluster(
        DBClusterIdentifier=way.copy.id,
        Engine=ENGINE,
        EngineVersion=VERSION,
        DBClusterInstanceClass=CLASS,
        StorageType="io1",
        Iops=1000,
        AllocatedStorage=100,
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

SNAPSHOT = Spec(
    name="multi-az-snapshot",
    type=CLUSTER.type,
    kind=Kind.SNAPSHOT_RESTORE,
    source=CLUSTER,
    restorer=lambda way: MultiAzSnapshot(way.resource, way.selection, way.made.toolkit),
    ask="RestoreDBClusterFromSnapshot",
    delete="DeleteDBCluster",
    foreign=_foreign,
    remove=_remove,
    described=_described,
    identity=lambda live: Identity("arn", str(live["DbClusterResourceId"])),
    proving=("DescribeDBClusters",),
    dies=("incompatible-restore", "ended as 'incompatible-restore'"),
    hangs="was still 'creating'",
    pointless=({"kind": "no-snapshot"}, "no available snapshot of ledger-prod"),
    paged={"rds.DescribeDBClusterSnapshots": ("MaxRecords", 20), "rds.DescribeDBClusters": ("MaxRecords", 20)},
    vanishes={**_GONE, POINT: lambda point: without(_backend().cluster_snapshots, point.id)},
    full={"RestoreDBClusterFromSnapshot": _FULL},
    refuses=OF_A_SETTING,
    mistaken={
        "an Aurora cluster": (aurora, "no multi-AZ DB cluster"),
        "an instance": (lambda _: INSTANCE.id, f"no cluster {INSTANCE.id}"),
    },
)
PITR = replace(
    SNAPSHOT,
    name="multi-az-pitr",
    kind=Kind.PITR_RESTORE,
    restorer=lambda way: MultiAzPointInTime(way.resource, way.selection, way.made.toolkit),
    ask="RestoreDBClusterToPointInTime",
    pointless=({"kind": "pitr-off"}, "ledger-prod"),
    paged={"rds.DescribeDBClusters": ("MaxRecords", 20)},
    vanishes={**_GONE, POINT: lambda _: switched_off("rds", CLUSTER.id)},
    full={"RestoreDBClusterToPointInTime": _FULL},
)
FAILOVER = replace(
    SNAPSHOT,
    name="multi-az-failover",
    kind=Kind.AZ_FAILOVER,
    restorer=lambda way: MultiAzStandby(way.resource, way.selection, way.made.toolkit),
)
VAULTED = replace(
    SNAPSHOT,
    name="multi-az-vault",
    restorer=lambda way: MultiAzFromVault(way.resource, way.selection, way.made.toolkit, vault=VAULT),
    ask="StartRestoreJob",
    dies=("FAILED", "ended as 'FAILED': asked for by a fault"),
    hangs="was still 'PENDING'",
    pointless=(
        {"kind": "no-snapshot", "service": "backup"},
        "no available recovery point of ledger-db in vault",
    ),
    paged={
        "backup.ListRecoveryPointsByBackupVault": ("MaxResults", 1),
        "rds.DescribeDBClusters": ("MaxRecords", 20),
    },
    changes=frozenset({"AddTagsToResource"}),
    vault=VAULT,
    vanishes={**_GONE, POINT: lambda point: out_of_vault(point, REGION)},
    full={"StartRestoreJob": ("LimitExceededException",)},
)
WAYS = (SNAPSHOT, PITR, FAILOVER, VAULTED)
