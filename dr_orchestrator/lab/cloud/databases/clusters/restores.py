"""Restores of clusters: to a snapshot, to an instant, or a clone; beside the source, and without an instance."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from moto.rds.exceptions import InvalidDBClusterStateFault, InvalidParameterCombination
from moto.rds.models import DBCluster

from dr_orchestrator.lab.cloud.databases.clusters.lives import Lives
from dr_orchestrator.lab.cloud.databases.clusters.models import data
from dr_orchestrator.lab.cloud.databases.clusters.models.backups import ClusterSnapshot
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.databases.clusters.rules import durations, making, refusals
from dr_orchestrator.lab.cloud.databases.clusters.zones import Zones
from dr_orchestrator.lab.cloud.databases.windows import within


class Restores(Zones, Lives):
    """The restores of one account in one region."""

    def restore_db_cluster_from_snapshot(self, from_snapshot_id: str, overrides: Any) -> DBCluster:
        """Restore a snapshot beside its source."""
        given = dict(overrides.items())
        snapshot = self.describe_db_cluster_snapshots(None, from_snapshot_id)[0]
        if not isinstance(snapshot, ClusterSnapshot):
            return super().restore_db_cluster_from_snapshot(from_snapshot_id, overrides)
        refusals.check_snapshot(snapshot)
        given.pop("snapshot_identifier", None)
        refusals.check_engine(given.get("engine"), snapshot.engine)
        refusals.check_version(given.get("engine_version"), snapshot.engine_version)
        return self.restored_of(snapshot, given)

    def restored_of(self, snapshot: ClusterSnapshot, given: dict[str, Any]) -> Cluster:
        """Restore what a snapshot holds, whether RDS lists that or not."""
        made = making.restored(self, given, snapshot.cluster)
        if self.begin_cluster(made, _seconds(made), "RestoreDBClusterFromSnapshot"):
            data.lay(made, data.of_snapshot(made, snapshot))
        self.add_zones(made)
        return made

    def restore_db_cluster_to_point_in_time(
        self,
        db_cluster_identifier: str,
        source_db_cluster_identifier: str | None = None,
        restore_type: str = "full-copy",
        restore_to_time: datetime | str | None = None,
        use_latest_restorable_time: bool = False,
        **overrides: Any,
    ) -> DBCluster:
        """Restore to an instant within the source's window, or clone the source as it is now."""
        source = self._cluster_to_restore(
            source_db_cluster_identifier, overrides.pop("source_db_cluster_resource_id", None)
        )
        clone = _is_clone(restore_type, restore_to_time, use_latest_restorable_time)
        at = within(source.window, restore_to_time, source.db_cluster_identifier)
        if overrides.get("kms_key_id") and not source.storage_encrypted:
            raise InvalidParameterCombination("KmsKeyId is not allowed: the source cluster isn't encrypted.")
        made = making.restored(self, {**overrides, "db_cluster_identifier": db_cluster_identifier}, source)
        seconds = durations.CLONE if clone else _seconds(made)
        if self.begin_cluster(made, seconds, "RestoreDBClusterToPointInTime"):
            data.lay(made, data.clone(made, source) if clone else data.of_instant(made, source, at))
        self.add_zones(made)
        return made

    def _cluster_to_restore(self, identifier: str | None, resource: str | None) -> Cluster:
        if bool(identifier) == bool(resource):
            raise InvalidParameterCombination("Name exactly one source to restore from.")
        wanted = {"db-cluster-resource-id": [resource]} if resource else None
        found = self.describe_db_clusters(identifier, wanted)
        if not found:
            raise refusals.no_backup(str(resource))
        if found[0].status in ("creating", "deleting"):
            told = f"DB cluster {found[0].db_cluster_identifier} is in {found[0].status} state."
            raise InvalidDBClusterStateFault(told)
        return cast(Cluster, found[0])


def _seconds(made: Cluster) -> float:
    return durations.RESTORE_BASE + durations.RESTORE_PER_GIB * made.volume


def _is_clone(restore_type: str, asked: datetime | str | None, latest: bool) -> bool:
    if bool(asked) == bool(latest):
        raise InvalidParameterCombination("Give either RestoreToTime or UseLatestRestorableTime.")
    if restore_type not in ("full-copy", "copy-on-write"):
        raise InvalidParameterCombination(f"Invalid restore type: {restore_type}")
    if asked and restore_type == "copy-on-write":
        raise InvalidParameterCombination("RestoreToTime cannot be specified when RestoreType is copy-on-write.")
    return restore_type == "copy-on-write"
