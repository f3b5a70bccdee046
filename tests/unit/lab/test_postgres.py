"""Behind the lab's RDS stands a real PostgreSQL: what is restored is what was there, by WAL and not by word."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.postgres.plane import Plane
from dr_orchestrator.settings import Pace
from dr_orchestrator.wiring.lab import serve
from tests.support.instances import SOURCE, described
from tests.support.labs import client, outlast

pytestmark = pytest.mark.slow
PASSWORD = "secret-enough"


@pytest.fixture(scope="module")
def clock() -> PacedClock:
    return PacedClock(Pace(2000.0, time.time()))


@pytest.fixture(scope="module")
def lab(clock: PacedClock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with serve(clock, postgres=True, state=tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def rds(lab: Lab, clock: PacedClock) -> Any:
    made = client(lab, "rds")
    made.create_db_instance(
        DBInstanceIdentifier=SOURCE,
        DBInstanceClass="db.m6g.large",
        Engine="postgres",
        EngineVersion="16.9",
        DBName="jira",
        AllocatedStorage=20,
        MasterUsername="jira_admin",
        MasterUserPassword=PASSWORD,
        BackupRetentionPeriod=7,
    )
    ready(made, clock, SOURCE)
    await_restorable(made, clock, clock.now())
    run(made, SOURCE, "CREATE TABLE issues (summary text)")
    return made


def ready(rds: Any, clock: PacedClock, name: str) -> str:
    for state in ("creating", "backing-up"):
        outlast(clock, state, lambda: described(rds, name)["DBInstanceStatus"])
    return str(described(rds, name)["DBInstanceStatus"])


def run(rds: Any, name: str, statement: str) -> list[Any]:
    place = described(rds, name)["Endpoint"]
    with psycopg.connect(
        host=place["Address"], port=place["Port"], user="jira_admin", password=PASSWORD, dbname="jira"
    ) as connection:
        done = connection.execute(statement)  # type: ignore[arg-type]
        return [row[0] for row in done.fetchall()] if done.description else []


def write(rds: Any, *summaries: str) -> None:
    for summary in summaries:
        run(rds, SOURCE, f"INSERT INTO issues VALUES ('{summary}')")


def await_restorable(rds: Any, clock: PacedClock, at: datetime) -> None:
    while described(rds, SOURCE).get("LatestRestorableTime", at - timedelta(1)) < at:
        clock.sleep(200)


def test_a_point_in_time_holds_the_rows_of_before_and_none_of_after(rds: Any, clock: PacedClock) -> None:
    """Recovery stops at the instant: committed before is there, committed after is not."""
    write(rds, "first", "second")
    clock.sleep(100)
    instant = clock.now()
    clock.sleep(100)
    write(rds, "third")
    await_restorable(rds, clock, instant)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=SOURCE,
        TargetDBInstanceIdentifier="by-instant",
        RestoreTime=instant,
        BackupRetentionPeriod=0,
    )
    assert ready(rds, clock, "by-instant") == "available"
    ours = "SELECT summary FROM issues WHERE summary IN ('first', 'second', 'third') ORDER BY 1"
    assert run(rds, "by-instant", ours) == ["first", "second"]
    assert "third" in run(rds, SOURCE, "SELECT summary FROM issues")
    assert run(rds, "by-instant", "SELECT NOT pg_is_in_recovery()") == [True]


def test_a_snapshot_holds_what_was_there_when_it_was_taken(rds: Any, clock: PacedClock) -> None:
    """A snapshot is a physical copy: rows written after it are not in it, and it outlives changes to its source."""
    write(rds, "in the snapshot")
    rds.create_db_snapshot(DBSnapshotIdentifier="manual", DBInstanceIdentifier=SOURCE)
    outlast(
        clock,
        "creating",
        lambda: rds.describe_db_snapshots(DBSnapshotIdentifier="manual")["DBSnapshots"][0]["Status"],
    )
    write(rds, "after the snapshot")
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="by-snapshot", DBSnapshotIdentifier="manual", BackupRetentionPeriod=0
    )
    assert ready(rds, clock, "by-snapshot") == "available"
    rows = run(rds, "by-snapshot", "SELECT summary FROM issues")
    assert "in the snapshot" in rows
    assert "after the snapshot" not in rows


def test_a_copy_can_be_written_without_its_source_noticing(rds: Any, clock: PacedClock) -> None:
    """A copy is a server of its own, and gone with its instance."""
    run(rds, SOURCE, "INSERT INTO issues VALUES ('kept in the source')")
    await_restorable(rds, clock, clock.now())
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=SOURCE, TargetDBInstanceIdentifier="own", UseLatestRestorableTime=True
    )
    ready(rds, clock, "own")
    place = described(rds, "own")["Endpoint"]
    run(rds, "own", "DROP TABLE issues")
    assert run(rds, SOURCE, "SELECT count(*) > 0 FROM issues") == [True]
    rds.delete_db_instance(DBInstanceIdentifier="own", SkipFinalSnapshot=True)
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        try:
            psycopg.connect(host=place["Address"], port=place["Port"], dbname="jira", user="jira_admin").close()
        except psycopg.OperationalError as gone:
            if "refused" in str(gone):
                return
        rds.describe_db_instances()
        clock.sleep(100)
    raise AssertionError("the server of a deleted copy still answers")


def test_a_restore_that_fails_physically_is_incompatible(lab: Lab, rds: Any, clock: PacedClock) -> None:
    """Where the database cannot be recovered the instance says so, and is never available."""
    plane = lab.world.databases
    assert isinstance(plane, Plane)
    bases, aside = plane.root / "bases", plane.root / "aside"
    bases.rename(aside)
    try:
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier=SOURCE, TargetDBInstanceIdentifier="broken", UseLatestRestorableTime=True
        )
        assert ready(rds, clock, "broken") == "incompatible-restore"
    finally:
        aside.rename(bases)
