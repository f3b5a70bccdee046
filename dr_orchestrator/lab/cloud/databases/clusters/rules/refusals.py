"""The refusals of Aurora, in AWS's codes; those that moto knows are moto's."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import (
    InvalidDBClusterSnapshotStateFault,
    InvalidDBClusterStateFault,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)

ENGINES = ("aurora-postgresql", "aurora-mysql")
OF_ZONES = ("postgres", "mysql")
"""The engines of multi-AZ DB clusters, which are told by the class that their three instances share."""

SERVERLESS = "db.serverless"
# What belongs to the cluster: CreateDBInstance does not take it for a member.
_OF_THE_CLUSTER = {
    "master_username": "master user name",
    "master_user_password": "master user password",
    "backup_retention_period": "backup retention period",
    "preferred_backup_window": "backup window",
    "vpc_security_group_ids": "vpc security group",
    "kms_key_id": "encryption key",
}


def exists(identifier: str) -> RDSClientError:
    """The refusal of a name that is taken."""
    return RDSClientError("DBClusterAlreadyExistsFault", f"DB Cluster {identifier} already exists")


def too_many(most: int) -> RDSClientError:
    """The refusal of one cluster too many."""
    return RDSClientError("DBClusterQuotaExceededFault", f"DB Cluster quota exceeded: there may be {most}.")


def no_backup(of: str) -> RDSClientError:
    """The refusal of a backup that there is not."""
    return RDSClientError("DBClusterAutomatedBackupNotFoundFault", f"Automated backup of {of} not found.")


def no_global(identifier: str) -> RDSClientError:
    """The refusal of a global cluster that there is not."""
    return RDSClientError("GlobalClusterNotFoundFault", f"Global cluster {identifier} not found.")


def no_parameters(group: str) -> RDSClientError:
    """The refusal of a cluster parameter group that there is not."""
    return RDSClientError("DBClusterParameterGroupNotFound", f"DBClusterParameterGroup not found: {group}")


def of_a_cluster(instead: str) -> RDSClientError:
    """The refusal of a call for instances on a member of a cluster."""
    told = f"The specified instance is a member of a cluster. Please use the {instead} API instead."
    return RDSClientError("InvalidParameterValue", told)


def of_zones(call: str, does: str, instead: str) -> RDSClientError:
    """The refusal of a call for instances on, or for, a member of a multi-AZ DB cluster."""
    # github.com/cloudposse/terraform-aws-rds-cluster/issues/206
    told = f"{call} can't be used to {does} a DB instance in a Multi-AZ DB cluster."
    return RDSClientError("InvalidParameterValue", f"{told} Use {instead} instead.")


def check_zones(given: dict[str, Any]) -> None:
    """Refuse a multi-AZ DB cluster without what its three instances need."""
    if given.get("serverless_v2_scaling_configuration") or given.get("engine_mode") not in (None, "provisioned"):
        raise InvalidParameterCombination("Serverless isn't supported for Multi-AZ DB clusters.")
    if given.get("storage_type") not in ("io1", "io2", "gp3") or not given.get("iops"):
        raise InvalidParameterCombination("A Multi-AZ DB cluster needs a storage type of io1, io2 or gp3, and Iops.")


def check_engine(asked: str | None, source: str) -> None:
    """Refuse another engine than the source's."""
    if asked and asked != source:
        told = f"The engine {asked} is not compatible with the source's engine {source}."
        raise InvalidParameterCombination(told)


def check_version(asked: str | None, source: str) -> None:
    """Refuse an older version than the source's."""
    if asked and _numbers(asked) < _numbers(source):
        told = f"Cannot restore to engine version {asked}: the source's is {source}."
        raise InvalidParameterCombination(told)


def check_mode(asked: str | None) -> None:
    """Refuse what is no longer made: the first Serverless, parallel query, global."""
    if asked not in (None, "provisioned"):
        raise InvalidParameterCombination(f"The engine mode {asked} you requested is currently unavailable.")


