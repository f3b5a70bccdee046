"""The calls by which a drill looks at the place in which its copy is to stand, and brings a snapshot there."""

from __future__ import annotations

from dr_orchestrator.domain.resource_type import By, Calls, Effect, Write

BROUGHT = Calls(
    frozenset({"ec2:DescribeRegions", "rds:DescribeOrderableDBInstanceOptions", "rds:DescribeDBParameterGroups"}),
    only_when={"rds:DescribeDBParameterGroups": "the source has a parameter group of the team's own"},
)
"""The looks at a region, before anything is brought there."""

WITHOUT_TAGS: dict[str, tuple[object, ...]] = {"CopyTags": (None, False)}
"""A snapshot that is brought wears the tags of the run alone: by production's it would be backed up, or deleted."""

_PLAIN = "what is copied is not encrypted"

LENT = Calls(
    frozenset({"kms:DescribeKey", "ec2:GetEbsEncryptionByDefault", "ec2:GetEbsDefaultKmsKeyId"}),
    frozenset({"ec2:ModifySnapshotAttribute"}),
    only_when={
        "ec2:GetEbsEncryptionByDefault": _PLAIN,
        "ec2:GetEbsDefaultKmsKeyId": f"{_PLAIN}, and EBS encrypts by default",
    },
)
"""The calls besides by which a snapshot of EBS is shared with the account in which a drill's copy is to stand."""


def lends_snapshot(of: str) -> Write:
    """The sharing of a snapshot of the run's, which is of a type or part of one, with accounts in which copies stand:
    with nobody else, and never in public.
    """
    return Write(
        "ec2:ModifySnapshotAttribute",
        By(of, "SnapshotId"),
        Effect.CHANGE,
        frozenset({"Attribute", "OperationType"}),
        only={"Attribute": ("createVolumePermission",), "OperationType": ("add",)},
        lends="UserIds",
    )
