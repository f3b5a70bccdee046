"""The name of the type in drill files, in the ledger and in reports; and those that AWS Backup has."""

from dr_orchestrator.domain.vault import Restored

NAME = "s3-bucket"

# "Restore S3 data": docs.aws.amazon.com/aws-backup/latest/devguide/restoring-s3.html
RESTORED = Restored(
    "S3",
    "a bucket",
    "DestinationBucketName",
    r"arn:[a-z-]+:s3:(?P<region>[^:]*):(?P<account>\d*):(?P<name>[^:/]+)",
    (("backup", "recovery-point:*"),),
    only={"NewBucket": "false", "restoreACLs": "false"},
    either={"EncryptionType": ("original", "SSE-KMS", "SSE-S3")},
    gives=frozenset({"KMSKey"}),
)
"""How AWS Backup restores one: into the bucket that the drill has made and shut, under the encryption of then, or where
it stands elsewhere under that of the place; and without lists of rights: a bucket whose owner owns all has none, and a
job that is to restore them fails there.
"""
