"""The lab's restore testing: results that were put there are listed, and take a verdict as AWS does."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.restore_testing import PlanResult, put_result
from dr_orchestrator.lab.cloud.vaults import vaults
from tests.support.fakes import FakeClock
from tests.support.labs import client, refused

HOUR = timedelta(hours=1)


def made(lab: Lab, clock: FakeClock, **more: str) -> PlanResult:
    client(lab, "backup").create_backup_vault(BackupVaultName="nightly")
    point = vaults().keep("nightly", "arn:aws:rds:us-east-1:123456789012:db:orders", "RDS", clock.now() - 2 * HOUR)
    return put_result(vaults(), "weekly", point, clock.now() - HOUR, HOUR / 2, **more)


def test_a_result_is_listed_with_its_plan(lab: Lab, clock: FakeClock) -> None:
    """As the job of that plan, with when it began and ended, and the age of its point."""
    job = made(lab, clock)
    backup = client(lab, "backup")
    (told,) = backup.list_restore_jobs(ByRestoreTestingPlanArn=job.plan)["RestoreJobs"]
    assert (told["RestoreJobId"], told["Status"]) == (job.id, "COMPLETED")
    assert told["CreatedBy"]["RestoreTestingPlanArn"].split(":")[-1].startswith("weekly-")
    assert told["CompletionDate"] - told["CreationDate"] == HOUR / 2
    assert told["CreationDate"] - told["RecoveryPointCreationDate"] == HOUR
    assert backup.list_restore_jobs(ByRestoreTestingPlanArn="arn:another")["RestoreJobs"] == []
    assert backup.describe_restore_job(RestoreJobId=job.id)["RestoreJobId"] == job.id


def test_a_verdict_is_taken_once(lab: Lab, clock: FakeClock) -> None:
    """It is listed with its message, and no other takes its place."""
    job = made(lab, clock, ValidationStatus="VALIDATING")
    backup = client(lab, "backup")
    given = {"RestoreJobId": job.id, "ValidationStatus": "SUCCESSFUL", "ValidationStatusMessage": "run r-1"}
    backup.put_restore_validation_result(**given)
    (told,) = backup.list_restore_jobs()["RestoreJobs"]
    assert (told["ValidationStatus"], told["ValidationStatusMessage"]) == ("SUCCESSFUL", "run r-1")
    assert refused(backup.put_restore_validation_result, **given) == "InvalidRequestException"


def test_no_other_job_takes_one(lab: Lab, clock: FakeClock) -> None:
    """Neither one that is not there, nor one of which nothing was restored, nor a word that is none."""
    failed = made(lab, clock, Status="FAILED")
    backup = client(lab, "backup")
    given = {"ValidationStatus": "SUCCESSFUL"}
    assert refused(backup.put_restore_validation_result, RestoreJobId="none", **given) == "ResourceNotFoundException"
    assert refused(backup.put_restore_validation_result, RestoreJobId=failed.id, **given) == "InvalidRequestException"
    done = put_result(vaults(), "weekly", failed.point, clock.now(), HOUR)
    asked = {"RestoreJobId": done.id, "ValidationStatus": "GREEN"}
    assert refused(backup.put_restore_validation_result, **asked) == "InvalidParameterValueException"
