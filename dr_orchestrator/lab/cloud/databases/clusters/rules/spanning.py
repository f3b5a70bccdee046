"""The refusals of Aurora about global clusters, in AWS's codes and, where they are known, its words."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import (
    InvalidDBClusterStateFault,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)

from dr_orchestrator.lab.cloud.databases.clusters.rules import refusals

_PRIMARYS = ("database_name", "master_username", "master_user_password", "manage_master_user_password")
MOST = 40
"""How many global clusters an account may have."""


def invalid(told: str) -> RDSClientError:
    """The refusal of what a global cluster's state does not let."""
    return RDSClientError("InvalidGlobalClusterStateFault", told)


def check_create(name: str, known: Any, cluster: Any, engine: str | None) -> None:
    """Refuse a name that is taken, one too many, a cluster that is not there to be a primary, and a second engine."""
    if (cluster is None) is (engine is None):
        told = "from existing db cluster, value for engineName should not be specified" if engine else "of no engine"
        raise InvalidParameterCombination(f"When creating global cluster {told}.")
    if name in known:
        raise RDSClientError("GlobalClusterAlreadyExistsFault", f"Global cluster {name} already exists.")
    if len(known) >= MOST:
        raise RDSClientError("GlobalClusterQuotaExceededFault", f"There may be {MOST} global clusters.")
    if cluster is not None and (cluster.status != "available" or cluster.global_cluster_identifier):
        told = f"DB cluster {cluster.db_cluster_identifier} is in {cluster.status} state, or in a global cluster."
        raise InvalidDBClusterStateFault(told)


def check_secondary(whole: Any, region: str, given: dict[str, Any]) -> None:
    """Refuse a secondary that AWS would not add: of another engine, in a region that has one, or without a key."""
    if whole.status != "available":
        raise invalid(f"Global cluster {whole.global_cluster_identifier} is in {whole.status} state.")
    if any(each.region == region for each in whole.members):
        raise invalid(f"Global cluster {whole.global_cluster_identifier} has a member in {region} already.")
    if whole.members and (told := [name for name in _PRIMARYS if given.get(name)]):
        raise InvalidParameterCombination(f"Cannot specify {', '.join(told)} for a secondary: it has its primary's.")
    for name in ("engine", "engine_version"):
        if whole.members and given.get(name) not in (None, getattr(whole.members[0], name)):
            refusals.check_engine(str(given[name]), str(getattr(whole.members[0], name)))
    if any(each.storage_encrypted for each in whole.members) and not given.get("kms_key_id"):
        raise InvalidParameterCombination("For encrypted cross-region replica, kmsKeyId should be explicitly specified")


def check_instance(kind: str) -> None:
    """Refuse a class that is too small for a global database."""
    if kind.startswith("db.t"):
        raise InvalidParameterCombination(f"{kind} isn't supported for a global database.")


def check_promoted(cluster: Any) -> None:
    """Refuse to delete an instance of what left a global cluster, until it stands by itself."""
    # github.com/hashicorp/terraform-provider-aws/pull/40333
    if cluster.status == "promoting":
        told = "Cannot delete the last instance of the master cluster. Delete the replica cluster before deleting"
        raise InvalidDBClusterStateFault(f"{told} the last master cluster instance.")


def check_last(member: Any, whole: Any) -> None:
    """Refuse to delete the last instance of a primary that has a secondary."""
    others = [each for each in member.cluster.members if each is not member and each.status != "deleting"]
    if member.cluster.is_writer and len(whole.members) > 1 and not others:
        told = "Cannot delete the last instance of the master cluster. Delete the replica cluster before deleting"
        raise InvalidDBClusterStateFault(f"{told} the last master cluster instance.")


def check_remove(whole: Any, cluster: Any) -> None:
    """Refuse to take out what is no member, the primary before the others, and anything while members change places."""
    if whole.status not in ("available", "creating"):
        raise invalid(f"Global cluster {whole.global_cluster_identifier} is in {whole.status} state.")
    if cluster not in whole.members:
        # github.com/hashicorp/terraform-provider-aws: internal/service/rds/global_cluster.go
        told = f"{cluster.db_cluster_arn} is not found in global cluster {whole.global_cluster_identifier}"
        raise InvalidParameterValue(told)
    if cluster.is_writer and len(whole.members) > 1:
        raise invalid("Unable to remove the primary member of a global cluster while there are other members.")


def check_switch(whole: Any, target: Any, region: str) -> None:
    """Refuse a switchover while one is under way, to what cannot write, or asked for anywhere but at the primary."""
    if whole.status != "available" or whole.primary is None or whole.primary.status != "available":
        raise invalid(f"Global cluster {whole.global_cluster_identifier} is in {whole.status} state.")
    if region != whole.primary.region:
        raise invalid(f"A switchover is asked for in the region of the primary, {whole.primary.region}.")
    if target not in whole.members or target.is_writer:
        raise invalid(f"{target.db_cluster_identifier} is no secondary of {whole.global_cluster_identifier}.")
    if not [each for each in target.members if each.status == "available"]:
        raise InvalidDBClusterStateFault(f"{target.db_cluster_identifier} has no instance that could write.")
