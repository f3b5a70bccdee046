"""Answers about clusters as AWS gives them: page by page, and with what moto leaves out."""

from __future__ import annotations

from typing import cast

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from dr_orchestrator.lab.cloud.databases import sharing
from dr_orchestrator.lab.cloud.databases.clusters.backend import Clusters
from dr_orchestrator.lab.cloud.databases.paging import FEWEST, filters, page
from dr_orchestrator.lab.cloud.world import world


def _clusters(self: RDSResponse) -> ActionResult:
    found = self.backend.describe_db_clusters(self.params.get("DBClusterIdentifier"), filters(self.params))
    return page("DBClusters", found, self.params, lambda each: str(each.db_cluster_identifier), FEWEST)


def _snapshots(self: RDSResponse) -> ActionResult:
    given, wanted = self.params, filters(self.params)
    if given.get("DbClusterResourceId"):
        wanted["db-cluster-resource-id"] = [given["DbClusterResourceId"]]
    if lent := sharing.seen(self.backend, given, "DBClusterSnapshotIdentifier", "cluster_snapshots"):
        return ActionResult({"DBClusterSnapshots": lent})
    found = self.backend.describe_db_cluster_snapshots(
        given.get("DBClusterIdentifier"), given.get("DBClusterSnapshotIdentifier"), given.get("SnapshotType"), wanted
    )
    name = "db_cluster_snapshot_identifier"
    return page("DBClusterSnapshots", found, given, lambda each: str(getattr(each, name)), FEWEST)


def _backups(self: RDSResponse) -> ActionResult:
    given, wanted = self.params, filters(self.params)
    for key, name in (("DBClusterIdentifier", "db-cluster-id"), ("DbClusterResourceId", "db-cluster-resource-id")):
        if given.get(key):
            wanted[name] = [given[key]]
    found = cast(Clusters, self.backend).describe_db_cluster_automated_backups(wanted)
    return page("DBClusterAutomatedBackups", found, given, lambda each: str(each.db_cluster_identifier), FEWEST)


def _delete(self: RDSResponse) -> ActionResult:
    given = self.params
    deleted = cast(Clusters, self.backend).delete_db_cluster(
        given["DBClusterIdentifier"],
        given.get("FinalDBSnapshotIdentifier"),
        skip_final_snapshot=bool(given.get("SkipFinalSnapshot")),
        delete_automated_backups=given.get("DeleteAutomatedBackups") is not False,
    )
    return ActionResult({"DBCluster": deleted})


def _orderable(self: RDSResponse) -> ActionResult:
    """All that is asked for is offered, with a Data API: the lab's regions are alike."""
    asked = {key: self.params.get(key) for key in ("Engine", "EngineVersion", "DBInstanceClass")}
    if world().faults.pretends("not-offered", "rds", str(asked["DBInstanceClass"])):
        return ActionResult({"OrderableDBInstanceOptions": []})
    spans = not world().faults.pretends("no-global", "rds", str(asked["EngineVersion"]))
    offered = {**asked, "SupportsHttpEndpoint": True, "SupportsGlobalDatabases": spans}
    return ActionResult({"OrderableDBInstanceOptions": [offered]})


def _create_global(self: RDSResponse) -> ActionResult:
    given, backend = self.params, cast(Clusters, self.backend)
    made = backend.create_global_cluster(
        given["GlobalClusterIdentifier"],
        given.get("SourceDBClusterIdentifier"),
        given.get("Engine"),
        given.get("EngineVersion"),
        given.get("StorageEncrypted"),
        given.get("DeletionProtection"),
        tags=given.get("Tags") or [],
    )
    return ActionResult({"GlobalCluster": made})


def _globals(self: RDSResponse) -> ActionResult:
    found = cast(Clusters, self.backend).describe_global_clusters(self.params.get("GlobalClusterIdentifier"))
    return page("GlobalClusters", found, self.params, lambda each: str(each.global_cluster_identifier), FEWEST)


def _delete_global(self: RDSResponse) -> ActionResult:
    deleted = self.backend.delete_global_cluster(self.params["GlobalClusterIdentifier"])
    return ActionResult({"GlobalCluster": deleted})


def _switch_over(self: RDSResponse) -> ActionResult:
    given, backend = self.params, cast(Clusters, self.backend)
    whole = backend.switchover_global_cluster(given["GlobalClusterIdentifier"], given["TargetDbClusterIdentifier"])
    return ActionResult({"GlobalCluster": whole})


PATCHES = (
    (RDSResponse, "describe_orderable_db_instance_options", _orderable),
    (RDSResponse, "describe_db_clusters", _clusters),
    (RDSResponse, "describe_db_cluster_snapshots", _snapshots),
    (RDSResponse, "describe_db_cluster_automated_backups", _backups),
    (RDSResponse, "delete_db_cluster", _delete),
    (RDSResponse, "create_global_cluster", _create_global),
    (RDSResponse, "describe_global_clusters", _globals),
    (RDSResponse, "delete_global_cluster", _delete_global),
    (RDSResponse, "switchover_global_cluster", _switch_over),
)
