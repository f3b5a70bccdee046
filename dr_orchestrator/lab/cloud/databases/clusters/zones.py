"""Multi-AZ DB clusters of RDS: their three instances come and go with them, each in a zone of its own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import cast

from moto.rds.exceptions import RDSClientError

from dr_orchestrator.lab.cloud.databases import quotas
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.databases.clusters.models.member import Member
from dr_orchestrator.lab.cloud.databases.clusters.rules import durations
from dr_orchestrator.lab.cloud.databases.clusters.switches import Switches
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world

MEMBERS = 3
_SOON = timedelta(seconds=1)


class Zones(Switches):
    """The instances of multi-AZ DB clusters, of one account in one region."""

    def add_zones(self, cluster: Cluster) -> None:
        """Make the instances of a cluster that makes them itself, a writer and two readers; none of any other."""
        if not cluster.of_zones:
            return
        zones = self._zones_of(cluster)
        if len(zones) < MEMBERS or len(self.databases) + MEMBERS > quotas.INSTANCES:
            self.clusters.pop(cluster.db_cluster_identifier)
            if len(zones) < MEMBERS:
                told = f"The subnets of {cluster.db_subnet_group_name} lie in {len(zones)} Availability Zones."
                raise RDSClientError("DBSubnetGroupDoesNotCoverEnoughAZs", f"{told} Add subnets in {MEMBERS} of them.")
            raise RDSClientError("InstanceQuotaExceeded", f"There may be {quotas.INSTANCES} DB instances.")
        for number, zone in enumerate(zones[:MEMBERS], 1):
            self._add_zone(cluster, number, zone)
        if cluster.database is not None:
            cluster.database.serve(True)
        if world().hurried:
            cluster.joined = True
        else:
            world().agenda.at(cluster.timeline.ends, partial(self._join_zones, cluster))

    def end_zones(self, cluster: Cluster) -> None:
        """Have the instances go with their cluster."""
        for member in cast("list[Member]", cluster.members) if cluster.of_zones else ():
            member.timeline = passing([("deleting", durations.DELETE_MEMBER)], "gone")
            world().agenda.at(member.timeline.ends, partial(self._drop_zone, member))

    def _zones_of(self, cluster: Cluster) -> list[str]:
        subnets = self.subnet_groups[cluster.db_subnet_group_name].subnets
        return sorted({each["SubnetAvailabilityZone"]["Name"] for each in subnets})

    def _add_zone(self, cluster: Cluster, number: int, zone: str) -> None:
        identifier = f"{cluster.db_cluster_identifier}-instance-{number}"
        member = Member(  # type: ignore[abstract] # moto's are too
            backend=self,
            db_instance_identifier=identifier,
            db_cluster_identifier=cluster.db_cluster_identifier,
            db_instance_class=cluster.db_cluster_instance_class,
            engine=cluster.engine,
            engine_version=cluster.engine_version,
            availability_zone=zone,
            publicly_accessible=bool(cluster.publicly_accessible),
        )
        awaited = max(0.0, (cluster.timeline.ends - world().now()).total_seconds())
        member.timeline = passing([("creating", awaited)], "available")
        self.databases[identifier] = member

    def _drop_zone(self, member: Member) -> None:
        self.databases.pop(member.db_instance_identifier, None)

    def _join_zones(self, cluster: Cluster) -> None:
        """Its readers follow the writer once that is there."""
        if self.clusters.get(cluster.db_cluster_identifier) is not cluster:
            return
        if cluster.status == "creating" and cluster.timeline.final == "available":
            world().agenda.at(world().clock.now() + _SOON, partial(self._join_zones, cluster))
            return
        self.follow_writer(cluster)
        cluster.joined = True
