"""The name of the type in drill files, in the ledger and in reports, and RDS's words for it."""

from datetime import timedelta

from dr_orchestrator.domain.resource_type import Calls, OwnFailover
from dr_orchestrator.domain.vault import Restored

NAME = "multi-az-cluster"

POSTGRESQL, MYSQL = "postgres", "mysql"
ENGINES = (POSTGRESQL, MYSQL)
"""RDS's words for the engines of such clusters."""

# docs.aws.amazon.com/aws-backup/latest/devguide/rds-backup.html tells of the ARN, StartRestoreJob's of the type; the
# metadata are those of RestoreDBClusterFromSnapshot
RESTORED = Restored(
    "RDS",
    "a cluster",
    "DBClusterIdentifier",
    r"arn:[a-z-]+:rds:(?P<region>[^:]+):(?P<account>\d{12}):cluster:(?P<name>[^:]+)",
    (("rds", "cluster-snapshot:awsbackup:*"), ("backup", "recovery-point:*")),
    keeps=frozenset(
        {
            *("Engine", "EngineVersion", "KmsKeyId", "Port", "DBClusterParameterGroupName"),
            *("DBClusterInstanceClass", "StorageType", "Iops"),
        }
    ),
    only={"PubliclyAccessible": "false", "DeletionProtection": "false"},
    gives=frozenset({"DBSubnetGroupName", "VpcSecurityGroupIds", "EnableIAMDatabaseAuthentication"}),
)
"""How AWS Backup restores one, with its three instances: where the drill says, under the key of the point."""

# docs.aws.amazon.com/AmazonRDS/latest/UserGuide/multi-az-db-clusters-concepts.Limitations.html: "Copying a snapshot" is
# not supported; docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html: no copy of a point
STAYS = "AWS copies no backup of a multi-AZ DB cluster: RDS none of its snapshots, and AWS Backup none of its points"
"""The reason why no copy of one stands elsewhere than its source."""

OVER = OwnFailover("rds:FailoverDBCluster", "DBClusterIdentifier")
"""The call by which one of production is failed over: AWS chooses to which of its standbys."""

ON_PRODUCTION = Calls(
    frozenset(
        {
            *("rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeEvents"),
            "rds:DescribePendingMaintenanceActions",
            *("secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"),
        }
    ),
    frozenset({OVER.operation}),
)
"""Those of a drill that fails production itself over."""

# docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html: typically less than 35 seconds
USUAL = timedelta(), timedelta(seconds=35)
"""The outage that AWS tells of for its failover."""

MEMBERS = 3
"""The writer and its two readable standbys, each in a zone of its own."""


def family(engine: str, version: str) -> str:
    """The family that parameter groups of an engine's version are of: 16.4 is of postgres16, 8.0.42 of mysql8.0."""
    parts = version.split(".")
    return f"{engine}{'.'.join(parts[:2] if engine == MYSQL else parts[:1])}"
