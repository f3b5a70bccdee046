"""The lab's CloudFormation makes an instance from a snapshot or an instant as AWS does, with its refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_orchestrator.lab import Lab
from tests.support.fakes import FakeClock
from tests.support.labs import client

NAME = "made"
MADE = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": "20"}


@pytest.fixture
def source(rds: Any, clock: FakeClock) -> dict[str, Any]:
    """An instance with a snapshot and an hour of continuous backup."""
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        MasterUsername="orders",
        MasterUserPassword="secret-enough",
        BackupRetentionPeriod=7,
        **{**MADE, "AllocatedStorage": 20},
    )
    clock.sleep(3600)
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="one")
    clock.sleep(3600)
    found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"][0]
    return found


def built(lab: Lab, clock: FakeClock, **properties: Any) -> dict[str, Any]:
    """The stack that was made of such an instance, once it is over."""
    cloud = client(lab, "cloudformation")
    body = {"Resources": {"Database": {"Type": "AWS::RDS::DBInstance", "Properties": {**MADE, **properties}}}}
    cloud.create_stack(StackName=NAME, TemplateBody=json.dumps(body), Tags=[{"Key": "dr-drill:run", "Value": "r"}])
    clock.sleep(7200)
    stack: dict[str, Any] = cloud.describe_stacks(StackName=NAME)["Stacks"][0]
    events = cloud.describe_stack_events(StackName=NAME)["StackEvents"]
    stack["why"] = [each.get("ResourceStatusReason", "") for each in events if "FAILED" in each["ResourceStatus"]]
    return stack


@pytest.mark.parametrize("by", ["snapshot", "instant"])
def test_it_is_restored_and_wears_the_tags_of_its_stack(
    lab: Lab, rds: Any, clock: FakeClock, source: dict[str, Any], by: str
) -> None:
    """By a snapshot's name, or by an id and an instant: of the source's login, and not encrypted anew."""
    at = source["LatestRestorableTime"].strftime("%Y-%m-%dT%H:%M:%SZ")
    points = {
        "snapshot": {"DBSnapshotIdentifier": "one"},
        "instant": {"SourceDbiResourceId": source["DbiResourceId"], "RestoreTime": at},
    }
    assert built(lab, clock, **points[by])["StackStatus"] == "CREATE_COMPLETE"
    made = next(
        each
        for each in rds.describe_db_instances()["DBInstances"]
        if each["DBInstanceIdentifier"] != source["DBInstanceIdentifier"]
    )
    assert made["MasterUsername"] == "orders"
    assert {"Key": "dr-drill:run", "Value": "r"} in made["TagList"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"DBSnapshotIdentifier": "one", "MasterUsername": "orders"}, "MasterUsername cannot be specified"),
        ({"DBSnapshotIdentifier": "one", "DBName": "x", "KmsKeyId": "y"}, "DBName, KmsKeyId cannot be specified"),
        ({"DBSnapshotIdentifier": "two"}, "two"),
        ({"RestoreTime": "2026-11-20T00:00:00Z"}, "source must be specified"),
        ({"SourceDbiResourceId": "db-NONE", "RestoreTime": "2026-11-20T00:00:00Z"}, "db-NONE"),
        ({"SourceDbiResourceId": "db-NONE"}, "RestoreTime or UseLatestRestorableTime"),
        ({"DBSnapshotIdentifier": "one", "RestoreTime": "2026-11-20T00:00:00Z"}, "cannot both be specified"),
        ({"DBSnapshotIdentifier": "one", "AllocatedStorage": "10"}, "can't be less than"),
    ],
)
def test_what_aws_refuses_is_refused(
    lab: Lab, rds: Any, clock: FakeClock, source: dict[str, Any], given: dict[str, str], why: str
) -> None:
    """A property that may not stand beside a recovery point, a point that is not there, a size below it."""
    stack = built(lab, clock, **given)
    assert stack["StackStatus"].startswith("ROLLBACK")
    assert why in " ".join(stack["why"])
    assert [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]] == ["orders"]
