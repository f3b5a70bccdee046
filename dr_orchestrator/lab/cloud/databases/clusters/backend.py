"""Aurora's clusters as a backend of moto's: made, restored, seen, changed and deleted."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import DBClusterNotFoundError, InvalidDBClusterStateFault
from moto.rds.models import DBCluster

from dr_orchestrator.lab.cloud.databases import logins, places
from dr_orchestrator.lab.cloud.databases.clusters.globally import Globals
from dr_orchestrator.lab.cloud.databases.clusters.members import Members
from dr_orchestrator.lab.cloud.databases.clusters.models import data
from dr_orchestrator.lab.cloud.databases.clusters.models.backups import ClusterBackup
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.databases.clusters.restores import Restores
from dr_orchestrator.lab.cloud.databases.clusters.rules import durations, filters, making, refusals
from dr_orchestrator.lab.cloud.world import world


class Clusters(Globals, Restores, Members):
    """The Aurora clusters of one account in one region, laid over whatever answers for instances."""

    def create_db_cluster(self, kwargs: Any) -> DBCluster:
        """As moto, but the cluster is being created first; other engines are moto's."""
        given = dict(kwargs.items())
        of_zones = given["engine"] in refusals.OF_ZONES and given.get("db_cluster_instance_class")
        if given["engine"] not in refusals.ENGINES and not of_zones:
            return super().create_db_cluster(kwargs)
        cluster = making.make(self, given)
        cluster.volume = max(cluster.volume, int(given.get("allocated_storage") or 0))
        if self.begin_cluster(cluster, durations.CREATE_CLUSTER, "CreateDBCluster"):
            data.lay(cluster, None if cluster.secondary else data.empty(cluster))
        self.add_zones(cluster)
        return cluster

    def describe_db_clusters(self, db_cluster_identifier: str | None = None, filters: Any = None) -> list[DBCluster]:
        """Those that are asked for, without those that a fault hides."""
        wanted = {**(filters or {}), **({"db-cluster-id": [db_cluster_identifier]} if db_cluster_identifier else {})}
        found = _matching(list(self.clusters.values()), wanted)
        pretends = world().faults.pretends
        seen = [each for each in found if not pretends("not-found", "rds", each.db_cluster_identifier)]
        if db_cluster_identifier and not seen:
            raise DBClusterNotFoundError(db_cluster_identifier)
        return seen

    def describe_db_cluster_automated_backups(self, wanted: dict[str, list[str]]) -> list[ClusterBackup]:
        """One per cluster, with the window that it can be restored to."""
        kept = [ClusterBackup(each) for each in self.clusters.values() if isinstance(each, Cluster)]
        found = filters.matching(kept, wanted, filters.BACKUPS)
        if "db-cluster-resource-id" in wanted and not found:
            raise refusals.no_backup(wanted["db-cluster-resource-id"][0])
        return found

    def modify_db_cluster(self, kwargs: Any) -> DBCluster:
        """As moto; one that is being made or deleted is left alone, and a new password is in use after a while."""
        cluster = self.describe_db_clusters(kwargs["db_cluster_identifier"])[0]
        if cluster.status in ("creating", "deleting", logins.RESETTING):
            told = f"DB cluster {cluster.db_cluster_identifier} is in {cluster.status} state."
            raise InvalidDBClusterStateFault(told)
        refusals.check_retention(kwargs.get("backup_retention_period"))
        refusals.check_scaling(kwargs.get("serverless_v2_scaling_configuration"))
        places.check_groups(self, kwargs.get("vpc_security_group_ids") or ())
        password, managed = kwargs.get("master_user_password"), kwargs.get("manage_master_user_password") is True
        modified = super().modify_db_cluster(kwargs)
        if managed and isinstance(cluster, Cluster):
            password = cluster._master_user_password = logins.managed_login(cluster)
        if password and isinstance(cluster, Cluster):
            fate = world().faults.fate("rds", "ModifyDBCluster", cluster.db_cluster_identifier)
            logins.change_password(cluster, password, fate)
        return modified

    def delete_db_cluster(
        self,
        cluster_identifier: str,
        snapshot_name: str | None = None,
        *,
        skip_final_snapshot: bool = False,
        delete_automated_backups: bool = True,
    ) -> DBCluster:
        """Deleting takes its time, after that of the members; a final snapshot is made or declined, never forgotten."""
        cluster = self.describe_db_clusters(cluster_identifier)[0]
        if not isinstance(cluster, Cluster):
            return super().delete_db_cluster(cluster_identifier, snapshot_name)
        refusals.check_delete(cluster, snapshot_name, skip_final_snapshot)
        if snapshot_name:
            self.create_db_cluster_snapshot(cluster_identifier, snapshot_name)
        self.end_zones(cluster)
        self.end_cluster(cluster, delete_automated_backups)
        return cluster


def _matching(found: list[DBCluster], wanted: dict[str, list[str]]) -> list[DBCluster]:
    return filters.matching(found, wanted, filters.CLUSTERS)
