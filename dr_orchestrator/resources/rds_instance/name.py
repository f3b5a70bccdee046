"""The names of the type, and of a snapshot of it that a drill copies, in drill files, in the ledger and in reports; and
those that AWS Backup has for it.
"""

from dr_orchestrator.domain.resource_type import Calls, OwnFailover
from dr_orchestrator.domain.vault import Restored

NAME, SNAPSHOT = "rds-instance", "rds-snapshot"

OVER = OwnFailover("rds:RebootDBInstance", "DBInstanceIdentifier", {"ForceFailover": True})
"""The call by which one of production is failed over."""

ON_PRODUCTION = Calls(
    frozenset(
        {
            *("rds:DescribeDBInstances", "rds:DescribeEvents", "rds:DescribePendingMaintenanceActions"),
            *("secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"),
        }
    ),
    frozenset({OVER.operation}),
)
"""Those of a drill that fails production itself over."""

OWN_OPTIONS = "the restored data has an option group of the team's own"
"""The occasion to look at one."""

# "Restore metadata" of RDS: docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
RESTORED = Restored(
    "RDS",
    "an instance",
    "DBInstanceIdentifier",
    r"arn:[a-z-]+:rds:(?P<region>[^:]+):(?P<account>\d{12}):db:(?P<name>[^:]+)",
    (("rds", "snapshot:awsbackup:*"), ("backup", "recovery-point:*")),
    keeps=frozenset(
        {
            *("DBInstanceClass", "DBParameterGroupName", "Engine", "LicenseModel", "StorageType", "Iops", "Port"),
            "DBName",
        }
    ),
    only={
        "PubliclyAccessible": "false",
        "MultiAZ": "false",
        "DeletionProtection": "false",
        "AutoMinorVersionUpgrade": "false",
        "CopyTagsToSnapshot": "false",
    },
    gives=frozenset({"DBSubnetGroupName", "VpcSecurityGroupIds", "OptionGroupName", "EnableIAMDatabaseAuthentication"}),
)
"""How AWS Backup restores one: where its copies are put, as the drill says, and never in public."""
