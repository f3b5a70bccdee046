"""The life of a cluster: being created, there, being deleted; what happens then, and what is written down of it."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from moto.rds.exceptions import InvalidDBClusterStateFault
from moto.rds.models import DBCluster

from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.databases.clusters.models.member import Member
from dr_orchestrator.lab.cloud.databases.clusters.rules import durations
from dr_orchestrator.lab.cloud.databases.clusters.snapshots import Snapshots
from dr_orchestrator.lab.cloud.databases.events import Told
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world

_SOON = timedelta(seconds=1)


class Lives(Snapshots):
    """The lives of one account's clusters in one region."""

    def begin_cluster(self, cluster: Cluster, seconds: float, action: str) -> bool:
        """Have it created in about so many lab seconds; whether it will end well."""
        fate = world().faults.fate("rds", action, cluster.db_cluster_identifier)
        cluster.timeline = passing([("creating", seconds)], "available", fate)
        cluster.protected_since = cluster.timeline.ends
        if not fate and not world().hurried:
            world().agenda.at(cluster.timeline.ends, lambda: self._cluster_made(cluster))
        return not fate or fate.startswith("flaps")

    def end_cluster(self, cluster: Cluster, with_backups: bool) -> None:
        """Have it deleted, after its members."""
        fate = world().faults.fate("rds", "DeleteDBCluster", cluster.db_cluster_identifier)
        ends = [member.timeline.ends for member in cast(list[Member], cluster.members)]
        awaited = max([0.0, *((each - world().now()).total_seconds() for each in ends)])
        cluster.timeline = passing([("deleting", awaited + durations.DELETE_CLUSTER)], "gone", fate)
        if cluster.timeline.final == "gone":
            world().agenda.at(cluster.timeline.ends, lambda: self._cluster_gone(cluster, with_backups))

    def stop_db_cluster(self, cluster_identifier: str) -> DBCluster:
        """Stopping takes its time; the data stays, and nobody reaches it."""
        return self._turned(cluster_identifier, "available", ("stopping", durations.STOP), "stopped")

    def start_db_cluster(self, cluster_identifier: str) -> DBCluster:
        """Starting takes its time; what was stopped is as it was."""
        return self._turned(cluster_identifier, "stopped", ("starting", durations.START), "available")

    def _turned(self, identifier: str, needed: str, passed: tuple[str, float], final: str) -> DBCluster:
        cluster = cast(Cluster, self.describe_db_clusters(identifier)[0])
        if cluster.status != needed:
            told = f"DbCluster {identifier} is in {cluster.status} state but expected it to be one of {needed}."
            raise InvalidDBClusterStateFault(told)
        cluster.timeline = passing([passed], final)
        if cluster.database is not None:
            cluster.database.serve(final == "available" and bool(cluster.members))
        return cluster

    def _cluster_made(self, cluster: Cluster) -> None:
        """It is created: RDS writes that down, and takes the first automated snapshot where that can be restored."""
        if self.clusters.get(cluster.db_cluster_identifier) is not cluster:
            return
        if cluster.timeline.final == "available" and cluster.status == "creating":
            world().agenda.at(world().clock.now() + _SOON, lambda: self._cluster_made(cluster))
        elif cluster.status == "available":
            self._tell_of_cluster(cluster, "DB cluster created", "creation")
            if cluster.database is None or cluster.database.restorable_until():
                self.record_snapshot(cluster, world().now())

    def _cluster_gone(self, cluster: Cluster, with_backups: bool) -> None:
        self.clusters.pop(cluster.db_cluster_identifier, None)
        if with_backups:
            self.drop_automated(cluster)
        if cluster.manage_master_user_password:
            cluster.master_user_secret.delete_secret()
        if cluster.database is not None:
            cluster.database.drop()
        self._tell_of_cluster(cluster, "DB cluster deleted", "deletion")

    def _tell_of_cluster(self, cluster: Cluster, message: str, category: str) -> None:
        self.events.append(Told("db-cluster", cluster, world().now(), message, category))
