"""The recovery points that AWS Backup keeps of clusters, and how it makes one: of Aurora without an instance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases.clusters.backend import Clusters
from dr_orchestrator.lab.cloud.databases.clusters.models.backups import ClusterSnapshot
from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.vaulting import TAKES, Kept
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, world

_TEXTS = {
    "Engine": "engine",
    "EngineVersion": "engine_version",
    "StorageType": "storage_type",
    "KmsKeyId": "kms_key_id",
    "DBClusterParameterGroupName": "db_cluster_parameter_group_name",
    "DBSubnetGroupName": "db_subnet_group_name",
    "DBClusterInstanceClass": "db_cluster_instance_class",
}
_TRUTHS = {
    "DeletionProtection": "deletion_protection",
    "EnableIAMDatabaseAuthentication": "enable_iam_database_authentication",
}
_OF_ZONES = {"PubliclyAccessible": "publicly_accessible"}
_SCALING, _IOPS = "ServerlessV2ScalingConfiguration", "Iops"
NEEDS = ("Engine", "DBClusterIdentifier")
"""The metadata without which AWS Backup restores none; the last names it."""


@dataclass(frozen=True)
class _Making:
    cluster: Cluster

    @property
    def arn(self) -> str:
        """Of the cluster."""
        return str(self.cluster.db_cluster_arn)

    @property
    def ends(self) -> datetime:
        """When RDS has made it."""
        return self.cluster.timeline.ends

    @property
    def state(self) -> str:
        """AWS Backup waits until RDS says that it is available."""
        status = str(self.cluster.status)
        return "COMPLETED" if status == "available" else "RUNNING" if status in ("creating", "backing-up") else "FAILED"


def back_up(
    vault: str, cluster: str, at: datetime | None = None, region: str = REGION, took: timedelta = TAKES
) -> Kept:
    """Keep a cluster in a vault as it was at an instant.

    `region` is that of the vault, into which it was copied where it is another, within what it `took` altogether.
    """
    source = cast(Cluster, _backend().clusters[cluster])
    of = "RDS" if source.of_zones else "Aurora"
    return vaults(region).keep(vault, source.db_cluster_arn, of, at or world().now(), took=took)


def metadata(arn: str) -> Mapping[str, str]:
    """The settings of a cluster as AWS Backup tells them."""
    source: Any = _backend().clusters.get(arn.rpartition(":")[2])
    if source is None:
        return {}
    texts = {key: str(getattr(source, name, None) or "") for key, name in _TEXTS.items()}
    truths = {key: str(bool(getattr(source, name, False))).lower() for key, name in _truths(source).items()}
    scaling = source.serverless_v2_scaling_configuration
    return {
        **texts,
        **truths,
        **({_SCALING: json.dumps(scaling)} if scaling else {}),
        **({_IOPS: str(source.iops)} if source.of_zones else {}),
        "DBClusterIdentifier": str(source.db_cluster_identifier),
        "VpcSecurityGroupIds": json.dumps(list(source.vpc_security_group_ids)),
        "Port": str(source.asked_port),
    }


def restore(point: Kept, said: Mapping[str, str]) -> _Making:
    """A cluster of a point, in the region of its vault; what is not given is as it was then."""
    backend, had = _of(point.point, point.into), {**point.metadata, **said}
    source = cast(Cluster, _of(point.arn).clusters[point.arn.rpartition(":")[2]])
    given: dict[str, Any] = {name: had[key] for key, name in _TEXTS.items() if had.get(key)}
    given |= {name: had[key] == "true" for key, name in _truths(source).items() if key in had}
    given["db_cluster_identifier"] = said["DBClusterIdentifier"]
    given["vpc_security_group_ids"] = json.loads(had["VpcSecurityGroupIds"])
    if had.get(_SCALING):
        given["serverless_v2_scaling_configuration"] = json.loads(had[_SCALING])
    if had.get(_IOPS):
        given["iops"] = int(had[_IOPS])
    taken = ClusterSnapshot(backend, source, f"awsbackup:{source.db_cluster_identifier}", "awsbackup", None, None)
    taken.dated(point.at)
    return _Making(backend.restored_of(taken, given))


def _truths(source: Any) -> Mapping[str, str]:
    return {**_TRUTHS, **(_OF_ZONES if source.of_zones else {})}


def _backend() -> Clusters:
    return cast(Clusters, rds_backends[ACCOUNT][REGION])


def _of(arn: str, account: str = "") -> Clusters:
    """The clusters of the place that an ARN tells, or of that region in another account."""
    region, owner = arn.split(":")[3:5]
    return cast(Clusters, rds_backends[account or owner][region])
