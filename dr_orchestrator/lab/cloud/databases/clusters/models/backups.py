"""The backups of a cluster: snapshots of several types, and its continuous backup."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.rds.models import DBClusterSnapshot, RDSBackend

from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.databases.states import OfData
from dr_orchestrator.lab.cloud.lifecycle import Timeline
from dr_orchestrator.lab.cloud.world import naive, world

LISTED = ("automated", "manual")
"""The types that are listed where none is asked for."""
# What of a cluster is told of its backups too; moto leaves these out of snapshots.
_LEFT_OUT = (
    "availability_zones",
    "backup_retention_period",
    "db_cluster_resource_id",
    "engine_mode",
    "iam_database_authentication_enabled",
    "license_model",
    "preferred_backup_window",
    "storage_type",
)
_TOLD = (
    *("db_cluster_arn", "db_cluster_identifier", "engine", "engine_version", "kms_key_id", "master_username"),
    *("storage_encrypted", "tag_list", "cluster_create_time"),
    *_LEFT_OUT,
)


class ClusterSnapshot(OfData, DBClusterSnapshot):
    """A cluster snapshot; `data_time` is the instant whose data it holds, `stored` the name of its physical copy."""

    stored: str = ""
    source_db_cluster_snapshot_arn: str | None = None
    source_region: str | None = None
    """The region that it was copied from, where that is another."""

    cluster: Cluster

    def __init__(self, backend: RDSBackend, cluster: Cluster, *args: Any, **kwargs: Any) -> None:
        super().__init__(backend, cluster, *args, **kwargs)
        self.data_time = world().now()
        self.port = cluster.asked_port
        self.vpc_id = cluster.vpc_id
        for name in _LEFT_OUT:
            setattr(self, name, getattr(cluster, name))

    def dated(self, at: datetime) -> None:
        """Make it one that was taken at `at`."""
        self.data_time = at
        self.created = naive(at)
        self.timeline = Timeline(at, (), "available")


class ClusterBackup:
    """The continuous backup of a cluster, with the window that it can be restored to."""

    status = "active"
    allocated_storage = 1

    def __init__(self, cluster: Cluster) -> None:
        for name in _TOLD:
            setattr(self, name, getattr(cluster, name))
        self.db_cluster_automated_backups_arn = cluster.arn.replace(":cluster:", ":cluster-auto-backup:ab-")
        self.region = cluster.region
        self.port = cluster.asked_port
        self.vpc_id = cluster.vpc_id
        window = cluster.window
        self.restore_window = {"EarliestTime": naive(window[0]), "LatestTime": naive(window[1])} if window else None
