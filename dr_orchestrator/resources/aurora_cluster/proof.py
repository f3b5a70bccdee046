"""The proof of a live copy's isolation: of the cluster, of its instance, and that no global cluster has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.rds import isolation
from dr_orchestrator.aws.rds.objects import CLUSTERS, INSTANCES, Shape
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.service import Isolation
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.aurora_cluster.instance import planned


def isolated(
    toolkit: Toolkit,
    copy: Copy,
    source: Mapping[str, Any],
    put: Isolation,
    groups: tuple[str, ...],
    to: Place | None = None,
) -> str:
    """The isolation of the copy, in words; NotRecoverable where cluster or instance stand anywhere but where they
    were put; `to` is the place of both, where that is not the source's.
    """
    account = toolkit.account
    cluster, instance = _live(toolkit, CLUSTERS, copy), _live(toolkit, INSTANCES, planned(copy))
    theirs = isolation.of_cluster(source)
    told = isolation.proven(isolation.of_cluster(cluster), theirs, put, groups, to)
    isolation.proven(isolation.of_instance(instance), theirs, put, groups, to)
    _of_one_instance(cluster, planned(copy).id)
    alone(account, cluster)
    return f"{told}; its instance likewise; of no global cluster, replica of nothing"


def _of_one_instance(cluster: Mapping[str, Any], ours: str) -> None:
    """Raise where the cluster can be reached by an instance whose isolation nobody proved."""
    members = {each["DBInstanceIdentifier"] for each in cluster.get("DBClusterMembers", [])}
    if members != {ours}:
        others = ", ".join(sorted(members - {ours})) or "none"
        raise NotRecoverable(
            f"{cluster['DBClusterIdentifier']} should hold {ours} alone; besides it: {others}", isolation.TAKEN_DOWN
        )


def alone(account: Account, cluster: Mapping[str, Any]) -> None:
    """Raise where something flows into the copy, or out of it: a global cluster, or replication."""
    name, arn = cluster["DBClusterIdentifier"], cluster["DBClusterArn"]
    wrong = [cluster[key] for key in ("GlobalClusterIdentifier", "ReplicationSourceIdentifier") if cluster.get(key)]
    for each in account.api("rds").pages("DescribeGlobalClusters", "GlobalClusters"):
        members = each.get("GlobalClusterMembers", [])
        if arn in {arn for member in members for arn in (member.get("DBClusterArn"), *member.get("Readers", []))}:
            wrong.append(each["GlobalClusterIdentifier"])
    if wrong:
        raise NotRecoverable(
            f"{name} is not isolated: it is tied to {', '.join(sorted(set(wrong)))}", isolation.TAKEN_DOWN
        )


def _live(toolkit: Toolkit, shape: Shape, copy: Copy) -> Mapping[str, Any]:
    found = shape.described(toolkit.account.api("rds"), copy.id)
    if found is None:
        raise NotMeasured(f"{copy.id} is not to be seen", call=f"rds:{shape.describe}")
    toolkit.proofs.same(copy, found[shape.unique])
    return found
