"""The lab's restore jobs: what AWS refuses they refuse, and the same start is the same job for an hour."""

from __future__ import annotations

from typing import Any

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.resources.rds_instance.lab.vaulted import back_up
from tests.support.fakes import FakeClock
from tests.support.labs import client, refused

ROLE = "arn:aws:iam::123456789012:role/dr-restore"


@pytest.fixture
def given(lab: Lab, clock: FakeClock) -> dict[str, Any]:
    """A start that AWS takes, of a point with real metadata."""
    rds = client(lab, "rds")
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="somebody",
        MasterUserPassword="not-a-secret",
    )
    clock.sleep(3600)
    client(lab, "backup").create_backup_vault(BackupVaultName="nightly")
    point = back_up("nightly", "orders")
    asked = {"BackupVaultName": "nightly", "RecoveryPointArn": point.point}
    told = client(lab, "backup").get_recovery_point_restore_metadata(**asked)
    metadata = {**told["RestoreMetadata"], "DBInstanceIdentifier": "dro-copy"}
    return {"RecoveryPointArn": point.point, "Metadata": metadata, "IamRoleArn": ROLE, "IdempotencyToken": "once"}


def test_a_job_passes_its_states_and_names_what_it_made_at_the_end(
    lab: Lab, clock: FakeClock, given: dict[str, Any]
) -> None:
    """Pending, running, completed; the instance is there before, wears no tag, and its metadata are told."""
    backup = client(lab, "backup")
    job = backup.start_restore_job(**given)["RestoreJobId"]
    seen = []
    for _ in range(60):
        told = backup.describe_restore_job(RestoreJobId=job)
        seen.append(told["Status"])
        assert ("CreatedResourceArn" in told) is (told["Status"] == "COMPLETED")
        clock.sleep(30)
    assert [each for number, each in enumerate(seen) if each not in seen[:number]] == [
        "PENDING",
        "RUNNING",
        "COMPLETED",
    ]
    assert told["CreatedResourceArn"] == rds_backends[ACCOUNT][REGION].databases["dro-copy"].arn
    assert rds_backends[ACCOUNT][REGION].databases["dro-copy"].tags == []
    assert backup.get_restore_job_metadata(RestoreJobId=job)["Metadata"] == given["Metadata"]
    assert [each["RestoreJobId"] for each in backup.list_restore_jobs()["RestoreJobs"]] == [job]


def test_the_same_start_is_the_same_job_for_an_hour(lab: Lab, clock: FakeClock, given: dict[str, Any]) -> None:
    """After it AWS knows the token no more; another start under it is refused."""
    backup = client(lab, "backup")
    first = backup.start_restore_job(**given)["RestoreJobId"]
    assert backup.start_restore_job(**given)["RestoreJobId"] == first
    other = {**given, "Metadata": {**given["Metadata"], "DBInstanceIdentifier": "dro-other"}}
    assert refused(backup.start_restore_job, **other) == "InvalidParameterValueException"
    clock.sleep(3601)
    second = backup.start_restore_job(**given)["RestoreJobId"]
    assert second != first
    clock.sleep(3600)
    told = backup.describe_restore_job(RestoreJobId=second)
    assert (told["Status"], "already exists" in told["StatusMessage"]) == ("FAILED", True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"IamRoleArn": "admin"}, "InvalidParameterValueException"),
        ({"Metadata": {"PubliclyAccessible": "false"}}, "InvalidParameterValueException"),
        ({"ResourceType": "Aurora"}, "InvalidParameterValueException"),
        (
            {"RecoveryPointArn": "arn:aws:backup:us-east-1:123456789012:recovery-point:x"},
            "ResourceNotFoundException",
        ),
    ],
)
def test_what_aws_refuses_is_refused(lab: Lab, given: dict[str, Any], changed: dict[str, Any], code: str) -> None:
    """No role, no name, another type, no such point: no job."""
    backup = client(lab, "backup")
    assert refused(backup.start_restore_job, **{**given, **changed}) == code
    assert backup.list_restore_jobs()["RestoreJobs"] == []


def test_an_expired_point_is_not_restored(lab: Lab, given: dict[str, Any]) -> None:
    """AWS says in which state it is not."""
    vaults().change(given["RecoveryPointArn"], status="EXPIRED")
    assert refused(client(lab, "backup").start_restore_job, **given) == "InvalidResourceStateException"


def test_what_is_left_out_is_as_the_source_had_it(lab: Lab, clock: FakeClock, given: dict[str, Any]) -> None:
    """Also where that is dangerous: only who says otherwise has it otherwise."""
    source: Any = rds_backends[ACCOUNT][REGION].databases["orders"]
    source.publicly_accessible = True
    point = back_up("nightly", "orders")
    bare = {"DBInstanceIdentifier": "dro-open"}
    client(lab, "backup").start_restore_job(RecoveryPointArn=point.point, Metadata=bare, IamRoleArn=ROLE)
    clock.sleep(600)
    client(lab, "backup").list_restore_jobs()
    assert rds_backends[ACCOUNT][REGION].databases["dro-open"].publicly_accessible is True


def test_a_job_that_breaks_ends_failed_with_why(lab: Lab, clock: FakeClock, given: dict[str, Any]) -> None:
    """Whatever keeps it from making anything: none stays at work for ever, and each says what it was."""
    backup = client(lab, "backup")
    del rds_backends[ACCOUNT][REGION].databases["orders"]
    job = backup.start_restore_job(**given)["RestoreJobId"]
    clock.sleep(3600)
    told = backup.describe_restore_job(RestoreJobId=job)
    assert (told["Status"], told["StatusMessage"]) == ("FAILED", "KeyError: 'orders'")
    assert "CreatedResourceArn" not in told
