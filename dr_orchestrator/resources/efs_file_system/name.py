"""The name of the type in drill files, in the ledger and in reports; and those that AWS Backup has."""

from dr_orchestrator.domain.vault import Restored

NAME = "efs-file-system"

FOLDER = "aws-backup-restore_"
"""How the folder begins, at the root of a restored file system, into which AWS Backup puts all that it restores."""

LOST = "aws-backup-lost+found"
"""How the folder begins for what could not be put where it was: it was changed while it was backed up."""

# "Restore an Amazon EFS file system": docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html
RESTORED = Restored(
    "EFS",
    "a file system",
    "CreationToken",
    r"arn:[a-z-]+:elasticfilesystem:(?P<region>[^:]+):(?P<account>\d{12}):file-system/(?P<name>[^:/]+)",
    (("backup", "recovery-point:*"),),
    only={"newFileSystem": "true", "Encrypted": "true"},
    gives=frozenset({"file-system-id", "KmsKeyId", "PerformanceMode", "singleAzFilesystem", "availabilityZoneName"}),
    by_id=True,
)
"""How AWS Backup restores one: into a new file system, always, and encrypted; never into one that is there."""
