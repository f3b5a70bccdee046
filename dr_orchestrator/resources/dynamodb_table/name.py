"""The names of the type and its parts in drill files, in the ledger and in reports; and those that AWS Backup has."""

from dr_orchestrator.domain.vault import Restored

NAME = "dynamodb-table"

EXPORT = "dynamodb-export"
"""The export of one, by which it comes into another account; a type of copies."""

# "Restore metadata" of DynamoDB: docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
RESTORED = Restored(
    "DynamoDB",
    "a table",
    "targetTableName",
    r"arn:[a-z-]+:dynamodb:(?P<region>[^:]+):(?P<account>\d{12}):table/(?P<name>[^:/]+)",
    (("dynamodb", "table/{source}/backup/*"), ("backup", "recovery-point:*")),
    keeps=frozenset({"encryptionType", "kmsMasterKeyArn"}),
    only={"deletionProtection": "false"},
)
"""How AWS Backup restores one: under the encryption that it had."""
