"""The calls of AWS Backup: the reads by which a look at backups finds copies in another region, and those locked for
good; and those by which drills restore from a vault.
"""

from __future__ import annotations

from dr_orchestrator.domain.resource_type import By, Calls, Effect, Write
from dr_orchestrator.domain.vault import Restored

READS = frozenset({"backup:ListBackupVaults", "backup:ListRecoveryPointsByBackupVault"})
APART = "a tier wants a copy in another region"
IMMUTABLE = "a tier wants backups that nobody can delete"
WHEN = dict.fromkeys(READS, f"{APART}, or {IMMUTABLE.removeprefix('a tier wants ')}")

OTHER_JOBS = "a job of the same type was started since the run's copy was intended, and may be its own"
POINTS = Calls(frozenset({"backup:DescribeBackupVault", "backup:ListRecoveryPointsByBackupVault"}))
"""The calls by which a drill looks at a vault and at what lies in it."""

RESTORES = POINTS | Calls(
    frozenset(
        {
            *("backup:DescribeRecoveryPoint", "backup:GetRecoveryPointRestoreMetadata", "backup:ListRestoreJobs"),
            *("backup:DescribeRestoreJob", "backup:GetRestoreJobMetadata"),
        }
    ),
    frozenset({"backup:StartRestoreJob"}),
    {"backup:GetRestoreJobMetadata": OTHER_JOBS},
)
"""The calls by which a drill takes a recovery point from a vault, and has AWS Backup restore it."""

_GIVEN = frozenset({"IdempotencyToken", "ResourceType", "CopySourceTagsToRestoredResource"})


def start(name: str, of: Restored) -> Write:
    """The start of a job that restores one point, which the run chose, into one copy of a type, and into nothing else:
    by the role that the drill declares, with metadata that are declared, and without the tags of the source.
    """
    fixed = {key: (value,) for key, value in of.only.items()}
    return Write(
        "backup:StartRestoreJob",
        By(name, "Metadata", key=of.key),
        Effect.RESTORE,
        _GIVEN,
        "RecoveryPointArn",
        only={"ResourceType": (of.type,), "CopySourceTagsToRestoredResource": (False,)},
        needs=frozenset({"IdempotencyToken"}),
        every={f"Metadata.{key}": values for key, values in {**fixed, **of.either}.items()},
        acts_as="IamRoleArn",
        holds={"Metadata": of.keys},
        from_points=of.points,
    )
