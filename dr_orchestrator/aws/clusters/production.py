"""A cluster as a drill reads it, production's or a copy, whatever makes it: never more than a describe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.rds import instances
from dr_orchestrator.aws.rds.objects import CLUSTERS, INSTANCES
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.errors import NotMeasured

_CALL = "rds:DescribeDBClusters"

BUSY = frozenset({CLUSTERS.busy, INSTANCES.busy})
"""The codes by which AWS refuses a failover of a cluster for its state, or for that of an instance in it."""


def address(described: Mapping[str, Any] | None, name: str) -> tuple[str, int]:
    """Host and port of a cluster's writer; NotMeasured where it has none."""
    if described is None or not described.get("Endpoint"):
        raise NotMeasured(f"{name} has no endpoint", call=_CALL)
    return str(described["Endpoint"]), int(described["Port"])


def addresses(api: Api, described: Mapping[str, Any], name: str) -> list[tuple[str, int]]:
    """Host and port of every endpoint of a cluster, its writer's first; NotMeasured where that has none."""
    host, port = address(described, name)
    hosts = [host, described.get("ReaderEndpoint"), *described.get("CustomEndpoints", [])]
    members = map(instances.address, instances_of(api, str(described["DBClusterIdentifier"])))
    return [*((str(each), port) for each in hosts if each), *filter(None, members)]


def instances_of(api: Api, cluster: str) -> Iterator[Mapping[str, Any]]:
    """The instances in a cluster, as AWS describes them."""
    return api.pages("DescribeDBInstances", "DBInstances", Filters=[{"Name": "db-cluster-id", "Values": [cluster]}])


def status(cluster: Mapping[str, Any]) -> str:
    """The source and how it fares; a Doubt where it is not available: its backups may be, all the same."""
    version = f"{cluster['DBClusterArn']}, {cluster['Engine']} {cluster.get('EngineVersion', '')}".strip()
    if (state := cluster.get("Status")) != "available":
        raise Doubt(f"{version}, is {state}")
    return version


def writer_of(cluster: Mapping[str, Any]) -> str:
    """The instance that writes; empty where AWS tells of none."""
    members = cluster.get("DBClusterMembers") or ()
    return next((str(each["DBInstanceIdentifier"]) for each in members if each.get("IsClusterWriter")), "")


def zones_of(cluster: Mapping[str, Any], stand: Mapping[str, str]) -> Zones:
    """The zone of the writer, those of all others, by the zone of each instance, and the writer itself."""
    if not (written := writer_of(cluster)):
        return Zones("")
    others = sorted(zone for name, zone in stand.items() if name != written)
    return Zones(stand.get(written, ""), " and ".join(others), written)
