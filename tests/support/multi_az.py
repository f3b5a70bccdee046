"""Multi-AZ DB clusters of the small estate, as drills of them meet one."""

from __future__ import annotations

from typing import Any

from dr_orchestrator.domain.service import Resource
from dr_orchestrator.resources.multi_az_cluster.name import NAME
from tests.support.estate import ISOLATION, REGION, Estate

CLUSTER = Resource("ledger-db", NAME, "ledger-prod", REGION, isolation=ISOLATION)
ENGINE, VERSION, CLASS = "postgres", "16.4", "db.m6gd.large"


def make_cluster(made: Estate, resource: Resource = CLUSTER, engine: str = ENGINE, version: str = VERSION) -> None:
    """One as a team would have it: encrypted, protected, with a parameter group of its own and storage of gp3."""
    rds, name = made.client("rds"), resource.id
    family = f"{engine}{version.rsplit('.', 1)[0]}"
    group = {"Description": "own", "DBParameterGroupFamily": family}
    rds.create_db_cluster_parameter_group(DBClusterParameterGroupName=f"{name}-cluster", **group)
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine=engine,
        EngineVersion=version,
        DBClusterInstanceClass=CLASS,
        AllocatedStorage=100,
        StorageType="gp3",
        Iops=3000,
        DatabaseName="ledger",
        MasterUsername="ledger",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=7,
        DeletionProtection=True,
        StorageEncrypted=True,
        KmsKeyId=made.client("kms").create_key()["KeyMetadata"]["Arn"],
        DBClusterParameterGroupName=f"{name}-cluster",
        Tags=[{"Key": "env", "Value": "production"}],
    )


def described(rds: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
    return found
