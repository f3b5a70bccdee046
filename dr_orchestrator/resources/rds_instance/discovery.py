"""The RDS instances of a region as a look at the whole estate finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.aws.rds.discovery import described, found, login
from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.rds_instance.name import NAME

_ELSEWHERE = ("aurora", "docdb", "neptune")
"""How the engines begin whose instances are parts of clusters, which are found as such, or are no RDS's own."""


def discovered(ground: Ground) -> Iterator[Found]:
    """Every instance but those of Aurora, DocumentDB and Neptune; parts of clusters and read replicas told as such."""
    for each in described(ground, INSTANCES):
        if not str(each.get("Engine", "")).startswith(_ELSEWHERE):
            known = login(each, "DBName")
            part_of, source = _part_of(each)
            told: Mapping[str, Any] = {"part_of": part_of, "source": source, "unfit": _unfit(each), "known": known}
            yield found(NAME, ground.region, INSTANCES, each, **told)


def _part_of(each: Mapping[str, Any]) -> tuple[str, str]:
    """The whole that it is a part of, in words and by its id or ARN."""
    if cluster := each.get("DBClusterIdentifier"):
        return f"the cluster {cluster}", str(cluster)
    source = each.get("ReadReplicaSourceDBInstanceIdentifier") or each.get("ReadReplicaSourceDBClusterIdentifier")
    return (f"what it replicates, {source}", str(source)) if source else ("", "")


def _unfit(each: Mapping[str, Any]) -> str:
    engine = str(each.get("Engine", ""))
    return "" if engines.called(engine) else f"no drill speaks to {engine or 'an engine without a name'}"
