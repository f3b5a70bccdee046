"""Instances of clusters: made and deleted beside the instances that are none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.rds.exceptions import (
    DBClusterNotFoundError,
    DBInstanceAlreadyExists,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBInstance, DBSnapshot

from dr_orchestrator.lab.cloud.databases import quotas
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.databases.clusters.models.member import Member
from dr_orchestrator.lab.cloud.databases.clusters.rules import durations, refusals
from dr_orchestrator.lab.cloud.databases.clusters.zones import Zones
from dr_orchestrator.lab.cloud.databases.events import Told
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world


class Members(Zones):
    """The instances in clusters; calls about any other are passed on."""

    def create_db_instance(self, db_kwargs: Any) -> DBInstance:
        """An instance that is being created first, no sooner than its cluster; only then the cluster is reached."""
        given = dict(db_kwargs.items())
        cluster = self.clusters.get(given.get("db_cluster_identifier") or "")
        if given.get("engine") in refusals.ENGINES and cluster is None:
            raise DBClusterNotFoundError(str(given.get("db_cluster_identifier")))
        if not isinstance(cluster, Cluster):
            return super().create_db_instance(db_kwargs)
        if cluster.of_zones:
            raise refusals.of_zones("CreateDBInstance", "create", "CreateDBCluster")
        alone = not cluster.members
        member = self._member(given, cluster)
        fate = world().faults.fate("rds", "CreateDBInstance", member.db_instance_identifier)
        awaited = max(0.0, (cluster.timeline.ends - world().now()).total_seconds())
        member.timeline = passing([("creating", awaited + durations.CREATE_MEMBER)], "available", fate)
        if cluster.database is not None and not fate:
            cluster.database.serve(True)
            if not alone:
                self.follow_writer(cluster)
        if not fate and not world().hurried:
            world().agenda.at(member.timeline.ends, lambda: self._member_made(member))
        return member

    def delete_db_instance(
        self,
        db_instance_identifier: str,
        final_db_snapshot_identifier: str | None = None,
        skip_final_snapshot: bool | None = False,
        delete_automated_backups: bool | None = True,
    ) -> DBInstance:
        """Deleting takes its time; a member has no data of its own, so there is no final snapshot of it."""
        member = self.databases.get(db_instance_identifier)
        if not isinstance(member, Member):
            return super().delete_db_instance(
                db_instance_identifier, final_db_snapshot_identifier, skip_final_snapshot, delete_automated_backups
            )
        if member.cluster.of_zones:
            raise refusals.of_zones("DeleteDBInstance", "delete", "DeleteDBCluster")
        if member.status == "deleting":
            told = f"Instance {member.db_instance_identifier} is already being deleted."
            raise RDSClientError("InvalidDBInstanceState", told)
        if final_db_snapshot_identifier:
            told = "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance."
            raise InvalidParameterCombination(told)
        fate = world().faults.fate("rds", "DeleteDBInstance", member.db_instance_identifier)
        member.timeline = passing([("deleting", durations.DELETE_MEMBER)], "gone", fate)
        if member.timeline.final == "gone":
            world().agenda.at(member.timeline.ends, lambda: self._member_gone(member))
        return member

    def create_db_snapshot(self, db_instance_identifier: str, *args: Any, **kwargs: Any) -> DBSnapshot:
        """Of an instance that is a member of no cluster."""
        self._refuse_members(db_instance_identifier, "CreateDBClusterSnapshot")
        return super().create_db_snapshot(db_instance_identifier, *args, **kwargs)

    def restore_db_instance_to_point_in_time(
        self, source_db_identifier: str, target_db_identifier: str, overrides: Any
    ) -> DBInstance:
        """Of an instance that is a member of no cluster."""
        self._refuse_members((source_db_identifier or "").rsplit(":", 1)[-1], "RestoreDBClusterToPointInTime")
        return super().restore_db_instance_to_point_in_time(source_db_identifier, target_db_identifier, overrides)

    # How it is done

    def _member(self, given: dict[str, Any], cluster: Cluster) -> Member:
        identifier = given["db_instance_identifier"]
        if identifier in self.databases:
            raise DBInstanceAlreadyExists
        self._validate_db_identifier(identifier)
        if not str(given["db_instance_class"]).startswith("db."):
            raise InvalidParameterValue(f"Invalid DB Instance class: {given['db_instance_class']}")
        if len(self.databases) >= quotas.INSTANCES:
            raise RDSClientError("InstanceQuotaExceeded", f"There may be {quotas.INSTANCES} DB instances.")
        refusals.check_member(given, cluster)
        given.pop("db_subnet_group_name", None)  # the cluster's
        member = Member(backend=self, **given)  # type: ignore[abstract] # moto's are too
        self.databases[identifier] = member
        return member

    def _member_made(self, member: Member) -> None:
        if self.databases.get(member.db_instance_identifier) is member and member.timeline.final == "available":
            self._tell_of_member(member, world().now(), "DB instance created", "creation")

    def _member_gone(self, member: Member) -> None:
        self.databases.pop(member.db_instance_identifier, None)
        self._tell_of_member(member, world().now(), "DB instance deleted", "deletion")
        database = member.cluster.database
        if database is not None and not member.cluster.members:
            database.serve(False)

    def _tell_of_member(self, member: Member, at: datetime, message: str, category: str) -> None:
        self.events.append(Told("db-instance", member, at, message, category))

    def _refuse_members(self, identifier: str, instead: str) -> None:
        if isinstance(self.databases.get(identifier), Member):
            raise refusals.of_a_cluster(instead)
