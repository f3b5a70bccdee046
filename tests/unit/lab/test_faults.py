"""Failures come when they are asked for, where they are asked for, as often as they are asked for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from botocore.exceptions import ConnectionError as EndpointConnectionError
from botocore.exceptions import HTTPClientError

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab import Lab
from tests.support.fakes import FakeClock
from tests.support.instances import SOURCE, described, make_source, restore, snapshotted
from tests.support.labs import client, get, refused


@pytest.mark.parametrize(
    ("kind", "rds_code", "dynamodb_code"),
    [
        ("access-denied", "AccessDenied", "AccessDeniedException"),
        ("expired-token", "ExpiredToken", "ExpiredTokenException"),
        ("throttle", "Throttling", "ThrottlingException"),
        ("server-error", "InternalFailure", "InternalServerError"),
    ],
)
def test_a_call_fails_in_the_words_of_its_service(lab: Lab, kind: str, rds_code: str, dynamodb_code: str) -> None:
    """Each protocol gets the error that its clients understand."""
    lab.faults.add({"kind": kind, "action": "*s"})
    assert refused(client(lab, "rds").describe_db_instances) == rds_code
    assert refused(client(lab, "dynamodb").list_tables) == dynamodb_code


@pytest.mark.parametrize(
    ("kind", "s3_code", "backup_code", "cbor_code"),
    [
        ("access-denied", "AccessDenied", "AccessDeniedException", "AccessDeniedException"),
        ("throttle", "SlowDown", "ThrottlingException", "ThrottlingException"),
        ("server-error", "InternalError", "InternalServerError", "InternalServerError"),
    ],
)
def test_a_rule_reaches_an_operation_of_any_protocol(
    lab: Lab, kind: str, s3_code: str, backup_code: str, cbor_code: str
) -> None:
    """S3, Backup and what speaks CBOR are hit by their operations' names and by what their paths name, and alone."""
    s3, backup = client(lab, "s3"), client(lab, "backup")
    s3.create_bucket(Bucket="orders")
    s3.put_object(Bucket="orders", Key="a/deep/key", Body=b"whole")
    for action, resource in (("GetObject", "a/deep/*"), ("ListObjectsV2", "orders"), ("StartRestoreJob", "*:point")):
        lab.faults.add({"kind": kind, "service": "[sb]*", "action": action, "resource": resource})
    lab.faults.add({"kind": kind, "service": "eventbridgev2", "action": "ListEventBuses"})
    assert refused(s3.get_object, Bucket="orders", Key="a/deep/key") == s3_code
    assert refused(s3.list_objects_v2, Bucket="orders") == s3_code
    point = {"RecoveryPointArn": "arn:aws:backup:us-east-1:123456789012:recovery-point:point", "Metadata": {}}
    assert refused(backup.start_restore_job, **point) == backup_code
    assert refused(client(lab, "eventbridgev2").list_event_buses) == cbor_code
    assert s3.list_objects(Bucket="orders")["Contents"][0]["Key"] == "a/deep/key"
    assert s3.get_object_tagging(Bucket="orders", Key="a/deep/key")["TagSet"] == []
    assert [entry.action for entry in lab.journal if entry.service == "s3" and not entry.fault] == [
        *("CreateBucket", "PutObject", "ListObjects", "GetObjectTagging")
    ]


def test_a_rule_hits_what_it_names_and_no_more(lab: Lab, clock: FakeClock) -> None:
    """Service, action and resource are patterns; `after` and `times` count the calls that they fit."""
    rds = client(lab, "rds")
    make_source(rds, clock)
    lab.faults.add(
        {
            "kind": "error",
            "code": "Odd",
            "service": "rds",
            "action": "Describe*",
            "resource": "jira-*",
            "times": 1,
            "after": 1,
        }
    )
    assert rds.describe_db_instances()["DBInstances"]
    outcomes = []
    for _ in range(3):
        try:
            outcomes.append(described(rds, SOURCE)["DBInstanceStatus"])
        except rds.exceptions.ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
    assert outcomes == ["available", "Odd", "available"]


def test_an_endpoint_can_be_unreachable(lab: Lab) -> None:
    """A reset connection reaches the client as one; without the rule the lab answers again."""
    rds = client(lab, "rds")
    lab.faults.add({"kind": "reset"})
    with pytest.raises((EndpointConnectionError, HTTPClientError)):
        rds.describe_db_instances()
    lab.faults.clear()
    assert rds.describe_db_instances()["DBInstances"] == []


@pytest.mark.parametrize(("rule", "state"), [({"kind": "stuck"}, "creating"), ({"status": "incompatible-restore"}, "")])
def test_a_restore_can_end_badly(lab: Lab, clock: FakeClock, rule: dict[str, Any], state: str) -> None:
    """A restore stays where it is for ever, or ends in another state."""
    rds = client(lab, "rds")
    make_source(rds, clock)
    snapshotted(rds, clock)
    lab.faults.add({"kind": "ends-as", "service": "rds", "action": "RestoreDBInstance*", "resource": "copy", **rule})
    restore(rds)
    clock.sleep(24 * 3600)
    assert described(rds, "copy")["DBInstanceStatus"] == (state or rule["status"])


def test_recovery_points_can_seem_missing(lab: Lab, clock: FakeClock) -> None:
    """No snapshot, PITR off, resource not found: as long as the rule stands, and no longer."""
    rds = client(lab, "rds")
    make_source(rds, clock)
    lab.faults.add({"kind": "no-snapshot", "resource": SOURCE})
    lab.faults.add({"kind": "pitr-off", "resource": SOURCE})
    assert rds.describe_db_snapshots(DBInstanceIdentifier=SOURCE)["DBSnapshots"] == []
    asked = {
        "SourceDBInstanceIdentifier": SOURCE,
        "TargetDBInstanceIdentifier": "copy",
        "UseLatestRestorableTime": True,
    }
    assert refused(rds.restore_db_instance_to_point_in_time, **asked) == "PointInTimeRestoreNotEnabled"
    lab.faults.add({"kind": "not-found", "resource": SOURCE})
    assert refused(rds.describe_db_instances, DBInstanceIdentifier=SOURCE) == "DBInstanceNotFound"
    lab.faults.clear()
    assert rds.describe_db_snapshots(DBInstanceIdentifier=SOURCE)["DBSnapshots"]
    assert described(rds, SOURCE)["BackupRetentionPeriod"] == 7


def test_rules_can_be_set_from_outside(lab: Lab) -> None:
    """The control page takes, lists and drops rules, and refuses what is none."""
    url = f"{lab.endpoint}/lab/faults"
    assert httpx.post(url, json={"kind": "throttle", "service": "rds"}, trust_env=False).status_code == 201
    assert get(url)[1][0]["kind"] == "throttle"
    assert refused(client(lab, "rds").describe_db_instances) == "Throttling"
    assert httpx.delete(url, trust_env=False).json() == {"left": 0}
    assert httpx.post(url, json={"kind": "nonsense"}, trust_env=False).status_code == 400
    with pytest.raises(LabError, match="no such kind"):
        lab.faults.add({"kind": "nonsense"})
