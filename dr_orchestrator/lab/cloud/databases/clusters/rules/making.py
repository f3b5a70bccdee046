"""How a cluster comes to be: what is given is checked, what is not is AWS's default or the source's."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import InvalidParameterCombination
from moto.rds.models import RDSBackend

from dr_orchestrator.lab.cloud.databases import places, quotas
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster, family_of
from dr_orchestrator.lab.cloud.databases.clusters.rules import refusals, spanning

NEWEST = {
    "aurora-postgresql": "16.9",
    "aurora-mysql": "8.0.mysql_aurora.3.08.0",
    "postgres": "16.9",
    "mysql": "8.0.42",
}
"""The engine version of a cluster for which none is given."""
# What a restored cluster takes over from its source; everything else is as given, or AWS's default.
INHERITED = (
    "availability_zones",
    "backup_retention_period",
    "character_set_name",
    "database_name",
    "engine",
    "engine_version",
    "kms_key_id",
    "master_username",
    "network_type",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "storage_encrypted",
    "storage_type",
)

_PRIMARYS = ("database_name", "master_username", "storage_encrypted")
"""The settings that a secondary takes over from its primary."""


def make(backend: RDSBackend, given: dict[str, Any]) -> Cluster:
    """A cluster as it is asked for, in its backend; what AWS would not make is refused."""
    identifier = given["db_cluster_identifier"]
    _check(backend, given)
    whole = _joined(backend, given.get("global_cluster_identifier"))
    if whole is not None:
        spanning.check_secondary(whole, backend.region_name, given)
        if whole.members:
            given |= {name: getattr(whole.members[0], name) for name in _PRIMARYS}
    subnets = given["db_subnet_group_name"] = given.get("db_subnet_group_name") or places.default_subnet_group(backend)
    given["vpc_security_group_ids"] = given.get("vpc_security_group_ids") or [places.default_group(backend, subnets)]
    given["engine_version"] = given.get("engine_version") or NEWEST[given["engine"]]
    given["db_cluster_parameter_group_name"] = _parameters(backend, given)
    cluster = Cluster(backend, **given)
    if whole is not None:
        cluster.is_writer = not whole.members
        cluster.replication_source_identifier = whole.primary.db_cluster_arn if whole.primary else None
        whole.members.append(cluster)
    backend.clusters[identifier] = cluster
    return cluster


def restored(backend: RDSBackend, given: dict[str, Any], source: Cluster) -> Cluster:
    """A cluster with what it takes over from its source; what is given counts, also where it is False or 0."""
    inherited = {name: getattr(source, name) for name in INHERITED}
    inherited |= {"port": source.asked_port, "master_user_password": source.password}
    if given.get("kms_key_id"):
        inherited["storage_encrypted"] = True
    if source.of_zones:
        if not given.get("db_cluster_instance_class"):
            raise InvalidParameterCombination("DBClusterInstanceClass must be given for a Multi-AZ DB cluster.")
        inherited |= {"iops": source.iops, "storage_type": "io1"}  # AWS's default, whatever the source has
    made = make(backend, inherited | {name: value for name, value in given.items() if value is not None})
    made.volume = source.volume
    return made


def _check(backend: RDSBackend, given: dict[str, Any]) -> None:
    identifier = given["db_cluster_identifier"]
    backend._validate_db_identifier(identifier)
    if identifier in backend.clusters:
        raise refusals.exists(identifier)
    if len(backend.clusters) >= quotas.CLUSTERS:
        raise refusals.too_many(quotas.CLUSTERS)
    refusals.check_mode(given.get("engine_mode"))
    if given["engine"] in refusals.OF_ZONES:
        refusals.check_zones(given)
    refusals.check_password(given)
    refusals.check_retention(given.get("backup_retention_period"))
    refusals.check_scaling(given.get("serverless_v2_scaling_configuration"))
    places.check_groups(backend, given.get("vpc_security_group_ids") or ())


def _parameters(backend: RDSBackend, given: dict[str, Any]) -> str:
    family = family_of(str(given["engine"]), str(given["engine_version"]))
    default = f"default.{family}"
    name = given.get("db_cluster_parameter_group_name") or default
    if name == default and name not in backend.db_cluster_parameter_groups:
        backend.create_db_cluster_parameter_group(name, family, f"Default cluster parameter group for {family}", [])
    if name not in backend.db_cluster_parameter_groups:
        raise refusals.no_parameters(name)
    other = backend.db_cluster_parameter_groups[name].db_parameter_group_family
    if other != family:
        told = f"The Parameter Group {name} with DBParameterGroupFamily {other} can't be used for this cluster."
        raise InvalidParameterCombination(f"{told} Please use one with DBParameterGroupFamily {family}.")
    return str(name)


def _joined(backend: RDSBackend, name: str | None) -> Any:
    """The global cluster that one is to be a member of; None of one that is to be none."""
    if not name:
        return None
    everywhere = backend.get_backend("rds", "us-east-1").global_clusters
    if name not in everywhere:
        raise refusals.no_global(name)
    return everywhere[name]
