"""The plans of AWS Backup: each thing is asked for once, in few calls, and what would be kept for good is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from dr_orchestrator.aws.backup import plans
from dr_orchestrator.aws.backup.selections import Copied
from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.domain.preflight import Doubt

NOW = datetime(2026, 11, 20, tzinfo=UTC)
COPY = Copied("dro-x", "RDS", "arn:aws:rds:us-east-1:123456789012:db:dro-x", {"dr-drill:run": "1"})
RULE = {"TargetBackupVaultName": "nightly", "Lifecycle": {"DeleteAfterDays": 30}}
GONE = NotFound("it was deleted meanwhile")


class Backup:
    """AWS Backup with plans of so many selections each; the calls that it got are kept."""

    def __init__(self, number: int = 1, each: int = 1, **told: Any) -> None:
        self.number, self.each, self.told, self.asked = number, each, told, list[str]()
        self.told.setdefault("GetBackupSelection", {"BackupSelection": {"Resources": ["*"]}})
        self.told.setdefault("GetBackupPlan", {"BackupPlan": {"Rules": [RULE]}})

    def call(self, operation: str, **_: Any) -> Any:
        self.asked.append(operation)
        if isinstance(found := self.told.get(operation, {}), Exception):
            raise found
        return found

    def pages(self, operation: str, key: str, **given: Any) -> Iterator[Any]:
        self.call(operation)
        if operation == "ListBackupPlans":
            yield from ({"BackupPlanId": f"p-{n}", "BackupPlanName": f"plan-{n}"} for n in range(self.number))
        else:
            yield from ({"SelectionId": f"{given['BackupPlanId']}-{n}"} for n in range(self.each))

    def look(self) -> str:
        return plans.Plans(cast(Api, self), lambda: NOW).look([COPY])


def doubt(there: Backup) -> str:
    with pytest.raises(Doubt) as raised:
        there.look()
    return str(raised.value)


def test_an_account_without_plans_costs_one_call() -> None:
    """Whoever has no AWS Backup is told so, and asked for nothing else."""
    there = Backup(0)
    assert (there.look(), there.asked) == ("AWS Backup has no plan", ["ListBackupPlans"])


def test_what_was_read_is_read_once() -> None:
    """The runs of an exercise ask the same plans: of the second nothing costs a call."""
    there = Backup(2, 2)
    known = plans.Plans(cast(Api, there), lambda: NOW)
    for _ in range(2):
        with pytest.raises(Doubt, match="plan plan-1 of AWS Backup takes dro-x into vault nightly, which is"):
            known.look([COPY])
    wanted = {"ListBackupPlans": 1, "ListBackupSelections": 2, "GetBackupSelection": 4, "GetBackupPlan": 2}
    wanted |= {"DescribeRegionSettings": 1, "DescribeBackupVault": 1}
    assert {each: there.asked.count(each) for each in there.asked} == wanted


def test_an_account_of_many_plans_costs_so_many_calls_and_no_more() -> None:
    """What was not read is told, and never called harmless."""
    other = {"BackupSelection": {"Resources": ["arn:aws:s3:::*"]}}
    there = Backup(3, plans.MOST, GetBackupSelection=other)
    assert f"more selections of plans than the {plans.MOST} that were read" in doubt(there)
    assert there.asked.count("GetBackupSelection") == plans.MOST


@pytest.mark.parametrize("gone", ["ListBackupSelections", "GetBackupSelection"])
def test_a_plan_that_is_deleted_meanwhile_takes_nothing(gone: str) -> None:
    """Nor does a selection of one."""
    assert Backup(**{gone: GONE}).look() == "none of 1 plan of AWS Backup takes a copy"


def test_a_vault_that_is_not_there_keeps_nothing() -> None:
    """A job of that rule fails; it is told all the same."""
    assert "into vault nightly, which is not locked" in doubt(Backup(DescribeBackupVault=GONE))


@pytest.mark.parametrize(
    ("rule", "vault"),
    [
        (RULE, {"Locked": True, "LockDate": NOW}),
        ({**RULE, "TargetLogicallyAirGappedBackupVaultArn": "arn:gapped"}, {}),
    ],
    ids=["locked for good", "air-gapped besides"],
)
def test_what_nobody_could_delete_is_refused(rule: dict[str, Any], vault: dict[str, Any]) -> None:
    """With what to do about it."""
    there = Backup(GetBackupPlan={"BackupPlan": {"Rules": [rule]}}, DescribeBackupVault=vault)
    with pytest.raises(plans.Kept, match="nobody could delete it") as raised:
        there.look()
    assert "StringNotLike, aws:ResourceTag/dr-drill:run" in raised.value.hint


@pytest.mark.parametrize(
    ("days", "limits", "words"),
    [
        (30, {"MinRetentionDays": 60}, "at least 60 days"),
        (30, {"MaxRetentionDays": 7}, "at most 7 days"),
        (0, {"MaxRetentionDays": 7}, "kept for ever (at most 7 days)"),
    ],
)
def test_a_lock_that_refuses_what_a_rule_keeps_keeps_nothing(days: int, limits: dict[str, int], words: str) -> None:
    """Its job fails, so that nothing is left: that is no reason not to drill."""
    rule = {**RULE, "Lifecycle": {"DeleteAfterDays": days}}
    vault = {"Locked": True, "LockDate": NOW, **limits}
    assert words in doubt(Backup(GetBackupPlan={"BackupPlan": {"Rules": [rule]}}, DescribeBackupVault=vault))


def test_a_copy_that_a_plan_takes_further_is_told() -> None:
    """In which vault it comes to lie besides, be it of another region."""
    rule = {**RULE, "CopyActions": [{"DestinationBackupVaultArn": "arn:there"}]}
    assert "and copied to arn:there" in doubt(Backup(GetBackupPlan={"BackupPlan": {"Rules": [rule]}}))