def check_password(given: dict[str, Any]) -> None:
    """Refuse a password beside one that RDS is to manage."""
    if given.get("manage_master_user_password") and given.get("master_user_password"):
        raise InvalidParameterCombination("You can't specify MasterUserPassword for a password that RDS manages.")


def check_retention(days: int | None) -> None:
    """Refuse to keep no backups: Aurora always does."""
    if days is not None and not 1 <= int(days) <= 35:
        raise InvalidParameterValue(f"Invalid backup retention period: {days}. It must be between 1 and 35 days.")


def check_snapshot(snapshot: Any) -> None:
    """Refuse a snapshot that is not whole yet."""
    if snapshot.status != "available":
        raise InvalidDBClusterSnapshotStateFault(f"Snapshot {snapshot.resource_id} is {snapshot.status}.")


def check_copied(snapshot: Any) -> None:
    """Refuse to copy a snapshot of a multi-AZ DB cluster, be it within a region."""
    if snapshot.cluster.of_zones:
        raise InvalidParameterCombination("Copying a snapshot of a Multi-AZ DB cluster isn't supported.")


def check_scaling(scaling: Any) -> None:
    """Refuse capacities of Serverless v2 that are not a range."""
    if not scaling:
        return
    least, most = scaling.get("min_capacity"), scaling.get("max_capacity")
    if least is None or most is None or not 0 <= least <= most or most < 1:
        told = f"Serverless v2 capacity {least} to {most} isn't valid: the least must not be above the most."
        raise InvalidParameterCombination(told)


def check_member(given: dict[str, Any], cluster: Any) -> None:
    """Refuse an instance that cannot be one of the cluster's."""
    if cluster.status not in ("available", "creating"):
        told = f"DB cluster {cluster.db_cluster_identifier} is in {cluster.status} state."
        raise InvalidDBClusterStateFault(told)
    for name, words in _OF_THE_CLUSTER.items():
        if given.get(name) is not None:
            told = f"The requested DB Instance will be a member of a DB Cluster. Set {words} for the DB Cluster."
            raise InvalidParameterCombination(told)
    if given.get("multi_az"):
        raise InvalidParameterCombination(f"VPC Multi-AZ DB Instances are not available for engine: {cluster.engine}")
    if given["db_instance_class"] == SERVERLESS and not cluster.serverless_v2_scaling_configuration:
        told = "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2"
        raise InvalidParameterCombination(f"{told} DB instance.")
    for name, words in (("engine", "engine name"), ("engine_version", "engine version")):
        if given.get(name) not in (None, getattr(cluster, name)):
            told = f"The {words} requested for your DB instance ({given[name]}) doesn't match the {words} of your DB"
            raise InvalidParameterCombination(f"{told} cluster ({getattr(cluster, name)}).")


def check_delete(cluster: Any, final_snapshot: str | None, skip: bool) -> None:
    """Refuse to delete a cluster that is protected, in use, or whose data is spoken of unclearly."""
    if cluster.status == "deleting":
        raise InvalidDBClusterStateFault(f"Cluster {cluster.db_cluster_identifier} is already being deleted.")
    if cluster.status == "promoting":
        raise InvalidDBClusterStateFault(f"DB cluster {cluster.db_cluster_identifier} is in promoting state.")
    if cluster.deletion_protection:
        raise InvalidParameterCombination(
            "Cannot delete protected Cluster, please disable deletion protection and try again."
        )
    if not cluster.of_zones and any(member.status != "deleting" for member in cluster.members):
        raise InvalidDBClusterStateFault(
            "Cluster cannot be deleted, it still contains DB instances in non-deleting state."
        )
    if cluster.global_cluster_identifier:
        raise InvalidDBClusterStateFault(
            "This cluster is a part of a global cluster, please remove it from globalcluster first"
        )
    if bool(final_snapshot) == skip:
        raise InvalidParameterCombination(
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified, and not allowed if it is."
        )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]
