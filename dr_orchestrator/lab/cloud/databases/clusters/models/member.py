"""An instance of a cluster: what makes its data reachable."""

from __future__ import annotations

from typing import Any

from moto.rds.models import DBInstanceClustered

from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import FAILING_OVER, Cluster, family_of, unique
from dr_orchestrator.lab.cloud.databases.states import Passing


class Member(Passing, DBInstanceClustered):
    """A DB instance in a cluster; all of a cluster's are reached at one address, where that which writes answers."""

    cluster: Cluster

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dbi_resource_id = unique("db-")
        self.db_subnet_group_name = self.cluster.db_subnet_group_name
        self.publicly_accessible = bool(self.publicly_accessible)
        self._associated_roles = []

    def standing(self, planned: str) -> str:
        """The state: its cluster's, unless that is available, and not available before the server answers."""
        if planned != "available":
            return planned
        state = str(self.cluster.status)
        if state != "available":
            return "rebooting" if state == FAILING_OVER else state
        database, reads = self.cluster.database, not self.is_cluster_writer
        if self.cluster.of_zones and reads and not self.cluster.joined:
            return "creating"
        if database is None or (database.serving and not (database.switching and reads)):
            return planned
        return "creating"

    @property
    def endpoint(self) -> dict[str, Any] | None:  # type: ignore[override]
        """Absent until the instance has been created, as in AWS."""
        if self.status in ("creating", "incompatible-restore"):
            return None
        if self.cluster.database is None:
            return {"Address": self.address, "Port": self.cluster.port}
        host, port = self.cluster.database.address
        return {"Address": host, "Port": port}

    def default_db_parameter_group_details(self) -> tuple[str, str]:
        """The family and the name of the group that it has where none is given."""
        family = family_of(str(self.engine), str(self.engine_version))
        return family, f"default.{family}"

    @property
    def latest_restorable_time(self) -> None:  # type: ignore[override]
        """Nothing: it is the cluster that can be restored."""
