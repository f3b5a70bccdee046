"""Production's own multi-AZ DB cluster, failed over to one of its readable standbys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.clusters.on_production import OwnCluster
from dr_orchestrator.resources.multi_az_cluster.name import MEMBERS, OVER, USUAL
from dr_orchestrator.resources.multi_az_cluster.source import is_one


class ProductionZones(OwnCluster):
    """A multi-AZ DB cluster of production: AWS chooses which of its standbys writes next, for MySQL takes no target."""

    usual, asks, over = USUAL, OVER.operation, OVER
    fewest = MEMBERS

    def _of_another_kind(self, live: Mapping[str, Any]) -> Iterator[str]:
        if not is_one(live):
            yield f"is a cluster of {live.get('Engine')}, and no multi-AZ DB cluster"
