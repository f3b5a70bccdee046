"""Behind the lab's Aurora stands a real PostgreSQL: data by WAL, reached only through an instance."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import Pace
from dr_orchestrator.wiring.lab import serve
from tests.support.aurora import ENGINE, SCALING, SOURCE, add_member, described, member
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
        assert running.world.defects == []


@pytest.fixture(scope="module")
def rds(lab: Lab, clock: PacedClock) -> Any:
    made = client(lab, "rds")
    made.create_db_cluster(
        DBClusterIdentifier=SOURCE,
        Engine=ENGINE,
        EngineVersion="16.6",
        DatabaseName="trello",
        MasterUsername="trello_admin",
        MasterUserPassword=PASSWORD,
        BackupRetentionPeriod=7,
        ServerlessV2ScalingConfiguration=SCALING,
    )
    add_member(made, SOURCE, f"{SOURCE}-1")
    add_member(made, SOURCE, f"{SOURCE}-2", DBInstanceClass="db.serverless")
    ready(made, clock, SOURCE)
    ready_member(made, clock, f"{SOURCE}-1")
    ready_member(made, clock, f"{SOURCE}-2")
    await_restorable(made, clock, clock.now())
    run(made, SOURCE, "CREATE TABLE cards (title text)")
    return made


def ready(rds: Any, clock: PacedClock, name: str) -> str:
    outlast(clock, "creating", lambda: described(rds, name)["Status"])
    return str(described(rds, name)["Status"])


def ready_member(rds: Any, clock: PacedClock, name: str) -> str:
    outlast(clock, "creating", lambda: member(rds, name)["DBInstanceStatus"])
    return str(member(rds, name)["DBInstanceStatus"])


def connect(host: str, port: int) -> psycopg.Connection:
    return psycopg.connect(
        host=host, port=port, user="trello_admin", password=PASSWORD, dbname="trello", connect_timeout=5
    )


def run(rds: Any, cluster: str, statement: str) -> list[Any]:
    """Ask the writer endpoint of a cluster."""
    found = described(rds, cluster)
    with connect(found["Endpoint"], found["Port"]) as connection:
        done = connection.execute(statement)  # type: ignore[arg-type]
        return [row[0] for row in done.fetchall()] if done.description else []


def write(rds: Any, *titles: str) -> None:
    for title in titles:
        run(rds, SOURCE, f"INSERT INTO cards VALUES ('{title}')")


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
    rds.restore_db_cluster_to_point_in_time(
        SourceDBClusterIdentifier=SOURCE, DBClusterIdentifier="by-instant", RestoreToTime=instant
    )
    add_member(rds, "by-instant", "by-instant-1")
    assert ready(rds, clock, "by-instant") == "available"
    assert ready_member(rds, clock, "by-instant-1") == "available"
    ours = "SELECT title FROM cards WHERE title IN ('first', 'second', 'third') ORDER BY 1"
    assert run(rds, "by-instant", ours) == ["first", "second"]
    assert "third" in run(rds, SOURCE, "SELECT title FROM cards")
    assert run(rds, "by-instant", "SELECT NOT pg_is_in_recovery()") == [True]


def test_a_snapshot_holds_what_was_there_when_it_was_taken(rds: Any, clock: PacedClock) -> None:
    """A snapshot is a physical copy, whatever is written later; db.serverless makes its restore answer as well."""
    write(rds, "in the snapshot")
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="manual", DBClusterIdentifier=SOURCE)

    def status() -> str:
        found = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="manual")["DBClusterSnapshots"]
        return str(found[0]["Status"])

    outlast(clock, "creating", status)
    write(rds, "after the snapshot")
    rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="by-snapshot",
        SnapshotIdentifier="manual",
        Engine=ENGINE,
        ServerlessV2ScalingConfiguration=SCALING,
    )
    assert ready(rds, clock, "by-snapshot") == "available"
    add_member(rds, "by-snapshot", "by-snapshot-1", DBInstanceClass="db.serverless")
    assert ready_member(rds, clock, "by-snapshot-1") == "available"
    titles = run(rds, "by-snapshot", "SELECT title FROM cards")
    assert "in the snapshot" in titles
    assert "after the snapshot" not in titles


def test_an_automated_snapshot_holds_the_data_of_its_instant(rds: Any, clock: PacedClock) -> None:
    """A snapshot that RDS took is the archived WAL up to when it was taken."""
    found = rds.describe_db_cluster_snapshots(DBClusterIdentifier=SOURCE, SnapshotType="automated")
    name = found["DBClusterSnapshots"][0]["DBClusterSnapshotIdentifier"]
    rds.restore_db_cluster_from_snapshot(DBClusterIdentifier="by-automated", SnapshotIdentifier=name, Engine=ENGINE)
    add_member(rds, "by-automated", "by-automated-1")
    assert ready_member(rds, clock, "by-automated-1") == "available"
    assert run(rds, "by-automated", "SELECT count(*) FROM pg_tables WHERE tablename = 'cards'") == [0]


def test_without_an_instance_nobody_reaches_the_data(lab: Lab, rds: Any, clock: PacedClock) -> None:
    """The server rests while there is no instance, keeps its data, and is gone with its cluster."""
    write(rds, "kept")
    asked = {"SourceDBClusterIdentifier": SOURCE, "DBClusterIdentifier": "own", "RestoreType": "copy-on-write"}
    rds.restore_db_cluster_to_point_in_time(UseLatestRestorableTime=True, **asked)
    assert ready(rds, clock, "own") == "available"
    assert described(rds, "own")["Endpoint"].endswith(".rds.amazonaws.com")
    folder = lab.world.databases.root / "clusters" / described(rds, "own")["DbClusterResourceId"]  # type: ignore[union-attr]
    assert (folder / "PG_VERSION").exists()
    assert not (folder / "postmaster.pid").exists()
    add_member(rds, "own", "own-1")
    ready_member(rds, clock, "own-1")
    place = member(rds, "own-1")["Endpoint"]
    assert "kept" in run(rds, "own", "SELECT title FROM cards")
    run(rds, "own", "INSERT INTO cards VALUES ('of the copy')")
    assert "of the copy" not in run(rds, SOURCE, "SELECT title FROM cards")

    rds.delete_db_instance(DBInstanceIdentifier="own-1")
    await_silence(rds, clock, place)
    assert described(rds, "own")["DBClusterMembers"] == []
    add_member(rds, "own", "own-2")
    ready_member(rds, clock, "own-2")
    assert "of the copy" in run(rds, "own", "SELECT title FROM cards")

    place = member(rds, "own-2")["Endpoint"]
    rds.delete_db_instance(DBInstanceIdentifier="own-2")
    rds.delete_db_cluster(DBClusterIdentifier="own", SkipFinalSnapshot=True)
    await_silence(rds, clock, place)


def await_silence(rds: Any, clock: PacedClock, place: dict[str, Any]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            connect(place["Address"], place["Port"]).close()
        except psycopg.OperationalError as gone:
            if "refused" in str(gone):
                return
        rds.describe_db_clusters()
        clock.sleep(100)
    raise AssertionError("the server still answers")


def test_a_snapshot_can_be_taken_of_a_cluster_at_rest(rds: Any, clock: PacedClock) -> None:
    """A cluster without instances has its data all the same: a snapshot of it holds them."""
    write(rds, "at rest")
    await_restorable(rds, clock, clock.now())
    rds.restore_db_cluster_to_point_in_time(
        SourceDBClusterIdentifier=SOURCE, DBClusterIdentifier="resting", UseLatestRestorableTime=True
    )
    ready(rds, clock, "resting")
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="of-resting", DBClusterIdentifier="resting")

    def status() -> str:
        found = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="of-resting")["DBClusterSnapshots"]
        return str(found[0]["Status"])

    outlast(clock, "creating", status)
    rds.restore_db_cluster_from_snapshot(DBClusterIdentifier="awake", SnapshotIdentifier="of-resting", Engine=ENGINE)
    add_member(rds, "awake", "awake-1")
    assert ready_member(rds, clock, "awake-1") == "available"
    assert "at rest" in run(rds, "awake", "SELECT title FROM cards")


def test_a_restore_that_fails_physically_is_incompatible(lab: Lab, rds: Any, clock: PacedClock) -> None:
    """Where the database cannot be recovered, cluster and member say so, and are never available."""
    (key,) = (each for each in (lab.world.databases.root / "bases").iterdir())  # type: ignore[union-attr]
    hidden = key.with_name("hidden")
    key.rename(hidden)
    try:
        rds.restore_db_cluster_to_point_in_time(
            SourceDBClusterIdentifier=SOURCE, DBClusterIdentifier="broken", UseLatestRestorableTime=True
        )
        try:
            add_member(rds, "broken", "broken-1")
        except rds.exceptions.InvalidDBClusterStateFault as told:  # on a busy machine it may be known to be lost by now
            assert "incompatible-restore" in str(told)
        else:
            assert ready_member(rds, clock, "broken-1") == "incompatible-restore"
        assert ready(rds, clock, "broken") == "incompatible-restore"
    finally:
        hidden.rename(key)
