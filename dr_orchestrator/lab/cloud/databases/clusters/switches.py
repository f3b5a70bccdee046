"""Failovers of a cluster to its reader as AWS makes them: moto's take no time and are written down nowhere."""

from __future__ import annotations

from functools import partial
from typing import cast

from moto.rds.exceptions import (
    InvalidDBClusterStateFault,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBCluster, RDSBackend

from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import FAILING_OVER, Cluster
from dr_orchestrator.lab.cloud.databases.clusters.models.member import Member
from dr_orchestrator.lab.cloud.databases.clusters.rules import durations
from dr_orchestrator.lab.cloud.databases.events import Told
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world


class Switches(RDSBackend):
    """The clusters of one account in one region whose writer changes."""

    def follow_writer(self, cluster: Cluster) -> None:
        """Have a second server follow that of a restored cluster, for its reader; what archives its log has none."""
        if cluster.database is not None and cluster.database.serving:
            slow = world().faults.pretends("asynchronous", "rds", cluster.db_cluster_identifier)
            cluster.follows = cluster.database.pair(asynchronous=slow)

    def failover_db_cluster(
        self, db_cluster_identifier: str, target_db_instance_identifier: str | None = None
    ) -> DBCluster:
        """Have a reader take the writer's place: what is under way ends at once, and the endpoint leads to it a while
        later.
        """
        cluster = self.describe_db_clusters(db_cluster_identifier)[0]
        if not isinstance(cluster, Cluster):
            return super().failover_db_cluster(db_cluster_identifier, target_db_instance_identifier)
        if cluster.of_zones and target_db_instance_identifier and cluster.engine == "mysql":
            raise InvalidParameterCombination("TargetDBInstanceIdentifier isn't supported for a Multi-AZ DB cluster.")
        target = self._next_writer(cluster, target_db_instance_identifier)
        stays = world().faults.pretends("same-zone", "rds", db_cluster_identifier)
        fate = world().faults.fate("rds", "FailoverDBCluster", db_cluster_identifier)
        cluster.changing = FAILING_OVER
        lasts = durations.SWITCH_ZONES if cluster.of_zones else durations.FAIL_OVER
        cluster.timeline = passing([(FAILING_OVER, lasts)], "available", fate)
        if cluster.database is not None and cluster.follows:
            seconds = (cluster.timeline.ends - cluster.timeline.began).total_seconds()
            cluster.database.fail_over(seconds / world().clock.pace, stays=stays)
        across = cluster.writer is None or cluster.writer.availability_zone != target.availability_zone
        how = "cross" if across else "same"
        self._tell_of_switch(cluster, f"Started {how} AZ failover to DB instance: {target.db_instance_identifier}")
        world().agenda.at(cluster.timeline.ends, partial(self._writer_changed, cluster, target, stays))
        return cluster

    def _next_writer(self, cluster: Cluster, name: str | None) -> Member:
        """The instance that is to write: the one that is named, or any that could; refused where none can."""
        if cluster.status != "available":
            raise InvalidDBClusterStateFault(
                f"DB cluster {cluster.db_cluster_identifier} is in {cluster.status} state."
            )
        readers = [each for each in cast("list[Member]", cluster.members) if not each.is_cluster_writer]
        usable = [each for each in readers if each.status == "available"]
        if name and name not in {each.db_instance_identifier for each in cluster.members}:
            raise InvalidParameterValue(f"Cannot find target instance: {name}")
        if not readers or (not name and not usable):
            told = f"Database cluster:{cluster.db_cluster_identifier} has no instance in a valid state to fail over to."
            raise InvalidDBClusterStateFault(told)
        found = next((each for each in usable if name in (None, each.db_instance_identifier)), None)
        if found is None:
            raise RDSClientError("InvalidDBInstanceState", f"Instance {name} should be in valid state for failover.")
        return found

    def _writer_changed(self, cluster: Cluster, target: Member, stays: bool) -> None:
        writer = cluster.writer
        if self.clusters.get(cluster.db_cluster_identifier) is not cluster:
            return
        if stays:
            self._tell_of_switch(
                cluster, f"Promoting previous primary again: {writer.db_instance_identifier if writer else ''}"
            )
        elif self.databases.get(target.db_instance_identifier) is target:
            cluster.failover(target)
            self._tell_of_switch(cluster, f"Completed failover to DB instance: {target.db_instance_identifier}")

    def _tell_of_switch(self, cluster: Cluster, message: str) -> None:
        self.events.append(Told("db-cluster", cluster, world().now(), message, "failover"))
