"""Production's own cluster, as a drill reads it: never more than a describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.rds.objects import CLUSTERS, INSTANCES
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.aurora_cluster.name import ENGINES, SERVERLESS

_CALL = "rds:DescribeDBClusters"


def source(account: Account, resource: Resource) -> Mapping[str, Any]:
    """The cluster that is drilled; NotRecoverable where there is none, or none that these drills restore."""
    found = CLUSTERS.described(account.api("rds"), resource.id)
    if found is None:
        told = f"no cluster {resource.id} in {account.region}"
        raise NotRecoverable(told, f"is it in {account.region}, in this account?", _CALL)
    engine, mode = found["Engine"], found.get("EngineMode", "provisioned")
    if engine not in ENGINES:
        known = " and ".join(ENGINES)
        if found.get("DBClusterInstanceClass"):
            told, hint = f"a multi-AZ DB cluster of {engine}", "declare it as `type: multi-az-cluster`"
            raise NotRecoverable(f"{resource.id} is {told}", hint, _CALL)
        raise NotRecoverable(f"{resource.id} is of {engine}", f"drills restore clusters of {known}", _CALL)
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
