"""The restores of restore testing plans of AWS Backup, as it lists them; and the one call that gives a verdict back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.restore_test import Back, RestoreTest

LISTING, GIVING = "backup:ListRestoreJobs", "backup:PutRestoreValidationResult"
_MESSAGES = ("StatusMessage", "ValidationStatusMessage", "DeletionStatusMessage")


def restore_tests(account: Account, since: datetime, owner: str, *, simulated: bool) -> list[RestoreTest]:
    """The restores in an account's region that a plan began since then, oldest first; of no other job."""
    listed = account.api("backup").pages("ListRestoreJobs", "RestoreJobs", ByCreatedAfter=since)
    found = [_test(each, account.region, owner, simulated=simulated) for each in listed if _plan(each)]
    return sorted(found, key=lambda each: (each.began, each.job))


def give(account: Account, back: Back) -> None:
    """Tell AWS Backup a verdict on a restore of its own; it takes one, and never another."""
    given = {"ValidationStatus": back.status, "ValidationStatusMessage": back.message}
    account.api("backup").call("PutRestoreValidationResult", RestoreJobId=back.test.job, **given)


def is_given(back: Back, parameters: Mapping[str, Any]) -> bool:
    """Whether a call gives that verdict back, to that job, and nothing else."""
    return dict(parameters) == {
        "RestoreJobId": back.test.job,
        "ValidationStatus": back.status,
        "ValidationStatusMessage": back.message,
    }


def _plan(job: Mapping[str, Any]) -> str:
    """The plan that began a job; empty where somebody asked for it."""
    return str((job.get("CreatedBy") or {}).get("RestoreTestingPlanArn") or "")


def _test(job: Mapping[str, Any], region: str, owner: str, *, simulated: bool) -> RestoreTest:
    def word(key: str) -> str:
        return str(job.get(key) or "")

    return RestoreTest(
        job=word("RestoreJobId"),
        account=word("AccountId") or owner,
        region=region,
        plan=_plan(job),
        source=word("SourceResourceArn"),
        type=word("ResourceType"),
        point=word("RecoveryPointArn"),
        began=job["CreationDate"],
        status=word("Status"),
        point_at=job.get("RecoveryPointCreationDate"),
        ended=job.get("CompletionDate"),
        validation=word("ValidationStatus"),
        deletion=word("DeletionStatus"),
        told=tuple(filter(None, map(word, _MESSAGES))),
        simulated=simulated,
    )
