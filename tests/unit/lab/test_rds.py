"""The lab's RDS takes its time, and refuses what AWS refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support.fakes import FakeClock
from tests.support.instances import SOURCE, described, make_source, restore, snapshotted
from tests.support.labs import refused, wait_while

pytestmark = pytest.mark.slow


def to_instant(rds: Any, name: str = "copy", **given: Any) -> dict[str, Any]:
    asked = {"SourceDBInstanceIdentifier": SOURCE, "TargetDBInstanceIdentifier": name, **given}
    made: dict[str, Any] = rds.restore_db_instance_to_point_in_time(**asked)["DBInstance"]
    return made


def test_a_restore_of_100_gib_takes_15_to_20_minutes_of_lab_time(rds: Any, clock: FakeClock) -> None:
    """Restores last as long as their size says."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    restore(rds, BackupRetentionPeriod=0)
    took = wait_while(clock, "creating", lambda: described(rds, "copy")["DBInstanceStatus"])
    assert timedelta(minutes=15) < took < timedelta(minutes=20)
    assert described(rds, "copy")["DBInstanceStatus"] == "available"


def test_an_instance_has_no_endpoint_before_it_is_created(rds: Any, clock: FakeClock) -> None:
    """The endpoint appears with the instance, and a first backup follows where backups are on."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    assert "Endpoint" not in restore(rds)
    wait_while(clock, "creating", lambda: described(rds, "copy")["DBInstanceStatus"])
    made = described(rds, "copy")
    assert made["DBInstanceStatus"] == "backing-up"
    assert made["Endpoint"]["Port"] == 5432


def test_false_and_zero_are_honoured_on_restores(rds: Any, clock: FakeClock) -> None:
    """What is given counts, also where it is False or 0; nothing is inherited that AWS does not inherit."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    given = {"DeletionProtection": False, "MultiAZ": False, "BackupRetentionPeriod": 0, "PubliclyAccessible": False}
    for made in (restore(rds, "one", **given), to_instant(rds, "two", UseLatestRestorableTime=True, **given)):
        assert {name: made[name] for name in given} == given
        assert made["TagList"] == []
        assert made["DBSubnetGroup"]["DBSubnetGroupName"] == "default"
        assert len(made["VpcSecurityGroups"]) == 1


def test_tags_of_a_restore_are_the_ones_given(rds: Any, clock: FakeClock) -> None:
    """A copy carries its own tags, and has an id that no other instance ever had."""
    source = make_source(rds, clock)
    snapshotted(rds, clock)
    made = restore(rds, Tags=[{"Key": "dr-drill:run", "Value": "r1"}])
    assert made["TagList"] == [{"Key": "dr-drill:run", "Value": "r1"}]
    assert rds.list_tags_for_resource(ResourceName=made["DBInstanceArn"])["TagList"] == made["TagList"]
    assert made["DbiResourceId"] != source["DbiResourceId"]


def test_an_instant_outside_the_window_is_refused(rds: Any, clock: FakeClock) -> None:
    """The latest restorable time lags five minutes; later and earlier than the window is no restore."""
    source = make_source(rds, clock)
    assert clock.now() - source["LatestRestorableTime"] == timedelta(minutes=5)
    backup = rds.describe_db_instance_automated_backups(DBInstanceIdentifier=SOURCE)["DBInstanceAutomatedBackups"][0]
    window = backup["RestoreWindow"]
    assert window["LatestTime"] == source["LatestRestorableTime"]
    restores = rds.restore_db_instance_to_point_in_time
    names = {"SourceDBInstanceIdentifier": SOURCE, "TargetDBInstanceIdentifier": "copy"}
    second = timedelta(seconds=1)
    assert refused(restores, **names, RestoreTime=window["LatestTime"] + second) == "InvalidRestoreFault"
    assert refused(restores, **names, RestoreTime=window["EarliestTime"] - second) == "InvalidRestoreFault"
    assert refused(restores, **names) == "InvalidParameterCombination"
    assert to_instant(rds, RestoreTime=window["LatestTime"])["DBInstanceStatus"] == "creating"


def test_without_backups_there_is_no_point_in_time(rds: Any, clock: FakeClock) -> None:
    """Retention 0 means no automated snapshot, no window and no restore to an instant."""
    make_source(rds, clock)
    rds.modify_db_instance(DBInstanceIdentifier=SOURCE, BackupRetentionPeriod=0, ApplyImmediately=True)
    assert rds.describe_db_snapshots(DBInstanceIdentifier=SOURCE)["DBSnapshots"] == []
    asked = {
        "SourceDBInstanceIdentifier": SOURCE,
        "TargetDBInstanceIdentifier": "copy",
        "UseLatestRestorableTime": True,
    }
    assert refused(rds.restore_db_instance_to_point_in_time, **asked) == "PointInTimeRestoreNotEnabled"


def test_a_source_can_be_named_by_its_resource_id(rds: Any, clock: FakeClock) -> None:
    """SourceDbiResourceId names the source, and not whichever instance comes first."""
    make_source(rds, clock, DBInstanceIdentifier="another", AllocatedStorage=20)
    source = make_source(rds, clock)
    made = rds.restore_db_instance_to_point_in_time(
        SourceDbiResourceId=source["DbiResourceId"], TargetDBInstanceIdentifier="copy", UseLatestRestorableTime=True
    )["DBInstance"]
    assert made["AllocatedStorage"] == 100


