"""Global clusters: made of a cluster, followed by a secondary in another region, switched over and taken apart."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from moto.rds.models import DBInstance, GlobalCluster, RDSBackend

from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import FAILING_OVER, Cluster
from dr_orchestrator.lab.cloud.databases.clusters.models.following import Following
from dr_orchestrator.lab.cloud.databases.clusters.models.member import Member
from dr_orchestrator.lab.cloud.databases.clusters.models.spanning import SWITCHING, Spanning
from dr_orchestrator.lab.cloud.databases.clusters.rules import durations, refusals, spanning
from dr_orchestrator.lab.cloud.databases.events import Told
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world

HOME = "us-east-1"
"""The region in which moto keeps all of them: they are of none."""


class Globals(RDSBackend):
    """The global clusters of an account, as they are seen from one region."""

    @property
    def _wholes(self) -> dict[str, Spanning]:
        return cast("dict[str, Spanning]", self.get_backend("rds", HOME).global_clusters)

    def create_global_cluster(
        self,
        global_cluster_identifier: str,
        source_db_cluster_identifier: str | None = None,
        engine: str | None = None,
        engine_version: str | None = None,
        storage_encrypted: bool | None = None,
        deletion_protection: bool | None = None,
        tags: list[dict[str, str]] | None = None,
    ) -> GlobalCluster:
        """Of a cluster, wherever that stands, which is its primary then; or of none yet."""
        source = self._cluster_of(source_db_cluster_identifier) if source_db_cluster_identifier else None
        spanning.check_create(global_cluster_identifier, self._wholes, source, engine)
        if source is not None:
            engine, engine_version = str(source.engine), source.engine_version
            storage_encrypted = source.storage_encrypted
        whole = Spanning(
            *(self, global_cluster_identifier, str(engine), engine_version, storage_encrypted, deletion_protection)
        )
        whole.tags = tags
        fate = world().faults.fate("rds", "CreateGlobalCluster", global_cluster_identifier)
        whole.timeline = passing([("creating", durations.CREATE_GLOBAL)], "available", fate)
        self._wholes[global_cluster_identifier] = whole
        if source is not None:
            source.is_writer, source.global_cluster_identifier = True, whole.global_cluster_identifier
            whole.members.append(source)
        return whole

    def describe_global_clusters(self, name: str | None = None) -> list[GlobalCluster]:
        """All of the account, or the one that is asked for."""
        if name and name not in self._wholes:
            raise refusals.no_global(name)
        return [self._wholes[name]] if name else list(self._wholes.values())

    def delete_global_cluster(self, global_cluster_identifier: str) -> GlobalCluster:
        """One without members."""
        whole = self._whole(global_cluster_identifier)
        if whole.members:
            raise spanning.invalid(f"Global Cluster {whole.global_cluster_arn} is not empty")
        fate = world().faults.fate("rds", "DeleteGlobalCluster", global_cluster_identifier)
        whole.timeline = passing([("deleting", durations.DELETE_GLOBAL)], "gone", fate)
        if whole.timeline.final == "gone":
            world().agenda.at(whole.timeline.ends, partial(self._gone, global_cluster_identifier))
        return whole

    def remove_from_global_cluster(self, global_cluster_identifier: str, db_cluster_identifier: str) -> GlobalCluster:
        """Take a member out; a secondary stands by itself then, with nothing of its data here: nobody asks for it."""
        whole, cluster = self._whole(global_cluster_identifier), self._cluster_of(db_cluster_identifier)
        spanning.check_remove(whole, cluster)
        fate = world().faults.fate("rds", "RemoveFromGlobalCluster", cluster.db_cluster_identifier)
        if fate:
            return whole
        whole.members.remove(cluster)
        if not cluster.is_writer:
            cluster.database = None
            cluster.timeline = passing([("promoting", durations.LEAVE_GLOBAL)], "available")
        cluster.global_cluster_identifier, cluster.is_writer = None, False
        cluster.replication_source_identifier = None
        return whole

    def switchover_global_cluster(self, global_cluster_identifier: str, target: str) -> GlobalCluster:
        """Have a secondary write: what writes ends, and the endpoint leads to the other a while later."""
        whole, new = self._whole(global_cluster_identifier), self._cluster_of(target)
        spanning.check_switch(whole, new, self.region_name)
        old = cast(Cluster, whole.primary)
        stays = world().faults.pretends("same-zone", "rds", global_cluster_identifier)
        fate = world().faults.fate("rds", "SwitchoverGlobalCluster", global_cluster_identifier)
        whole.timeline = passing([(SWITCHING, durations.SWITCH_REGIONS)], "available", fate)
        whole.towards = old, new
        for each in (old, new):
            each.changing, each.timeline = (
                FAILING_OVER,
                passing([(FAILING_OVER, durations.SWITCH_REGIONS)], "available"),
            )
        if old.database is not None and old.database.standby is not None:
            seconds = (whole.timeline.ends - whole.timeline.began).total_seconds()
            old.database.fail_over(seconds / world().clock.pace, stays=stays)
        _tell(whole, new, "started")
        if not fate:
            world().agenda.at(whole.timeline.ends, partial(_switched, whole, old, new, stays))
        return whole

    def create_db_instance(self, db_kwargs: Any) -> DBInstance:
        """As of each cluster; in a secondary it only reads, and a server follows that of the primary for it."""
        given = dict(db_kwargs.items())
        cluster = self.clusters.get(given.get("db_cluster_identifier") or "")
        if not isinstance(cluster, Cluster) or not cluster.global_cluster_identifier:
            return super().create_db_instance(db_kwargs)
        spanning.check_instance(str(given["db_instance_class"]))
        made = super().create_db_instance(db_kwargs)
        if not cluster.is_writer and isinstance(made, Member):
            made.is_cluster_writer = False
            self._follow(cluster)
        return made

    def delete_db_instance(self, db_instance_identifier: str, *given: Any, **others: Any) -> DBInstance:
        """As of each cluster; the last of a primary stays while that has a secondary, and all while one is promoted."""
        member = self.databases.get(db_instance_identifier)
        if isinstance(member, Member):
            spanning.check_promoted(member.cluster)
        if isinstance(member, Member) and (name := member.cluster.global_cluster_identifier):
            spanning.check_last(member, self._whole(name))
        return super().delete_db_instance(db_instance_identifier, *given, **others)

    def _gone(self, name: str) -> None:
        self._wholes.pop(name, None)

    def _follow(self, cluster: Cluster) -> None:
        primary = self._whole(str(cluster.global_cluster_identifier)).primary
        if cluster.database is not None or primary is None or primary.database is None:
            return
        slow = world().faults.pretends("asynchronous", "rds", primary.db_cluster_identifier)
        if primary.database.pair(asynchronous=slow):
            cluster.database = Following(primary.database)

    def _whole(self, name: str) -> Spanning:
        if name not in self._wholes:
            raise refusals.no_global(name)
        return self._wholes[name]

    def _cluster_of(self, arn: str) -> Cluster:
        """The cluster of an ARN, in its region, or of a name, in this one."""
        at = self.get_backend("rds", arn.split(":")[3]) if arn.startswith("arn:") else self
        return cast(Cluster, at.describe_db_clusters(arn)[0])


def _switched(whole: Spanning, old: Cluster, new: Cluster, stays: bool) -> None:
    if {old.global_cluster_identifier, new.global_cluster_identifier} != {whole.global_cluster_identifier}:
        return
    if stays:
        _tell(whole, new, "cancelled")
        return
    old.is_writer, new.is_writer = False, True
    old.replication_source_identifier, new.replication_source_identifier = new.db_cluster_arn, None
    for member in old.members:
        member.is_cluster_writer = False
    new.designate_writer()
    if isinstance(new.database, Following):
        new.database, old.database = old.database, new.database
    _tell(whole, new, "finished")


def _tell(whole: Spanning, target: Cluster, what: str) -> None:
    """RDS writes it down of each member, where that stands."""
    message = f"Global switchover to DB cluster {target.db_cluster_identifier} in Region {target.region} {what}."
    for each in whole.members:
        each.backend.events.append(Told("db-cluster", each, world().now(), message, "global failover"))
