"""Automatic backups of a copy of a file system: ended where they are on, and told where nobody may end them."""

from __future__ import annotations

from typing import Any, cast

import pytest

from dr_orchestrator.aws.calls.api import Api, Denied, NotFound
from dr_orchestrator.resources.efs_file_system import automatic

DENIED = Denied("AccessDenied", "not allowed", call="efs:PutBackupPolicy")
NONE = NotFound("PolicyNotFound", "none", call="efs:DescribeBackupPolicy")


class Answers:
    """A service that gives what a test says, or raises it; the calls that it got are kept."""

    def __init__(self, **told: Any) -> None:
        self.told, self.asked = told, list[str]()

    def call(self, operation: str, **_: Any) -> Any:
        self.asked.append(operation)
        if isinstance(found := self.told.get(operation, {}), Exception):
            raise found
        return found


def switched(**told: Any) -> tuple[str, list[str]]:
    api = Answers(**told)
    return automatic.switch_off(cast(Api, api), "fs-1"), api.asked


@pytest.mark.parametrize("status", ["ENABLED", "ENABLING"])
def test_what_is_on_is_switched_off(status: str) -> None:
    """Or is being switched on."""
    words, asked = switched(DescribeBackupPolicy={"BackupPolicy": {"Status": status}})
    assert asked == ["DescribeBackupPolicy", "PutBackupPolicy"]
    assert words.endswith("were switched off")


@pytest.mark.parametrize(
    "told", [{"BackupPolicy": {"Status": "DISABLED"}}, {"BackupPolicy": {"Status": "DISABLING"}}, NONE]
)
def test_what_is_off_is_left_alone(told: Any) -> None:
    """A file system that was never backed up by itself has no such policy."""
    assert switched(DescribeBackupPolicy=told) == ("", ["DescribeBackupPolicy"])


def test_rights_of_before_end_no_drill() -> None:
    """The copy is whole: what an older policy does not allow is told."""
    words, _ = switched(DescribeBackupPolicy={"BackupPolicy": {"Status": "ENABLED"}}, PutBackupPolicy=DENIED)
    assert "could not be ended: efs:PutBackupPolicy: AccessDenied" in words