def test_names_are_not_given_twice(rds: Any, clock: FakeClock) -> None:
    """An identifier is taken until its instance is gone."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    restore(rds)
    asked = {"DBInstanceIdentifier": "copy", "DBSnapshotIdentifier": "manual"}
    assert refused(rds.restore_db_instance_from_db_snapshot, **asked) == "DBInstanceAlreadyExists"


def test_deleting_takes_time_and_says_what_becomes_of_the_data(rds: Any, clock: FakeClock) -> None:
    """Deleting: a final snapshot is made or declined, protection holds, and the instance is gone only later."""
    make_source(rds, clock)
    assert refused(rds.delete_db_instance, DBInstanceIdentifier=SOURCE, SkipFinalSnapshot=True) == (
        "InvalidParameterCombination"
    )
    snapshotted(rds, clock)
    restore(rds)
    clock.sleep(3600)
    assert refused(rds.delete_db_instance, DBInstanceIdentifier="copy") == "InvalidParameterCombination"
    rds.delete_db_instance(DBInstanceIdentifier="copy", SkipFinalSnapshot=True)
    assert described(rds, "copy")["DBInstanceStatus"] == "deleting"
    assert refused(rds.delete_db_instance, DBInstanceIdentifier="copy", SkipFinalSnapshot=True) == (
        "InvalidDBInstanceState"
    )
    clock.sleep(600)
    assert refused(rds.describe_db_instances, DBInstanceIdentifier="copy") == "DBInstanceNotFound"


def test_a_snapshot_is_created_before_it_is_available(rds: Any, clock: FakeClock) -> None:
    """A snapshot tells its progress and the time of its data, and cannot be restored before it is whole."""
    make_source(rds, clock)
    began = clock.now()
    rds.create_db_snapshot(DBSnapshotIdentifier="manual", DBInstanceIdentifier=SOURCE)
    clock.sleep(60)
    found = rds.describe_db_snapshots(DBSnapshotIdentifier="manual")["DBSnapshots"][0]
    assert found["Status"] == "creating"
    assert 0 < found["PercentProgress"] < 100
    asked = {"DBInstanceIdentifier": "copy", "DBSnapshotIdentifier": "manual"}
    assert refused(rds.restore_db_instance_from_db_snapshot, **asked) == "InvalidDBSnapshotState"
    clock.sleep(1800)
    found = rds.describe_db_snapshots(DBSnapshotIdentifier="manual")["DBSnapshots"][0]
    assert (found["Status"], found["PercentProgress"]) == ("available", 100)
    assert found["SnapshotDatabaseTime"] == found["OriginalSnapshotCreateTime"] == began


def test_snapshots_come_in_pages(rds: Any, clock: FakeClock) -> None:
    """MaxRecords is kept to, and the pages together hold every snapshot once."""
    make_source(rds, clock)
    for number in range(45):
        rds.create_db_snapshot(DBSnapshotIdentifier=f"manual-{number}", DBInstanceIdentifier=SOURCE)
    pages = list(
        rds.get_paginator("describe_db_snapshots").paginate(
            DBInstanceIdentifier=SOURCE, PaginationConfig={"PageSize": 20}
        )
    )
    assert [len(page["DBSnapshots"]) for page in pages] == [20, 20, 6]
    assert len({each["DBSnapshotIdentifier"] for page in pages for each in page["DBSnapshots"]}) == 46


def test_unknown_security_groups_are_refused(rds: Any, clock: FakeClock) -> None:
    """A copy cannot be put into a security group that does not exist."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    asked = {"DBInstanceIdentifier": "copy", "DBSnapshotIdentifier": "manual", "VpcSecurityGroupIds": ["sg-nope"]}
    assert refused(rds.restore_db_instance_from_db_snapshot, **asked) == "InvalidParameterValue"


def test_a_restore_is_written_down_as_it_happened(rds: Any, clock: FakeClock) -> None:
    """DescribeEvents tells when the copy was created and backed up: the instants at which its state changed."""
    make_source(rds, clock)
    snapshotted(rds, clock)
    began = clock.now()
    restore(rds)
    copy = rds_backends[ACCOUNT]["us-east-1"].databases["copy"]
    wait_while(clock, "creating", lambda: str(copy.status), step=0.5)
    created = clock.now()
    wait_while(clock, "backing-up", lambda: str(copy.status), step=0.5)
    backed_up = clock.now()
    assert described(rds, "copy")["DBInstanceStatus"] == "available"
    told = events(rds, "copy", StartTime=began)
    assert [(message, round((at - began).total_seconds())) for message, at in told] == [
        ("DB instance created", pytest.approx((created - began).total_seconds(), abs=1.5)),
        ("Restored from snapshot manual", pytest.approx((created - began).total_seconds(), abs=1.5)),
        ("Backing up DB instance", pytest.approx((created - began).total_seconds(), abs=1.5)),
        ("Finished DB instance backup", pytest.approx((backed_up - began).total_seconds(), abs=1.5)),
    ]


def events(rds: Any, instance: str, **given: Any) -> list[tuple[str, Any]]:
    pages = rds.get_paginator("describe_events").paginate(
        SourceIdentifier=instance, SourceType="db-instance", PaginationConfig={"PageSize": 20}, **given
    )
    return [(each["Message"], each["Date"]) for page in pages for each in page["Events"]]


def test_events_are_those_of_the_span_that_is_asked_for(rds: Any, clock: FakeClock) -> None:
    """The last hour, unless another span is asked for; after 14 days nothing is left."""
    began = clock.now()
    make_source(rds, clock)
    assert len(events(rds, SOURCE, StartTime=began)) == 3
    clock.sleep(3600)
    assert events(rds, SOURCE) == []
    assert len(events(rds, SOURCE, Duration=180)) == 3
    assert events(rds, SOURCE, StartTime=began, EndTime=began + timedelta(seconds=60)) == []
    assert events(rds, "another", StartTime=began) == []
    clock.sleep(timedelta(days=14).total_seconds())
    assert events(rds, SOURCE, StartTime=began) == []
