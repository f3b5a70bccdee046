"""Production's own cluster, as a drill reads it: never more than a describe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.rds import instances
from dr_orchestrator.aws.rds.objects import CLUSTERS, INSTANCES
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.aurora_cluster.name import ENGINES, SERVERLESS

_CALL = "rds:DescribeDBClusters"


def source(account: Account, resource: Resource) -> Mapping[str, Any]:
    """The cluster that is drilled; NotRecoverable where there is none, or none that these drills restore."""
    found = CLUSTERS.described(account.api("rds"), resource.id)
    if found is None:
        raise NotRecoverable(f"no cluster {resource.id}", f"is it in {account.region}, in this account?", _CALL)
    engine, mode = found["Engine"], found.get("EngineMode", "provisioned")
    if engine not in ENGINES:
        known = " and ".join(ENGINES)
        called = f"a multi-AZ DB cluster of {engine}" if found.get("DBClusterInstanceClass") else f"of {engine}"
        raise NotRecoverable(f"{resource.id} is {called}", f"drills restore clusters of {known}", _CALL)
    if mode != "provisioned":
        raise NotRecoverable(f"{resource.id} is of engine mode {mode}", "Serverless v2 is of mode provisioned", _CALL)
    return found


def writer(account: Account, cluster: Mapping[str, Any]) -> Mapping[str, Any]:
    """The instance that writes; NotRecoverable where the cluster has none, for nothing says then what a copy needs."""
    members = sorted(cluster.get("DBClusterMembers", []), key=lambda each: not each.get("IsClusterWriter"))
    found = INSTANCES.described(account.api("rds"), members[0]["DBInstanceIdentifier"]) if members else None
    if found is None:
        told = f"{cluster['DBClusterIdentifier']} has no instance whose class its copy could have"
        raise NotRecoverable(told, "add an instance to the source", _CALL)
    return found


def scaling(cluster: Mapping[str, Any]) -> dict[str, Any] | None:
    """The capacities that Serverless v2 may have, as a restore takes them; None where none are set."""
    told = cluster.get("ServerlessV2ScalingConfiguration")
    names = ("MinCapacity", "MaxCapacity", "SecondsUntilAutoPause")
    return {name: told[name] for name in names if told.get(name) is not None} if told else None


def capacity(cluster: Mapping[str, Any], of: Mapping[str, Any]) -> str:
    """The class of an instance, and within which capacities it scales."""
    kind, range_ = str(of["DBInstanceClass"]), scaling(cluster)
    if kind != SERVERLESS or range_ is None:
        return kind
    return f"{kind}, {range_['MinCapacity']:g} to {range_['MaxCapacity']:g} ACUs"


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
