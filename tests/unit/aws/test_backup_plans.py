"""The plans of AWS Backup: each thing is asked for once, in few calls, and what would be kept for good is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from dr_orchestrator.aws.backup import plans
from dr_orchestrator.aws.backup.selections import Copied
from dr_orchestrator.aws.calls.api import Api, Denied, Expired, NotFound
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.errors import Transient

NOW = datetime(2026, 11, 20, tzinfo=UTC)
COPY = Copied("dro-x", "RDS", "arn:aws:rds:us-east-1:123456789012:db:dro-x", {"dr-drill:run": "1"})
RULE = {"TargetBackupVaultName": "nightly", "Lifecycle": {"DeleteAfterDays": 30}}
GONE = NotFound("it was deleted meanwhile")
DENIED = Denied("AccessDenied: no", call="backup:Describe")
DENIED.code = "AccessDeniedException"
FOR_GOOD = {"Locked": True, "LockDate": NOW}


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


@pytest.mark.parametrize("gone", ["ListBackupSelections", "GetBackupSelection", "GetBackupPlan"])
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


def test_a_vault_that_may_not_be_described_hides_no_other() -> None:
    """AWS denies whoever asks of a vault that is not there, too: a locked one beside it is refused all the same."""
    told = doubt(Backup(DescribeBackupVault=DENIED))
    assert "into vault nightly, whose lock is not known (backup:Describe: AccessDenied: no), where it is" in told

    class Two(Backup):
        def call(self, operation: str, **given: Any) -> Any:
            if given.get("BackupVaultName") == "locked":
                return FOR_GOOD
            return super().call(operation, **given)

    rules = [RULE, {**RULE, "TargetBackupVaultName": "locked"}]
    with pytest.raises(plans.Kept, match="vault nightly, whose lock is not known"):
        Two(GetBackupPlan={"BackupPlan": {"Rules": rules}}, DescribeBackupVault=DENIED).look()


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("GetBackupPlan", "takes dro-x, and where to is not known (backup:Describe"),
        ("ListBackupSelections", "whom plan plan-0 of AWS Backup takes is not known (backup:Describe"),
        ("GetBackupSelection", "whom plan plan-0 of AWS Backup takes is not known (backup:Describe"),
        ("DescribeRegionSettings", "may take, as far as can be told before, dro-x into vault nightly"),
    ],
)
def test_a_right_that_lacks_is_told_of_the_plan_that_it_hides(operation: str, words: str) -> None:
    """What is not known of one plan is a doubt, and none of it is guessed."""
    assert words in doubt(Backup(DescribeBackupVault=FOR_GOOD, **{operation: DENIED}))


def test_one_plan_that_may_not_be_read_hides_no_other() -> None:
    """The other takes the copy to where nobody could delete it."""

    class One(Backup):
        def call(self, operation: str, **given: Any) -> Any:
            if given.get("BackupPlanId") == "p-0" and operation == "GetBackupPlan":
                raise DENIED
            return super().call(operation, **given)

    with pytest.raises(plans.Kept, match="plan plan-1"):
        One(2, DescribeBackupVault=FOR_GOOD).look()


@pytest.mark.parametrize("fault", [Transient("nobody answers"), DENIED], ids=["silent", "denied"])
def test_what_gave_no_answer_is_asked_once(fault: Exception) -> None:
    """The runs of an exercise do not wait for it one after the other."""
    there = Backup(ListBackupPlans=fault)
    known = plans.Plans(cast(Api, there), lambda: NOW)
    for _ in range(2):
        with pytest.raises(type(fault)):
            known.look([COPY])
    assert there.asked == ["ListBackupPlans"]


@pytest.mark.parametrize("operation", ["ListBackupSelections", "DescribeRegionSettings", "DescribeBackupVault"])
def test_a_login_that_ended_is_no_right_that_lacks(operation: str) -> None:
    """It says nothing of the plan, and is no answer for the next run."""
    there = Backup(**{operation: Expired("ended")})
    known = plans.Plans(cast(Api, there), lambda: NOW)
    for _ in range(2):
        with pytest.raises(Expired):
            known.look([COPY])
    assert there.asked.count(operation) == 2


@pytest.mark.parametrize(("type", "taken"), [("Aurora", False), ("RDS", True)])
def test_what_is_named_by_its_type_is_taken_whatever_was_said(type: str, taken: bool) -> None:
    """But Aurora: that is backed up only where the region is told to."""
    named = {"BackupSelection": {"Resources": ["arn:aws:rds:*:*:cluster:*"]}}
    opted = {"ResourceTypeOptInPreference": {"Aurora": False, "RDS": False}}
    there = Backup(GetBackupSelection=named, DescribeRegionSettings=opted)
    copied = Copied("dro-x", type, "arn:aws:rds:us-east-1:123456789012:cluster:dro-x", {})
    known = plans.Plans(cast(Api, there), lambda: NOW)
    if not taken:
        assert known.look([copied]) == "none of 1 plan of AWS Backup takes a copy"
        return
    with pytest.raises(Doubt):
        known.look([copied])
