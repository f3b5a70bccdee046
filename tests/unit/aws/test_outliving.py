"""The recovery points that outlive a copy: told by vault, end and lock, as far as somebody may ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from dr_orchestrator.aws.backup import locks
from dr_orchestrator.aws.backup.outliving import TOLD, Outliving
from dr_orchestrator.aws.calls.api import Api, Denied, NotFound

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)
POINT = {"RecoveryPointArn": "arn:point", "BackupVaultName": "nightly", "Status": "COMPLETED"}
DENIED = Denied("AccessDenied", call="backup:Describe")


class Answers:
    """AWS Backup, that gives what a test says, or raises it; the calls that it got are kept."""

    def __init__(self, **told: Any) -> None:
        self.told, self.asked = told, list[tuple[str, dict[str, Any]]]()

    def call(self, operation: str, **given: Any) -> Any:
        self.asked.append((operation, given))
        if isinstance(found := self.told.get(operation, {}), Exception):
            raise found
        return found

    def pages(self, operation: str, key: str, **given: Any) -> Iterator[Any]:
        yield from self.call(operation, **given)[key]


def left(*points: dict[str, Any], **told: Any) -> tuple[str, Answers]:
    api = Answers(ListRecoveryPointsByResource={"RecoveryPoints": list(points)}, **told)
    return Outliving(cast(Api, api), NOW).left_of("arn:copy"), api


def test_nothing_is_left_where_nothing_was_taken() -> None:
    """By one call, which lists AWS Backup's own alone: a service's own backups go with the copy."""
    words, api = left()
    given = {"ResourceArn": "arn:copy", "ManagedByAWSBackupOnly": True}
    assert (words, api.asked) == ("", [("ListRecoveryPointsByResource", given)])
    never = Answers(ListRecoveryPointsByResource=NotFound("none"))
    assert Outliving(cast(Api, never), NOW).left_of("arn:copy") == ""


@pytest.mark.parametrize(
    ("vault", "words"),
    [
        ({}, "which is not locked"),
        ({"Locked": True}, "which is locked in governance mode: whoever may delete the lock can"),
        ({"Locked": True, "LockDate": NOW + DAY}, "whose lock can still be taken off until 2026-11-21"),
        ({"Locked": True, "LockDate": NOW - DAY}, "locked for good since 2026-11-19: nobody can delete it before"),
        ({"VaultType": locks.AIR_GAPPED}, "which is logically air-gapped: nobody can delete it before"),
        (DENIED, "whose lock is not known (backup:Describe: AccessDenied)"),
    ],
)
def test_a_point_is_told_with_its_lock(vault: Any, words: str) -> None:
    """Only one that is locked for good holds against everybody."""
    told, _ = left(POINT, DescribeBackupVault=vault)
    assert told.startswith(f"1 recovery point of it: arn:point (COMPLETED) in vault nightly, {words}, kept until")


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ({"CalculatedLifecycle": {"DeleteAt": NOW + 30 * DAY}}, "kept until 2026-12-20 00:00 UTC"),
        ({}, "kept until somebody deletes it"),
        (DENIED, "kept for how long is not known (backup:Describe: AccessDenied)"),
    ],
)
def test_a_point_is_told_with_its_end(point: Any, words: str) -> None:
    """By the lifecycle that AWS Backup has worked out."""
    assert left(POINT, DescribeRecoveryPoint=point)[0].endswith(words)


def test_a_point_that_lies_in_no_vault_is_told_all_the_same() -> None:
    """AWS may not name one."""
    assert "in vault unnamed" in left({**POINT, "BackupVaultName": None})[0]


def test_many_points_cost_few_calls() -> None:
    """Each is named, a few are described, and their vault once."""
    words, api = left(*({**POINT, "RecoveryPointArn": f"arn:{number}"} for number in range(20)))
    assert all(f"arn:{number} " in words for number in range(20))
    asked = [operation for operation, _ in api.asked]
    assert (asked.count("DescribeRecoveryPoint"), asked.count("DescribeBackupVault")) == (TOLD, 1)
