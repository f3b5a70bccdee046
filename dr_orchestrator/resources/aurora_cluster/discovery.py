"""The clusters of a region as a look at the whole estate finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.aws.rds.discovery import described, found, login
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.aurora_cluster.name import ENGINES, NAME


def discovered(ground: Ground) -> Iterator[Found]:
    """Every cluster that RDS lists: those of other engines are told, though no drill can be of them."""
    for each in described(ground, CLUSTERS):
        engine, source = str(each.get("Engine", "")), each.get("ReplicationSourceIdentifier")
        part_of = f"what it replicates, {source}" if source else ""
        if each.get("DBClusterInstanceClass") and engine in ("postgres", "mysql"):
            continue  # a multi-AZ DB cluster, which is found as such
        unfit = "" if engine in ENGINES else f"its engine is {engine}, and no drill restores a cluster of that"
        known = login(each, "DatabaseName")
        told: Mapping[str, Any] = {"part_of": part_of, "source": str(source or ""), "unfit": unfit, "known": known}
        yield found(NAME, ground.region, CLUSTERS, each, **told)
