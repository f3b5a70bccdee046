"""The vaults of the lab: page by page, and only what was put there."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.vaults import vaults
from tests.support.fakes import FakeClock
from tests.support.labs import client, refused

DAY = timedelta(days=1)


def test_what_lies_in_a_vault_is_told_page_by_page(lab: Lab, clock: FakeClock) -> None:
    """With what it is of and when it was made; what is older than asked for is left out."""
    backup = client(lab, "backup")
    backup.create_backup_vault(BackupVaultName="nightly")
    for days in range(5):
        vaults().keep("nightly", f"arn:{days}", "RDS", clock.now() - days * DAY)
    pages = list(
        backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
            BackupVaultName="nightly",
            ByCreatedAfter=clock.now() - 3.5 * DAY,
            PaginationConfig={"PageSize": 2},
        )
    )
    found = [each for page in pages for each in page["RecoveryPoints"]]
    assert [len(page["RecoveryPoints"]) for page in pages] == [2, 2]
    assert [each["ResourceArn"] for each in found] == ["arn:0", "arn:1", "arn:2", "arn:3"]
    assert [each["CreationDate"] for each in found] == [clock.now() - days * DAY for days in range(4)]


def test_vaults_are_told_page_by_page_with_what_they_hold(lab: Lab, clock: FakeClock) -> None:
    """And whether they are locked."""
    backup = client(lab, "backup")
    for name in ("a", "b", "c"):
        backup.create_backup_vault(BackupVaultName=name)
    backup.put_backup_vault_lock_configuration(BackupVaultName="b", ChangeableForDays=3)
    vaults().keep("c", "arn:1", "RDS", clock.now())
    pages = list(backup.get_paginator("list_backup_vaults").paginate(PaginationConfig={"PageSize": 2}))
    found = [each for page in pages for each in page["BackupVaultList"]]
    assert len(pages) == 2
    assert [(each["BackupVaultName"], each["Locked"], each["NumberOfRecoveryPoints"]) for each in found] == [
        ("a", False, 0),
        ("b", True, 0),
        ("c", False, 1),
    ]


def test_what_the_lab_does_not_have_it_says(lab: Lab) -> None:
    """Nothing is backed up or restored there, and a vault that is not there holds nothing."""
    backup = client(lab, "backup")
    given = {"BackupVaultName": "none", "ResourceArn": "arn:1", "IamRoleArn": "arn:2"}
    assert refused(backup.start_backup_job, **given) == "NotImplemented"
    assert refused(backup.list_recovery_points_by_backup_vault, BackupVaultName="none") == "ResourceNotFoundException"


def test_plans_have_selections_and_take_what_a_fault_says(lab: Lab, clock: FakeClock) -> None:
    """As a caller of AWS Backup makes and reads them; nothing is taken but what a fault names, and that for so long."""
    backup, arn = client(lab, "backup"), "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
    backup.create_backup_vault(BackupVaultName="nightly")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "nightly", "Lifecycle": {"DeleteAfterDays": 30}}
    id = backup.create_backup_plan(BackupPlan={"BackupPlanName": "all", "Rules": [rule]})["BackupPlanId"]
    selection = {"SelectionName": "all", "IamRoleArn": "arn:aws:iam::123456789012:role/b", "Resources": ["*"]}
    made = backup.create_backup_selection(BackupPlanId=id, BackupSelection=selection)["SelectionId"]
    (listed,) = backup.list_backup_selections(BackupPlanId=id)["BackupSelectionsList"]
    assert (listed["BackupPlanId"], listed["SelectionId"]) == (id, made)
    assert backup.get_backup_selection(BackupPlanId=id, SelectionId=made)["BackupSelection"] == selection
    assert backup.describe_region_settings()["ResourceTypeOptInPreference"] == {}
    assert refused(backup.get_backup_selection, BackupPlanId=id, SelectionId="none") == "ResourceNotFoundException"
    assert refused(backup.list_backup_selections, BackupPlanId="none") == "ResourceNotFoundException"
    assert backup.list_recovery_points_by_resource(ResourceArn=arn)["RecoveryPoints"] == []
    lab.faults.add({"kind": "backed-up", "service": "backup", "resource": "*:table/orders"})
    for _ in range(2):
        (point,) = backup.list_recovery_points_by_resource(ResourceArn=arn)["RecoveryPoints"]
    described = backup.describe_recovery_point(BackupVaultName="nightly", RecoveryPointArn=point["RecoveryPointArn"])
    assert (described["ResourceArn"], described["ResourceType"]) == (arn, "DynamoDB")
    assert described["CalculatedLifecycle"]["DeleteAt"] == clock.now() + 30 * DAY
