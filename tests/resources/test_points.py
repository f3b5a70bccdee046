"""Every restorer: the recovery point that is chosen, and the worst case that the rhythm of points allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.recovery_point import PointKind
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support.estate import INSTANCE, REGION, Estate
from tests.support.ways import Make, looked


@pytest.mark.parametrize("kind", ["rds-pitr", "dynamodb"])
def test_an_asked_instant_is_the_one_restored(way_of: Make, kind: str) -> None:
    """The point is continuous, says that the instant was asked for, and loss is counted from it."""
    way = way_of(kind, selection=Selection(Pick.AT, ago=timedelta(minutes=30)))
    point = way.restorer.choose()
    assert point.kind is PointKind.CONTINUOUS
    assert point.data_time == point.reference
    assert abs(way.made.clock.now() - point.data_time - timedelta(minutes=30)) < timedelta(seconds=1)
    assert way_of(kind).restorer.choose().reference is None


@pytest.fixture
def snapshots(made: Estate) -> Iterator[list[str]]:
    """Names of snapshots to be deleted after the test."""
    names: list[str] = []
    yield names
    made.clock.sleep(3600)
    for name in names:
        made.client("rds").delete_db_snapshot(DBSnapshotIdentifier=name)


def test_the_newest_data_is_chosen_not_the_newest_copy(way_of: Make, made: Estate, snapshots: list[str]) -> None:
    """A snapshot that is copied gets a new creation time; its data is as old as before."""
    way, rds = way_of("rds-snapshot"), made.client("rds")
    automated = rds.describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
    oldest = min(automated, key=lambda each: each["SnapshotCreateTime"])["DBSnapshotIdentifier"]
    before = way.restorer.choose()
    rds.copy_db_snapshot(SourceDBSnapshotIdentifier=oldest, TargetDBSnapshotIdentifier="copied")
    snapshots.append("copied")
    made.clock.sleep(3600)
    listed = {each["DBSnapshotIdentifier"]: each for each in rds.describe_db_snapshots()["DBSnapshots"]}
    assert listed["copied"]["SnapshotCreateTime"] > listed[before.id]["SnapshotCreateTime"]
    assert listed["copied"]["Status"] == "available"
    chosen = way.restorer.choose()
    assert chosen.id == before.id
    assert chosen.data_time_source == "SnapshotDatabaseTime"


def test_a_snapshot_that_is_still_being_made_is_not_chosen(way_of: Make, made: Estate, snapshots: list[str]) -> None:
    """Only what is available can be restored; once it is, it is the newest."""
    way = way_of("rds-snapshot")
    before = way.restorer.choose().id
    made.client("rds").create_db_snapshot(DBInstanceIdentifier=INSTANCE.id, DBSnapshotIdentifier="fresh")
    snapshots.append("fresh")
    assert way.restorer.choose().id == before
    made.clock.sleep(1800)
    assert way.restorer.choose().id == "fresh"


def test_snapshots_of_aws_backup_are_asked_for_by_their_type(way_of: Make, made: Estate) -> None:
    """AWS lists none of them unless it is asked: the newest of all is chosen, looked at by its key, and restored."""
    rds = rds_backends[ACCOUNT][REGION]
    taken = rds._recorded(rds.databases[INSTANCE.id], "awsbackup:job-1", "awsbackup", None, None)  # type: ignore[attr-defined]
    try:
        made.clock.sleep(60)
        taken.dated(made.clock.now())
        plain = made.client("rds").describe_db_snapshots(DBInstanceIdentifier=INSTANCE.id)["DBSnapshots"]
        assert "awsbackup:job-1" not in {each["DBSnapshotIdentifier"] for each in plain}
        way = way_of("rds-snapshot")
        assert way.restorer.choose().id == "awsbackup:job-1"
        assert {each.get("SnapshotType") for each in way.calls("DescribeDBSnapshots")} == {None, "awsbackup"}
        assert "is enabled" in looked(way)
        way.restored()
        (asked,) = way.calls(way.spec.ask)
        assert asked["DBSnapshotIdentifier"] == "awsbackup:job-1"
        way.restorer.destroy(way.copy)
    finally:
        del rds.database_snapshots["awsbackup:job-1"]


def test_the_second_page_of_the_list_is_read(way_of: Make, made: Estate) -> None:
    """However many pages there are, the newest is the newest of all, and the worst case is that of all."""
    way = way_of("rds-snapshot")
    restorer = way.restorer
    whole, worst = restorer.choose(), restorer.worst_case(made.clock.now())
    events = restorer._api._client.meta.events
    events.register("before-parameter-build.rds.DescribeDBSnapshots", _one_a_page, unique_id="one-a-page")
    heard = len(way.calls("DescribeDBSnapshots"))
    try:
        assert restorer.choose() == whole
        assert len(way.calls("DescribeDBSnapshots")) - heard > 1
        assert restorer.worst_case(made.clock.now()).source == worst.source
    finally:
        events.unregister("before-parameter-build.rds.DescribeDBSnapshots", unique_id="one-a-page")


def _one_a_page(params: dict[str, Any], **_: Any) -> None:
    params["MaxRecords"] = 1


class Listing:
    """A list of snapshots, in place of AWS's; `backups` are the minutes that each of the last ones took."""

    def __init__(
        self, *days_old: float, until: datetime, retention: int = 0, backups: tuple[float, ...] | None = ()
    ) -> None:
        self.until, self.days, self.retention, self.backups = until, days_old, retention, backups

    def named(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {"DbiResourceId": "db-1", "BackupRetentionPeriod": self.retention}

    def pages(self, operation: str, *_: Any, **given: Any) -> Iterator[dict[str, Any]]:
        return self._events(**given) if operation == "DescribeEvents" else self._snapshots()

    def _events(self, SourceIdentifier: str, SourceType: str, StartTime: datetime) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert (SourceIdentifier, SourceType) == (INSTANCE.id, "db-instance")
        assert self.until - StartTime == timedelta(days=14)
        if self.backups is None:
            raise Denied("AccessDenied")
        yield {"Message": "Finished DB instance backup", "Date": self.until - timedelta(days=14)}  # begun before
        for number, minutes in enumerate(self.backups, 1):
            begun = self.until - timedelta(days=number)
            yield {"Message": "Finished DB instance backup", "Date": begun + timedelta(minutes=minutes)}
            yield {"Message": "Backing up DB instance", "Date": begun}
        yield {"Message": "Backing up DB instance", "Date": self.until}  # not finished yet

    def _snapshots(self) -> Iterator[dict[str, Any]]:
        for number, days in enumerate(self.days):
            taken = self.until - timedelta(days=days)
            yield {"DBSnapshotIdentifier": f"s{number}", "Status": "available", "SnapshotCreateTime": taken}
        yield {"DBSnapshotIdentifier": "no-time-yet", "Status": "available"}


@pytest.mark.parametrize(
    ("days_old", "worst"),
    [((), None), ((0.01,), None), ((1, 2, 3.5), 1.5), ((5, 6), 5), ((1, 30, 100), 70), ((100, 101), 100)],
)
def test_the_worst_case_is_read_from_the_rhythm_of_snapshots(
    way_of: Make, days_old: tuple[float, ...], worst: float | None
) -> None:
    """The largest gap that the last 90 days saw, up to now; one snapshot alone, however fresh, promises nothing."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(*days_old, until=until)
    case = restorer.worst_case(until)
    assert (case and case.loss) == (worst and timedelta(days=worst))


def test_the_worst_case_has_the_time_that_a_backup_takes(way_of: Make) -> None:
    """While a backup is made there is only the one before: the longest of the last 14 days is added, and said."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(0.5, 1, 2, 3.25, until=until, backups=(2, 3.5, 1))
    case = restorer.worst_case(until)
    assert case.gap == case.p95 == timedelta(days=1.25)
    assert case.backup == timedelta(minutes=3.5)
    assert case.loss == case.gap + case.backup
    assert case.source == "largest gap between 4 snapshots, 30 h, plus 3 m 30 s for the backup"


def test_the_95th_percentile_of_the_gaps_is_told_beside_the_largest(way_of: Make) -> None:
    """One missed night among forty does not hide the rhythm, nor the rhythm the missed night."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(*(day for day in range(1, 41) if day != 7), until=until)
    case = restorer.worst_case(until)
    assert (case.gap, case.p95) == (timedelta(days=2), timedelta(days=1))


@pytest.mark.parametrize("backups", [(), None], ids=["none told", "denied"])
def test_a_backup_time_that_nobody_tells_is_not_guessed(way_of: Make, backups: tuple[float, ...] | None) -> None:
    """No finished backup in the events, or no right to read them: the gap alone, and it says so."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(1, 2, until=until, backups=backups)
    case = restorer.worst_case(until)
    assert (case.loss, case.backup) == (timedelta(days=1), None)
    assert case.source.endswith("the time a backup takes is not known")


@pytest.mark.parametrize(
    ("days_old", "worst"),
    [((1, 2, 3, 60), 1), ((5, 60), None), ((10, 60), 10), ((6.5, 1, 6, 8), 5)],
)
def test_what_lies_before_the_retention_shows_no_rhythm(
    way_of: Make, days_old: tuple[float, ...], worst: float | None
) -> None:
    """The automated snapshots between those kept by hand have expired: only the retention, 7 days here, shows all."""
    restorer, until = way_of("rds-snapshot").restorer, datetime(2026, 11, 20, tzinfo=UTC)
    restorer._api = Listing(*days_old, until=until, retention=7)
    case = restorer.worst_case(until)
    assert (case and case.loss) == (worst and timedelta(days=worst))


@pytest.mark.parametrize("kind", ["rds-pitr", "dynamodb"])
def test_the_worst_case_of_a_continuous_backup_is_its_lag(way_of: Make, made: Estate, kind: str) -> None:
    """What a disaster right now would lose: the distance to the latest restorable time."""
    case = way_of(kind).restorer.worst_case(made.clock.now())
    assert timedelta(minutes=4) < case.loss < timedelta(minutes=6)
