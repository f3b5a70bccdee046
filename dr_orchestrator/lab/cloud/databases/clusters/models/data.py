"""The physical database behind a cluster: of an instant, of a snapshot, or of now."""

from __future__ import annotations

from datetime import datetime

from dr_orchestrator.lab.cloud.databases import places
from dr_orchestrator.lab.cloud.databases.clusters.models.backups import ClusterSnapshot
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.world import Database, world

_OWN = {"aurora-postgresql": "postgres", "aurora-mysql": "mysql", "postgres": "postgres", "mysql": "mysql"}
"""The database of a server for which none was named."""


def lay(cluster: Cluster, database: Database | None) -> None:
    """Put a database behind a cluster; its server rests until there is an instance."""
    cluster.database = database
    if database is not None:
        database.serve(False)


def empty(cluster: Cluster) -> Database | None:
    """A new one, with the cluster's user and database."""
    plane = places.behind(cluster.engine)
    if plane is None:
        return None
    name, user = cluster.database_name or _OWN[cluster.engine], str(cluster.master_username)
    return plane.create(cluster.db_cluster_resource_id, name, user, cluster.password)


def _apart(made: Cluster) -> bool:
    return places.apart(made.backend, made.vpc_security_group_ids, made.db_cluster_identifier)


def of_snapshot(made: Cluster, snapshot: ClusterSnapshot) -> Database | None:
    """One with what a snapshot holds."""
    plane, source = places.behind(made.engine), snapshot.cluster.database
    if plane is None or source is None:
        return None
    key, apart = made.db_cluster_resource_id, _apart(made)
    if snapshot.stored:
        return plane.restore_snapshot(key, snapshot.stored, snapshot.data_time, apart=apart)
    return plane.restore_instant(key, source.key, snapshot.data_time, apart=apart)


def of_instant(made: Cluster, source: Cluster, at: datetime) -> Database | None:
    """One with what a cluster held at an instant."""
    plane = places.behind(made.engine)
    if plane is None or source.database is None:
        return None
    return plane.restore_instant(made.db_cluster_resource_id, source.database.key, at, apart=_apart(made))


def clone(made: Cluster, source: Cluster) -> Database | None:
    """One with what a cluster holds now, by a physical copy."""
    plane = places.behind(made.engine)
    if plane is None or source.database is None:
        return None
    key = made.db_cluster_resource_id
    plane.snapshot(f"{key}.clone", source.database)
    return plane.restore_snapshot(key, f"{key}.clone", world().now(), apart=_apart(made))
