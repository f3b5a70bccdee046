"""Clusters that a template makes: empty, or from a snapshot or an instant, as AWS does it; moto knows no such type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.rds.exceptions import InvalidParameterCombination
from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases import logins

# Where a template says what is restored, AWS refuses these: they are the recovery point's, or no restore's.
_OF_THE_POINT = (
    *("GlobalClusterIdentifier", "MasterUsername", "MasterUserPassword", "ReplicationSourceIdentifier"),
    *("SourceRegion", "StorageEncrypted"),
)
_SOURCES = ("SourceDBClusterIdentifier", "SourceDbClusterResourceId")
_TEXTS = {
    "DBClusterParameterGroupName": "db_cluster_parameter_group_name",
    "DatabaseName": "database_name",
    "Engine": "engine",
    "EngineMode": "engine_mode",
    "EngineVersion": "engine_version",
    "GlobalClusterIdentifier": "global_cluster_identifier",
    "KmsKeyId": "kms_key_id",
    "MasterUserPassword": "master_user_password",
    "MasterUsername": "master_username",
    "PreferredBackupWindow": "preferred_backup_window",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "StorageType": "storage_type",
}
_NUMBERS = {"BackupRetentionPeriod": "backup_retention_period", "Port": "port"}
_TRUTHS = {
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
    "EnableIAMDatabaseAuthentication": "enable_iam_database_authentication",
    "StorageEncrypted": "storage_encrypted",
}
_OF_A_NEW_ONE = frozenset({"database_name", "engine", "engine_mode", "engine_version", "storage_encrypted"})
"""The words that no restore to an instant is asked with."""


class ClusterOfStack(CloudFormationModel):
    """AWS::RDS::DBCluster: how one is made, and what a stack asks of it."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Its property that names it."""
        return "DBClusterIdentifier"

    @staticmethod
    def cloudformation_type() -> str:
        """Its type in templates."""
        return "AWS::RDS::DBCluster"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """The attributes that Fn::GetAtt may ask for."""
        return attr in _ATTRIBUTES

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,  # noqa: ARG003 (moto's signature)
    ) -> Any:
        """Make the cluster of a stack; one that is restored goes the way of any other restore, with its checks."""
        made = _made(resource_name, cloudformation_json["Properties"], rds_backends[account_id][region_name])
        if _is_true(cloudformation_json["Properties"].get("ManageMasterUserPassword")):
            logins.manage(made)
        return made

    @classmethod
    def update_from_cloudformation_json(cls, *args: Any, **kwargs: Any) -> Any:
        """No stack of the lab is updated."""
        raise NotImplementedError("updates of clusters")

    @classmethod
    def delete_from_cloudformation_json(cls, *args: Any) -> None:
        """Nothing: a cluster is deleted by itself."""

    def is_created(self) -> bool:
        """Whether it is there: its state tells."""
        return True

    @property
    def physical_resource_id(self) -> str:
        """Its name."""
        return str(self._self.db_cluster_identifier)

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """An attribute, as Fn::GetAtt asks for it."""
        return _ATTRIBUTES[attribute_name](self._self)

    def delete(self, account_id: str, region_name: str) -> None:  # noqa: ARG002 - it stands where its backend does
        """Be deleted by a stack: what becomes of its data the stack's DeletionPolicy has said before."""
        self._self.backend.delete_db_cluster(self._self.db_cluster_identifier, skip_final_snapshot=True)

    @property
    def _self(self) -> Any:
        return self


_ATTRIBUTES: Mapping[str, Callable[[Any], Any]] = {
    "DBClusterArn": lambda cluster: cluster.db_cluster_arn,
    "DBClusterResourceId": lambda cluster: cluster.db_cluster_resource_id,
    "Endpoint.Address": lambda cluster: cluster.endpoint,
    "Endpoint.Port": lambda cluster: str(cluster.port),
    "MasterUserSecret.SecretArn": lambda cluster: cluster.master_user_secret.secret_arn,
    "ReadEndpoint.Address": lambda cluster: cluster.reader_endpoint,
}


def _made(name: str, said: Mapping[str, Any], backend: Any) -> Any:
    identifier, wanted = name.replace("_", "-").lower(), _wanted(said)
    snapshot, sources = said.get("SnapshotIdentifier"), [each for each in _SOURCES if said.get(each)]
    if not snapshot and not sources:
        if said.get("RestoreToTime") or _is_true(said.get("UseLatestRestorableTime")):
            raise InvalidParameterCombination("A source must be specified with RestoreToTime.")
        managed = {"manage_master_user_password": True} if _is_true(said.get("ManageMasterUserPassword")) else {}
        return backend.create_db_cluster({**wanted, **managed, "db_cluster_identifier": identifier})
    if len(sources) > 1 or (snapshot and (sources or said.get("RestoreToTime"))):
        raise InvalidParameterCombination("Name exactly one source to restore from.")
    if strange := [each for each in _OF_THE_POINT if each in said]:
        raise InvalidParameterCombination(f"{', '.join(strange)} cannot be specified where a cluster is restored.")
    if snapshot:
        return backend.restore_db_cluster_from_snapshot(snapshot, {**wanted, "db_cluster_identifier": identifier})
    return backend.restore_db_cluster_to_point_in_time(
        identifier,
        said.get("SourceDBClusterIdentifier"),
        str(said.get("RestoreType", "full-copy")),
        said.get("RestoreToTime"),
        _is_true(said.get("UseLatestRestorableTime")),
        source_db_cluster_resource_id=said.get("SourceDbClusterResourceId"),
        **{key: value for key, value in wanted.items() if key not in _OF_A_NEW_ONE},
    )


def _wanted(said: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that a template gives the cluster, in moto's words."""
    found: dict[str, Any] = {word: str(said[key]) for key, word in _TEXTS.items() if key in said}
    found |= {word: int(said[key]) for key, word in _NUMBERS.items() if key in said}
    found |= {word: _is_true(said[key]) for key, word in _TRUTHS.items() if key in said}
    if subnets := said.get("DBSubnetGroupName"):
        found["db_subnet_group_name"] = getattr(subnets, "name", subnets)
    if scaling := said.get("ServerlessV2ScalingConfiguration"):
        words = {"MinCapacity": "min_capacity", "MaxCapacity": "max_capacity"}
        found["serverless_v2_scaling_configuration"] = {
            word: float(scaling[key]) for key, word in words.items() if key in scaling
        }
    found["vpc_security_group_ids"] = list(said.get("VpcSecurityGroupIds") or ())
    found["tags"] = list(said.get("Tags") or ())
    return found


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
