"""The calls by which a snapshot of a cluster goes into another place: copied there, lent for that, and deleted."""

from __future__ import annotations

from dr_orchestrator.domain.resource_type import By, Calls, Effect, Write
from dr_orchestrator.resources.aurora_cluster.name import SNAPSHOT
from dr_orchestrator.resources.brought import WITHOUT_TAGS

CALLS = Calls(
    frozenset({"rds:DescribeDBClusterSnapshots", "rds:DescribeAccountAttributes", "kms:DescribeKey"}),
    frozenset({"rds:CopyDBClusterSnapshot", "rds:ModifyDBClusterSnapshotAttribute", "rds:DeleteDBClusterSnapshot"}),
    {"kms:DescribeKey": "the snapshot is encrypted"},
)
"""Those of a drill that carries the newest snapshot into another account."""

WRITES = (
    Write(
        "rds:CopyDBClusterSnapshot",
        By(SNAPSHOT, "TargetDBClusterSnapshotIdentifier"),
        Effect.RESTORE,
        frozenset({"KmsKeyId", "Tags", "CopyTags", "SourceRegion"}),
        "SourceDBClusterSnapshotIdentifier",
        actions={Effect.TAG: ("rds:AddTagsToResource",)},
        only=WITHOUT_TAGS,
        beside=("cluster-snapshot:*",),
    ),
    Write(
        "rds:ModifyDBClusterSnapshotAttribute",
        By(SNAPSHOT, "DBClusterSnapshotIdentifier"),
        Effect.CHANGE,
        frozenset({"AttributeName"}),
        only={"AttributeName": ("restore",)},
        lends="ValuesToAdd",
    ),
    Write("rds:DeleteDBClusterSnapshot", By(SNAPSHOT, "DBClusterSnapshotIdentifier"), Effect.DELETE),
)
