"""The recovery points that AWS Backup keeps of instances, and how it makes one of them: by RDS's own restore."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases import sharing
from dr_orchestrator.lab.cloud.vaulting import TAKES, Kept, Restores
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, world
from dr_orchestrator.resources.rds_instance.lab.backend import Rds
from dr_orchestrator.resources.rds_instance.lab.models import Instance, Snapshot

_TRUTHS = {
    "PubliclyAccessible": "publicly_accessible",
    "MultiAZ": "multi_az",
    "DeletionProtection": "deletion_protection",
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
    "EnableIAMDatabaseAuthentication": "enable_iam_database_authentication",
}
_TEXTS = {
    "DBInstanceClass": "db_instance_class",
    "Engine": "engine",
    "LicenseModel": "license_model",
    "StorageType": "storage_type",
    "OptionGroupName": "option_group_name",
    "DBParameterGroupName": "db_parameter_group_name",
}


@dataclass(frozen=True)
class _Making:
    instance: Instance

    @property
    def arn(self) -> str:
        """Of the instance."""
        return str(self.instance.arn)

    @property
    def ends(self) -> datetime:
        """When RDS has made it."""
        return self.instance.timeline.ends

    @property
    def state(self) -> str:
        """AWS Backup waits until RDS says that it is available."""
        status = str(self.instance.status)
        return "COMPLETED" if status == "available" else "RUNNING" if status in ("creating", "backing-up") else "FAILED"


def back_up(
    vault: str,
    instance: str,
    at: datetime | None = None,
    by: str = "snapshot",
    region: str = REGION,
    took: timedelta = TAKES,
) -> Kept:
    """Keep an instance in a vault as it was at an instant; by a `snapshot` of RDS, or by AWS Backup's own means.

    `region` is that of the vault, into which it was copied where it is another, within what it `took` altogether.
    """
    backend, when = _backend(), at or world().now()
    source, number = cast(Instance, backend.databases[instance]), len(backend.database_snapshots)
    point = ""
    if by == "snapshot":
        taken = backend._recorded(source, f"awsbackup:job-{number:08d}", "awsbackup", None, None)
        taken.dated(when)
        point = str(taken.db_snapshot_arn)
    return vaults(region).keep(vault, source.arn, "RDS", when, point, gib=source.allocated_storage, took=took)


def _metadata(arn: str) -> Mapping[str, str]:
    """The settings of an instance as AWS Backup tells them: texts all of them, lists as JSON."""
    source: Any = _backend().databases.get(arn.rpartition(":")[2])
    if source is None:
        return {}
    texts = {key: str(getattr(source, name, None) or "") for key, name in _TEXTS.items() if name[:3] != "db_par"}
    truths = {key: str(bool(getattr(source, name, False))).lower() for key, name in _TRUTHS.items()}
    lists = {"VpcSecurityGroupIds": json.dumps(list(source.vpc_security_group_ids))}
    return {
        **texts,
        **truths,
        **lists,
        "DBInstanceIdentifier": str(source.db_instance_identifier),
        "DBSubnetGroupName": str(source.db_subnet_group.name),
        "Port": str(source.port),
        "AvailabilityZone": str(source.availability_zone),
    }


def _restore(point: Kept, metadata: Mapping[str, str]) -> _Making:
    """An instance of a point, in the region of its vault; what is not given is as it was then."""
    backend, had = _of(point.point, point.into), {**point.metadata, **metadata}
    source = cast(Instance, _of(point.arn).databases[point.arn.rpartition(":")[2]])
    given: dict[str, Any] = {name: had[key] for key, name in _TEXTS.items() if had.get(key)}
    given |= {name: had[key] == "true" for key, name in _TRUTHS.items() if key in had}
    given["db_instance_identifier"] = metadata["DBInstanceIdentifier"]
    given["vpc_security_group_ids"] = json.loads(had["VpcSecurityGroupIds"])
    given["db_subnet_group_name"] = had["DBSubnetGroupName"]
    taken = backend.database_snapshots.get(point.point.partition(":snapshot:")[2])
    if taken is None:  # AWS Backup keeps a copy of its own, which RDS does not list
        taken = Snapshot(backend, source, f"awsbackup:{source.db_instance_identifier}", "awsbackup", None, None, None)
        taken.dated(point.at)
        if backend is not source.backend:  # what was copied there has a key of its place
            taken.kms_key_id, taken.encrypted = sharing.key_of_rds(backend), True
    return _Making(backend.restored(cast(Snapshot, taken), given))


def _backend() -> Rds:
    return cast(Rds, rds_backends[ACCOUNT][REGION])


def _of(arn: str, account: str = "") -> Rds:
    """The instances of the place that an ARN tells, or of that region in another account."""
    region, owner = arn.split(":")[3:5]
    return cast(Rds, rds_backends[account or owner][region])


VAULTED = {"RDS": Restores(_metadata, _restore, ("DBInstanceIdentifier",))}
