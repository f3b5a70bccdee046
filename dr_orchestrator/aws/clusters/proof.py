"""The proof of a live copy's isolation: of the cluster, of its instances, and that no global cluster has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.rds import isolation
from dr_orchestrator.aws.rds.objects import CLUSTERS, Shape
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.service import Isolation
from dr_orchestrator.errors import NotMeasured, NotRecoverable


@dataclass(frozen=True)
class Tied:
    """The ties that a run itself gave a copy: its global cluster, the ARN of what it follows there, empty of what
    writes, and the key that it was told to be encrypted with, empty where it was told none.
    """

    within: str = ""
    follows: str = ""
    key: str = ""


FREE = Tied()


def isolated(
    toolkit: Toolkit,
    copy: Copy,
    source: Mapping[str, Any],
    instances: Sequence[Mapping[str, Any]],
    put: Isolation,
    groups: tuple[str, ...],
    to: Place | None = None,
    *,
    tied: Tied = FREE,
) -> str:
    """The isolation of the copy, in words; NotRecoverable where cluster or instances stand anywhere but where they
    were put, or others than these `instances` are in it; `to` is the place of them all, where that is not the source's.
    `tied` is what the run itself tied it to.
    """
    account, cluster = toolkit.account, live(toolkit, CLUSTERS, copy)
    theirs = isolation.of_cluster(source)
    told = isolation.proven(isolation.of_cluster(cluster), theirs, put, groups, to)
    for each in instances:
        isolation.proven(isolation.of_instance(each), theirs, put, groups, to)
    _of_these_alone(cluster, {str(each["DBInstanceIdentifier"]) for each in instances})
    alone(account, cluster, tied)
    likewise = "its instance" if len(instances) == 1 else f"its {len(instances)} instances"
    told_of = f"of {tied.within} alone" if tied.within else "of no global cluster, replica of nothing"
    return f"{told}; {likewise} likewise; {told_of}"


def _of_these_alone(cluster: Mapping[str, Any], ours: set[str]) -> None:
    """Raise where the cluster can be reached by an instance whose isolation nobody proved."""
    members = {each["DBInstanceIdentifier"] for each in cluster.get("DBClusterMembers", [])}
    if members != ours:
        others, wanted = ", ".join(sorted(members - ours)) or "none", " and ".join(sorted(ours))
        raise NotRecoverable(
            f"{cluster['DBClusterIdentifier']} should hold {wanted} alone; besides it: {others}", isolation.TAKEN_DOWN
        )


def alone(account: Account, cluster: Mapping[str, Any], tied: Tied = FREE) -> None:
    """Raise where something flows into the copy, or out of it: a global cluster but the run's, or replication but of
    what it follows there; or where another key opens it than it was given.
    """
    if tied.key and cluster.get("KmsKeyId") != tied.key:
        told = f"{cluster['DBClusterIdentifier']} is encrypted with {cluster.get('KmsKeyId')}, not with {tied.key}"
        raise NotRecoverable(told, isolation.TAKEN_DOWN)
    source = str(cluster.get("ReplicationSourceIdentifier") or "")
    if wrong := {*globals_of(account.api("rds"), cluster), source} - {"", tied.within, tied.follows}:
        told = f"{cluster['DBClusterIdentifier']} is not isolated: it is tied to {', '.join(sorted(wrong))}"
        raise NotRecoverable(told, isolation.TAKEN_DOWN)


def globals_of(api: Api, cluster: Mapping[str, Any]) -> set[str]:
    """The global clusters that have it, as it says itself or they do."""
    arn, found = cluster["DBClusterArn"], {_name(str(cluster.get("GlobalClusterIdentifier") or ""))} - {""}
    for each in api.pages("DescribeGlobalClusters", "GlobalClusters"):
        members = each.get("GlobalClusterMembers", [])
        if arn in {arn for member in members for arn in (member.get("DBClusterArn"), *member.get("Readers", []))}:
            found.add(str(each["GlobalClusterIdentifier"]))
    return found


def _name(told: str) -> str:
    """The name of a global cluster, which is told by that or by its ARN."""
    return told.rpartition(":")[2]


def live(toolkit: Toolkit, shape: Shape, copy: Copy) -> Mapping[str, Any]:
    """A copy as AWS describes it now, proven to be the one that was made; NotMeasured where it is not to be seen."""
    found = shape.described(toolkit.account.api("rds"), copy.id)
    if found is None:
        raise NotMeasured(f"{copy.id} is not to be seen", call=f"rds:{shape.describe}")
    toolkit.proofs.same(copy, found[shape.unique])
    return found
