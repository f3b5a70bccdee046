"""The multi-AZ DB clusters of a region as a look at the whole estate finds them."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.aws.rds.discovery import described, found, login
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.multi_az_cluster.name import NAME
from dr_orchestrator.resources.multi_az_cluster.source import is_one


def discovered(ground: Ground) -> Iterator[Found]:
    """Every one that RDS lists; one that replicates an instance is told as a part of that."""
    for each in described(ground, CLUSTERS):
        if is_one(each):
            source = str(each.get("ReplicationSourceIdentifier") or "")
            part_of = f"what it replicates, {source}" if source else ""
            known = login(each, "DatabaseName")
            yield found(NAME, ground.region, CLUSTERS, each, part_of=part_of, source=source, known=known)
