"""Production's own cluster, as a drill reads it: never more than a describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.multi_az_cluster.name import ENGINES

CALL = "rds:DescribeDBClusters"


def source(account: Account, resource: Resource) -> Mapping[str, Any]:
    """The cluster that is drilled; NotRecoverable where there is none, or none that these drills restore."""
    found = CLUSTERS.described(account.api("rds"), resource.id)
    if found is None:
        told = f"no cluster {resource.id} in {account.region}"
        raise NotRecoverable(told, f"is it in {account.region}, in this account?", CALL)
    engine = str(found["Engine"])
    if not is_one(found):
        hint = "declare it as `type: aurora-cluster`" if engine.startswith("aurora") else "no drill restores it"
        raise NotRecoverable(f"{resource.id} is a cluster of {engine}, and no multi-AZ DB cluster", hint, CALL)
    return found


def is_one(cluster: Mapping[str, Any]) -> bool:
    """Whether a cluster is one of RDS's own in several zones: only those have a class of their own."""
    return bool(cluster.get("DBClusterInstanceClass")) and cluster.get("Engine") in ENGINES


def class_of(cluster: Mapping[str, Any]) -> str:
    """The class that its instances share."""
    return str(cluster["DBClusterInstanceClass"])
