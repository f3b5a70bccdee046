"""Snapshots of clusters: made, listed, copied, deleted."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import uuid4

from moto.rds.exceptions import (
    DBClusterSnapshotAlreadyExistsError,
    DBClusterSnapshotNotFoundError,
    InvalidDBClusterSnapshotStateFault,
    InvalidDBClusterStateFault,
)
from moto.rds.models import DBClusterSnapshot, RDSBackend, rds_backends

from dr_orchestrator.lab.cloud.databases import places, sharing
from dr_orchestrator.lab.cloud.databases.clusters.models.backups import LISTED, ClusterSnapshot
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.databases.clusters.rules import durations, filters, refusals
from dr_orchestrator.lab.cloud.databases.events import Told
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world


class Snapshots(RDSBackend):
    """The cluster snapshots of one account in one region."""

    def create_db_cluster_snapshot(
        self,
        db_cluster_identifier: str,
        db_cluster_snapshot_identifier: str,
        snapshot_type: str = "manual",
        tags: list[dict[str, str]] | None = None,
    ) -> DBClusterSnapshot:
        """A snapshot that is being created first, and that copies the database behind the cluster."""
        cluster = self.describe_db_clusters(db_cluster_identifier)[0]
        if not isinstance(cluster, Cluster):
            return super().create_db_cluster_snapshot(
                db_cluster_identifier, db_cluster_snapshot_identifier, snapshot_type, tags
            )
        if cluster.status != "available":
            raise InvalidDBClusterStateFault(f"DB cluster {db_cluster_identifier} is in {cluster.status} state.")
        snapshot = self._record_cluster_snapshot(cluster, db_cluster_snapshot_identifier, snapshot_type, tags)
        self._fill_cluster_snapshot(snapshot, "CreateDBClusterSnapshot")
        plane = places.behind(cluster.engine)
        if plane is not None and cluster.database is not None:
            stored = snapshot.stored = f"{snapshot.resource_id}.{secrets.token_hex(4)}"
            plane.snapshot(stored, cluster.database)
            snapshot.written = lambda: plane.holds(stored)
        return snapshot

    def copy_db_cluster_snapshot(
        self,
        source_db_cluster_snapshot_identifier: str,
        target_db_cluster_snapshot_identifier: str,
        kms_key_id: str | None = None,
        copy_tags: bool = False,
        tags: list[dict[str, str]] | None = None,
        pre_signed_url: str | None = None,
        **_: Any,
    ) -> DBClusterSnapshot:
        """A snapshot with the data of another, which may be one of another region, or shared by another account."""
        source = self._copied_from(source_db_cluster_snapshot_identifier)
        if not isinstance(source, ClusterSnapshot):
            return super().copy_db_cluster_snapshot(
                source_db_cluster_snapshot_identifier,
                target_db_cluster_snapshot_identifier,
                kms_key_id,
                copy_tags,
                tags,
            )
        refusals.check_snapshot(source)
        refusals.check_copied(source)
        sharing.refuse_to_bring(self, source, kms_key_id, pre_signed_url, self.cluster_snapshots.values())
        key = sharing.key_of_copy(self, source, kms_key_id, encrypts=False)
        kept = tags or (source.tags if copy_tags else [])
        copied = self._record_cluster_snapshot(source.cluster, target_db_cluster_snapshot_identifier, "manual", kept)
        if source.encrypted:
            copied.kms_key_id = copied.cluster.kms_key_id = str(key)
        copied.data_time, copied.stored, copied.written = source.data_time, source.stored, source.written
        copied.source_db_cluster_snapshot_arn = source.arn
        if source.backend.region_name != self.region_name:
            copied.source_region = source.backend.region_name
        self._fill_cluster_snapshot(copied, "CopyDBClusterSnapshot")
        return copied

    def modify_db_cluster_snapshot_attribute(
        self,
        db_cluster_snapshot_identifier: str,
        attribute_name: str,
        values_to_add: list[str] | None = None,
        values_to_remove: list[str] | None = None,
    ) -> dict[str, list[str]]:
        """As moto; nothing of AWS's own making is shared, nor what is encrypted with a key of its own."""
        found = self.describe_db_cluster_snapshots(None, db_cluster_snapshot_identifier)[0]
        sharing.refuse_to_share(self, found, "InvalidDBClusterSnapshotStateFault")
        given = (db_cluster_snapshot_identifier, attribute_name, values_to_add, values_to_remove)
        return super().modify_db_cluster_snapshot_attribute(*given)

    def record_snapshot(self, cluster: Cluster, at: datetime, kind: str = "automated") -> ClusterSnapshot:
        """A snapshot of `at` that RDS itself, or AWS Backup, took; nothing is copied, for the archived WAL holds it."""
        name = f"rds:{cluster.db_cluster_identifier}-{at:%Y-%m-%d-%H-%M}"
        if kind == "awsbackup":
            name = f"awsbackup:job-{uuid4()}"
        snapshot = self._record_cluster_snapshot(cluster, name, kind, None)
        snapshot.dated(at)
        took = timedelta(seconds=durations.SNAPSHOT_BASE + durations.SNAPSHOT_PER_GIB * cluster.volume)
        self._tell_of_cluster_snapshot(snapshot, at, "snapshot", begun=True)
        self._tell_of_cluster_snapshot(snapshot, at + took, "snapshot created")
        return snapshot

    def describe_db_cluster_snapshots(
        self,
        db_cluster_identifier: str | None,
        db_snapshot_identifier: str | None,
        snapshot_type: str | None = None,
        filters: Any = None,
    ) -> list[DBClusterSnapshot]:
        """Those that are asked for, in the order of their time, without those that a fault hides.

        Of AWS Backup's none is listed unless they, or one by its name, are asked for.
        """
        if snapshot_type in ("shared", "public"):
            return super().describe_db_cluster_snapshots(db_cluster_identifier, "", snapshot_type, filters)
        found = self._cluster_snapshots_like(
            db_cluster_identifier, db_snapshot_identifier, snapshot_type, filters or {}
        )
        if db_snapshot_identifier and not found:
            raise DBClusterSnapshotNotFoundError(db_snapshot_identifier)
        return sorted(found, key=lambda each: each.created)

    def delete_db_cluster_snapshot(self, db_snapshot_identifier: str) -> DBClusterSnapshot:
        """As moto; what RDS or AWS Backup took cannot be deleted by a call."""
        snapshot = self.describe_db_cluster_snapshots(None, db_snapshot_identifier)[0]
        if snapshot.snapshot_type != "manual":
            told = f"Snapshots of type {snapshot.snapshot_type} cannot be deleted."
            raise InvalidDBClusterSnapshotStateFault(told)
        return super().delete_db_cluster_snapshot(snapshot.db_cluster_snapshot_identifier)

    def drop_automated(self, cluster: Cluster, before: datetime | None = None) -> None:
        """Delete what RDS itself took of a cluster, all of it or what is older than a (naive) time."""
        for name, snapshot in list(self.cluster_snapshots.items()):
            own = snapshot.cluster.db_cluster_resource_id == cluster.db_cluster_resource_id
            if own and snapshot.snapshot_type == "automated" and (before is None or snapshot.created < before):
                del self.cluster_snapshots[name]

    # How it is done

    def _copied_from(self, source: str) -> DBClusterSnapshot:
        if (place := sharing.of_another(self, source)) is None:
            return self.get_db_cluster_snapshot(source)
        account, region = place
        found = sharing.shared(self, source, rds_backends[account][region].cluster_snapshots)
        if found is None:
            raise DBClusterSnapshotNotFoundError(source)
        return cast(DBClusterSnapshot, found)

    def _cluster_snapshots_like(
        self, cluster: str | None, name: str | None, kind: str | None, wanted: dict[str, list[str]]
    ) -> list[DBClusterSnapshot]:
        asked = {**wanted}
        for key, value in (("db-cluster-id", cluster), ("db-cluster-snapshot-id", name), ("snapshot-type", kind)):
            if value:
                asked[key] = [value]
        if not name:
            asked.setdefault("snapshot-type", list(LISTED))
        pretends = world().faults.pretends
        found = filters.matching(list(self.cluster_snapshots.values()), asked, filters.SNAPSHOTS)
        return [each for each in found if not pretends("no-snapshot", "rds", each.db_cluster_identifier)]

    def _record_cluster_snapshot(
        self, cluster: Cluster, name: str, kind: str, tags: list[dict[str, str]] | None
    ) -> ClusterSnapshot:
        if name in self.cluster_snapshots:
            raise DBClusterSnapshotAlreadyExistsError(name)
        snapshot = ClusterSnapshot(self, cluster, name, kind, tags)
        self.cluster_snapshots[name] = snapshot
        return snapshot

    def _fill_cluster_snapshot(self, snapshot: ClusterSnapshot, action: str) -> None:
        seconds = durations.SNAPSHOT_BASE + durations.SNAPSHOT_PER_GIB * snapshot.cluster.volume
        fate = world().faults.fate("rds", action, snapshot.resource_id)
        over = snapshot.source_region is not None
        states = sharing.over_regions(snapshot.cluster.volume) if over else [("creating", seconds)]
        snapshot.timeline = passing(states, "available", fate)
        self._tell_of_cluster_snapshot(snapshot, world().now(), "snapshot", begun=True)
        if not fate:
            self._tell_of_cluster_snapshot(snapshot, snapshot.timeline.ends, "snapshot created")

    def _tell_of_cluster_snapshot(
        self, snapshot: ClusterSnapshot, at: datetime, what: str, *, begun: bool = False
    ) -> None:
        kind = "automated" if snapshot.snapshot_type == "automated" else "manual"
        told = f"Creating {kind} cluster {what}" if begun else f"{kind.capitalize()} cluster {what}"
        self.events.append(Told("db-cluster-snapshot", snapshot, at, told, "backup"))
