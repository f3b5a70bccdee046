"""The names of the type and its parts in drill files, in the ledger and in reports; and those that AWS Backup has."""

from datetime import timedelta

from dr_orchestrator.domain.resource_type import Calls, OwnFailover
from dr_orchestrator.domain.vault import Restored

NAME = "aurora-cluster"
INSTANCE = "aurora-instance"
"""The instance that a drill makes in its cluster: without one nobody reaches the data."""

SNAPSHOT = "aurora-snapshot"
"""A snapshot of it that a drill copies on its way into another account."""

GLOBAL = "aurora-global-cluster"
"""The global cluster that a drill makes of its cluster, with a secondary in another region."""

# "Restore metadata" of Aurora: docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
RESTORED = Restored(
    "Aurora",
    "a cluster",
    "DBClusterIdentifier",
    r"arn:[a-z-]+:rds:(?P<region>[^:]+):(?P<account>\d{12}):cluster:(?P<name>[^:]+)",
    (("rds", "cluster-snapshot:awsbackup:*"), ("backup", "recovery-point:*")),
    keeps=frozenset(
        {
            *("Engine", "EngineVersion", "EngineMode", "KmsKeyId", "Port", "StorageType"),
            *("DBClusterParameterGroupName", "ServerlessV2ScalingConfiguration"),
        }
    ),
    only={"DeletionProtection": "false"},
    gives=frozenset({"DBSubnetGroupName", "VpcSecurityGroupIds", "EnableIAMDatabaseAuthentication"}),
)
"""How AWS Backup restores one: without an instance, where the drill says, under the key of the point."""

OVER = OwnFailover("rds:FailoverDBCluster", "DBClusterIdentifier", target="TargetDBInstanceIdentifier", part=INSTANCE)
"""The call by which one of production is failed over, to whom the drill says, where it does."""

ON_PRODUCTION = Calls(
    frozenset(
        {
            *("rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeGlobalClusters"),
            *("rds:DescribeEvents", "rds:DescribePendingMaintenanceActions"),
            *("secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"),
        }
    ),
    frozenset({OVER.operation}),
)
"""Those of a drill that fails production itself over."""

# docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
USUAL = timedelta(seconds=30), timedelta(seconds=60)
"""The outage that AWS tells of for its failover."""

MEMBER = ("AWS::RDS::DBInstance", "DBClusterIdentifier")
"""The type in CloudFormation of what makes a cluster's data reachable, and its property that names the cluster."""

POSTGRESQL, MYSQL = "aurora-postgresql", "aurora-mysql"
ENGINES = (POSTGRESQL, MYSQL)
"""RDS's words for the engines of such clusters."""

SERVERLESS = "db.serverless"


def family(engine: str, version: str) -> str:
    """The family that parameter groups of an engine's version are of: 16.9 is of 16, 8.0.mysql_aurora.3.08.0 of 8.0."""
    parts = version.split(".")
    return f"{engine}{'.'.join(parts[:2] if engine == MYSQL else parts[:1])}"
