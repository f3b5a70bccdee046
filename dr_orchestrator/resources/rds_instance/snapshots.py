"""The snapshots that drills of RDS instances make: copies of others' on their way elsewhere, and of the run's own."""

from __future__ import annotations

from dr_orchestrator.domain.resource_type import By, Calls, Effect, Write
from dr_orchestrator.resources.brought import WITHOUT_TAGS
from dr_orchestrator.resources.rds_instance.name import NAME, SNAPSHOT

TAGGED = {Effect.TAG: ("rds:AddTagsToResource",)}
"""The action of IAM that giving tags takes."""

WRITES = (
    Write(
        "rds:CreateDBSnapshot",
        By(SNAPSHOT, "DBSnapshotIdentifier"),
        Effect.CREATE,
        frozenset({"Tags"}),
        within=By(NAME, "DBInstanceIdentifier"),  # of a copy of the run's, and of nothing else
        actions=TAGGED,
    ),
    Write(
        "rds:CopyDBSnapshot",
        By(SNAPSHOT, "TargetDBSnapshotIdentifier"),
        Effect.RESTORE,
        frozenset({"KmsKeyId", "Tags", "CopyTags", "SourceRegion", "OptionGroupName"}),
        "SourceDBSnapshotIdentifier",
        actions=TAGGED,
        only=WITHOUT_TAGS,
        beside=("snapshot:*",),
    ),
    Write(
        "rds:ModifyDBSnapshotAttribute",
        By(SNAPSHOT, "DBSnapshotIdentifier"),
        Effect.CHANGE,
        frozenset({"AttributeName"}),
        only={"AttributeName": ("restore",)},
        lends="ValuesToAdd",
    ),
    Write("rds:DeleteDBSnapshot", By(SNAPSHOT, "DBSnapshotIdentifier"), Effect.DELETE),
)

CARRIED = Calls(
    frozenset({"rds:DescribeDBSnapshots", "rds:DescribeAccountAttributes", "kms:DescribeKey"}),
    frozenset({"rds:CopyDBSnapshot", "rds:ModifyDBSnapshotAttribute", "rds:DeleteDBSnapshot"}),
    {"kms:DescribeKey": "the snapshot is encrypted"},
)
"""The calls that bring one into another account."""

TAKEN = Calls(frozenset({"rds:DescribeDBSnapshots"}), frozenset({"rds:CreateDBSnapshot", "rds:DeleteDBSnapshot"}))
"""The calls around one of the run's own replica, which is promoted."""
