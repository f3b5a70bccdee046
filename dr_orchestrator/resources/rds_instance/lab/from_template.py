"""RDS instances that a template makes: empty, or from a snapshot or an instant, as AWS does it and moto does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.rds.exceptions import DBInstanceNotFoundError, InvalidParameterCombination
from moto.rds.models import DBInstance, rds_backends

from dr_orchestrator.lab.cloud.databases import logins

_MADE_BY_MOTO: Callable[..., DBInstance] = DBInstance.create_from_cloudformation_json

# Where a template says what is restored, AWS refuses these: they are the recovery point's.
_OF_THE_POINT = (
    *("CharacterSetName", "DBClusterIdentifier", "DBName", "KmsKeyId", "MasterUsername", "MasterUserPassword"),
    *("PromotionTier", "SourceDBInstanceIdentifier", "SourceRegion", "StorageEncrypted", "Timezone"),
)
_TEXTS = {
    "AvailabilityZone": "availability_zone",
    "DBInstanceClass": "db_instance_class",
    "DBParameterGroupName": "db_parameter_group_name",
    "EngineVersion": "engine_version",
    "PreferredBackupWindow": "preferred_backup_window",
    "StorageType": "storage_type",
}
_NUMBERS = {
    "AllocatedStorage": "allocated_storage",
    "BackupRetentionPeriod": "backup_retention_period",
    "Iops": "iops",
    "Port": "port",
}
_TRUTHS = {
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
    "DeletionProtection": "deletion_protection",
    "EnableIAMDatabaseAuthentication": "enable_iam_database_authentication",
    "MultiAZ": "multi_az",
    "PubliclyAccessible": "publicly_accessible",
}


def made(name: str, body: Mapping[str, Any], account: str, region: str, **given: Any) -> DBInstance:
    """Make the instance of a stack; one of a cluster has its data there, and of any other RDS may manage the login."""
    said, backend = body["Properties"], rds_backends[account][region]
    if said.get("DBClusterIdentifier"):
        within = {"db_cluster_identifier": said["DBClusterIdentifier"], "engine": said["Engine"]}
        wanted = {**_wanted(said), **within, "db_instance_identifier": _named(name)}
        wanted.pop("vpc_security_group_ids")  # they are the cluster's
        return backend.create_db_instance(wanted)
    instance = _alone(name, body, account, region, **given)
    if str(said.get("ManageMasterUserPassword")).lower() == "true":
        logins.manage(instance)
    return instance


def _named(name: str) -> str:
    return name.replace("_", "-").lower()


def _alone(name: str, body: Mapping[str, Any], account: str, region: str, **given: Any) -> DBInstance:
    """Make one that stands alone; one that is restored goes the way of any other restore, with its checks."""
    said = dict(body["Properties"])
    backend: Any = rds_backends[account][region]
    snapshot, instant = said.get("DBSnapshotIdentifier"), said.get("RestoreTime")
    source = said.get("SourceDbiResourceId") or (said.get("SourceDBInstanceIdentifier") if instant else None)
    if not snapshot and not instant:
        if said.get("SourceDbiResourceId"):
            raise InvalidParameterCombination("RestoreTime or UseLatestRestorableTime must be specified.")
        return _MADE_BY_MOTO(name, body, account, region, **given)
    if snapshot and instant:
        raise InvalidParameterCombination("DBSnapshotIdentifier and RestoreTime cannot both be specified.")
    if instant and not source:
        raise InvalidParameterCombination("A source must be specified with RestoreTime.")
    named = {"SourceDBInstanceIdentifier"} if instant else set()
    if strange := [each for each in _OF_THE_POINT if each in said and each not in named]:
        raise InvalidParameterCombination(f"{', '.join(strange)} cannot be specified where an instance is restored.")
    identifier = _named(name)
    wanted = _wanted(said)
    if snapshot:
        return backend.restore_db_instance_from_db_snapshot(  # type: ignore[no-any-return]
            snapshot, {**wanted, "db_instance_identifier": identifier}
        )
    there = [
        each for each in backend.databases.values() if source in (each.dbi_resource_id, each.db_instance_identifier)
    ]
    if not there:
        raise DBInstanceNotFoundError(str(source))
    return backend.restore_db_instance_to_point_in_time(  # type: ignore[no-any-return]
        there[0].db_instance_identifier, identifier, {**wanted, "restore_time": instant}
    )


def _wanted(said: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that a template gives the instance, in moto's words."""
    found: dict[str, Any] = {word: str(said[key]) for key, word in _TEXTS.items() if key in said}
    found |= {word: int(said[key]) for key, word in _NUMBERS.items() if key in said}
    found |= {word: str(said[key]).lower() == "true" for key, word in _TRUTHS.items() if key in said}
    if subnets := said.get("DBSubnetGroupName"):
        found["db_subnet_group_name"] = getattr(subnets, "name", subnets)
    found["vpc_security_group_ids"] = list(said.get("VPCSecurityGroups") or ())
    found["tags"] = list(said.get("Tags") or ())
    return found


def _created(_kind: type[DBInstance], *args: Any, **given: Any) -> DBInstance:
    return made(*args, **given)


def _has(_kind: type[DBInstance], attr: str) -> bool:
    return attr in ("Endpoint.Address", "Endpoint.Port", "MasterUserSecret.SecretArn")


PATCHES = (
    (DBInstance, "create_from_cloudformation_json", classmethod(_created)),
    (DBInstance, "has_cfn_attr", classmethod(_has)),
)
