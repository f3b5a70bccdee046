"""An Aurora cluster as part of an environment."""

from __future__ import annotations

from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Place
from dr_orchestrator.resources.aurora_cluster.name import NAME
from dr_orchestrator.resources.aurora_cluster.restore import AuroraCluster
from dr_orchestrator.resources.member import DatabaseMember


class ClusterMember(DatabaseMember):
    """The clusters in an environment."""

    def __init__(self, toolkit: Toolkit, place: Place) -> None:
        super().__init__(NAME, CLUSTERS, toolkit, place, lambda source, there: AuroraCluster(source, None, there))
