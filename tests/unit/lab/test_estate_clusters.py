"""The sample company has Aurora clusters where a lab is asked for them, with months of backups that can be restored."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import Pace
from dr_orchestrator.wiring.lab import serve
from tests.support.aurora import ENGINE, add_member, described, member
from tests.support.fakes import FakeClock
from tests.support.labs import client, outlast


@pytest.fixture
def company(clock: FakeClock) -> Iterator[Lab]:
    with serve(clock, estate=True) as running:
        yield running


def test_one_cluster_is_provisioned_and_one_serverless(company: Lab) -> None:
    """Trello has a writer and a reader of a class, Statuspage an instance of Serverless v2; both are protected."""
    rds = client(company, "rds")
    found = {each["DBClusterIdentifier"]: each for each in rds.describe_db_clusters()["DBClusters"]}
    assert {name: each["Status"] for name, each in found.items()} == {
        "trello-prod": "available",
        "statuspage-prod": "available",
    }
    assert "ServerlessV2ScalingConfiguration" not in found["trello-prod"]
    assert found["statuspage-prod"]["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 8.0}
    assert [each["IsClusterWriter"] for each in found["trello-prod"]["DBClusterMembers"]] == [True, False]
    assert member(rds, "trello-prod-1")["DBInstanceClass"] == "db.r6g.large"
    assert member(rds, "statuspage-prod-1")["DBInstanceClass"] == "db.serverless"
    for name, each in found.items():
        assert (each["DeletionProtection"], each["StorageEncrypted"]) == (True, True)
        assert each["DBClusterParameterGroup"] == f"{name}-cluster"
        assert member(rds, f"{name}-1")["DBParameterGroups"][0]["DBParameterGroupName"] == f"{name}-instance"


def test_backups_go_back_a_month_and_go_on(company: Lab, clock: FakeClock) -> None:
    """Automated snapshots are daily and kept for 30 days; AWS Backup's are weekly, and stay."""
    rds = client(company, "rds")

    def taken() -> Counter[str]:
        pages = rds.get_paginator("describe_db_cluster_snapshots")
        asked = {"DBClusterIdentifier": "statuspage-prod"}
        kinds = [page for kind in ("automated", "awsbackup") for page in pages.paginate(SnapshotType=kind, **asked)]
        return Counter(each["SnapshotType"] for page in kinds for each in page["DBClusterSnapshots"])

    before = taken()
    assert 29 <= before["automated"] <= 31
    assert 4 <= before["awsbackup"] <= 5
    clock.sleep(timedelta(days=10).total_seconds())
    after = taken()
    assert abs(after["automated"] - before["automated"]) <= 1
    assert after["awsbackup"] == before["awsbackup"]
    newest = rds.describe_db_cluster_snapshots(SnapshotType="automated")["DBClusterSnapshots"][-1]
    assert clock.now() - newest["SnapshotCreateTime"] < timedelta(days=1)
    assert company.world.defects == []


def test_a_cluster_of_three_zones_stands_as_its_file_says(clock: FakeClock, tmp_path: Path) -> None:
    """A writer and two readers, each in a zone of its own; daily snapshots of a month, which go on."""
    (tmp_path / "estate.yaml").write_text(
        "multi-az-cluster: {bills-prod: {engine: mysql, database: bills, gib: 120, iops: 4000}}\n"
    )
    with serve(clock, estate=tmp_path / "estate.yaml") as running:
        rds = client(running, "rds")
        (found,) = rds.describe_db_clusters()["DBClusters"]
        stands = ("Status", "Engine", "StorageType", "Iops", "AllocatedStorage", "DBClusterInstanceClass")
        assert [found[each] for each in stands] == ["available", "mysql", "gp3", 4000, 120, "db.m6gd.large"]
        assert (found["DeletionProtection"], found["StorageEncrypted"]) == (True, True)
        members = [member(rds, each["DBInstanceIdentifier"]) for each in found["DBClusterMembers"]]
        assert {each["AvailabilityZone"][-1] for each in members} == set("abc")
        assert {each["DBInstanceStatus"] for each in members} == {"available"}
        kept = rds.describe_db_cluster_snapshots(DBClusterIdentifier="bills-prod")["DBClusterSnapshots"]
        assert 29 <= len(kept) <= 31
        clock.sleep(timedelta(days=2).total_seconds())
        newest = rds.describe_db_cluster_snapshots(DBClusterIdentifier="bills-prod")["DBClusterSnapshots"][-1]
        assert clock.now() - newest["SnapshotCreateTime"] < timedelta(days=1)
        assert running.world.defects == []


@pytest.mark.slow
def test_a_backup_from_before_the_lab_holds_the_data_of_its_day(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A restored old snapshot answers with the company's login, and has no row younger than it."""
    clock = PacedClock(Pace(400.0, time.time()))
    with serve(clock, postgres=True, estate=True, state=tmp_path_factory.mktemp("lab")) as running:
        rds = client(running, "rds")
        oldest = rds.describe_db_cluster_snapshots(DBClusterIdentifier="trello-prod")["DBClusterSnapshots"][0]
        rds.restore_db_cluster_from_snapshot(
            DBClusterIdentifier="copy", SnapshotIdentifier=oldest["DBClusterSnapshotArn"], Engine=ENGINE
        )
        add_member(rds, "copy", "copy-1")
        outlast(clock, "creating", lambda: member(rds, "copy-1")["DBInstanceStatus"])
        login = client(running, "secretsmanager").get_secret_value(SecretId="prod/trello-db")["SecretString"]
        newest = _asked(described(rds, "copy"), login, "SELECT max(created_at) FROM cards")
        assert newest <= oldest["SnapshotCreateTime"]
        assert oldest["SnapshotCreateTime"] - newest < timedelta(hours=1)
        here = _asked(described(rds, "trello-prod"), login, "SELECT max(at) FROM heartbeat")
        assert clock.now() - here < timedelta(hours=3)
        assert running.world.defects == []


def _asked(cluster: dict[str, Any], secret: str, statement: str) -> Any:
    login = json.loads(secret)
    place = {"host": cluster["Endpoint"], "port": cluster["Port"], "dbname": login["dbname"]}
    with psycopg.connect(user=login["username"], password=login["password"], **place) as connection:
        (found,) = connection.execute(statement).fetchone() or (None,)  # type: ignore[call-overload]
        return found
