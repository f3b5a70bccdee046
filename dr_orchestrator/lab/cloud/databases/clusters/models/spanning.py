"""A global cluster: clusters of several regions, one of which writes; its state passes with the lab's time."""

from __future__ import annotations

from typing import Any

from moto.rds.models import GlobalCluster

from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.databases.states import Passing
from dr_orchestrator.lab.cloud.world import world

SWITCHING = "switching-over"


class Spanning(Passing, GlobalCluster):
    """A global cluster; `towards` are the clusters that change places while it is switched over."""

    members: list[Cluster]  # type: ignore[assignment]
    towards: tuple[Cluster, Cluster] | None = None

    def standing(self, planned: str) -> str:
        """The state: it is switched over until the servers behind it are."""
        moving = self.towards is not None and any(each.database and each.database.switching for each in self.members)
        return SWITCHING if planned == "available" and moving else planned

    @property
    def primary(self) -> Cluster | None:
        """The cluster that writes."""
        return next((each for each in self.members if each.is_writer), None)

    @property
    def endpoint(self) -> str:
        """The host of whatever writes: a name that leads nowhere without a server."""
        primary = self.primary
        has = primary is not None and primary.database is not None and primary.answers
        return str(primary.endpoint) if primary is not None and has else super().endpoint

    @property
    def failover_state(self) -> dict[str, Any] | None:
        """The switchover that is under way; nothing else is told."""
        if self.status != SWITCHING or self.towards is None:
            return None
        old, new = self.towards
        state = "pending" if self.timeline.percent(world().now()) < 10 else SWITCHING
        arns = {"FromDbClusterArn": old.db_cluster_arn, "ToDbClusterArn": new.db_cluster_arn}
        return {"Status": state, "IsDataLossAllowed": False, **arns}

    @property
    def global_cluster_members(self) -> list[dict[str, Any]]:
        """The members, each by its ARN: the one that writes, and those that follow."""
        readers = [each.db_cluster_arn for each in self.members if not each.is_writer]
        return [
            {
                "DBClusterArn": each.db_cluster_arn,
                "IsWriter": each.is_writer,
                "Readers": readers if each.is_writer else [],
                "SynchronizationStatus": "connected" if self._follows(each) else "pending-resync",
                **({} if each.is_writer else {"GlobalWriteForwardingStatus": "disabled"}),
            }
            for each in self.members
        ]

    def _follows(self, each: Cluster) -> bool:
        if each.is_writer:
            return True
        if each.status != "available" or not each.members:
            return False
        return each.database is None or each.database.serving
