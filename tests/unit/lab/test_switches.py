"""Failovers of the lab's Aurora clusters, as AWS has them, without any database behind them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.lab import Lab
from tests.support.aurora import SOURCE, add_member, described, make_source, member
from tests.support.fakes import FakeClock
from tests.support.labs import refused, wait_while

pytestmark = pytest.mark.slow

WRITER, READER = f"{SOURCE}-1", f"{SOURCE}-2"


@pytest.fixture
def cluster(rds: Any, clock: FakeClock) -> str:
    make_source(rds, clock)
    add_member(rds, SOURCE, READER, AvailabilityZone="us-east-1b")
    clock.sleep(3600)
    return SOURCE


def writers(rds: Any) -> list[str]:
    return [
        each["DBInstanceIdentifier"] for each in described(rds, SOURCE)["DBClusterMembers"] if each["IsClusterWriter"]
    ]


def failed_over(rds: Any, clock: FakeClock) -> timedelta:
    rds.failover_db_cluster(DBClusterIdentifier=SOURCE, TargetDBInstanceIdentifier=READER)
    return wait_while(clock, "failing-over", lambda: described(rds, SOURCE)["Status"])


def test_only_another_instance_of_a_cluster_that_is_available_takes_over(rds: Any, clock: FakeClock) -> None:
    """AWS refuses where there is no reader, to the writer itself, to a stranger and while one is under way."""
    make_source(rds, clock)
    asked: dict[str, str] = {"DBClusterIdentifier": SOURCE}
    assert refused(rds.failover_db_cluster, **asked) == "InvalidDBClusterStateFault"
    add_member(rds, SOURCE, READER)
    assert refused(rds.failover_db_cluster, **asked) == "InvalidDBClusterStateFault"  # it is still being created
    clock.sleep(3600)
    named = {"TargetDBInstanceIdentifier": WRITER}
    assert refused(rds.failover_db_cluster, **asked, **named) == "InvalidDBInstanceState"
    named = {"TargetDBInstanceIdentifier": "nobody"}
    assert refused(rds.failover_db_cluster, **asked, **named) == "InvalidParameterValue"
    rds.failover_db_cluster(**asked)
    assert refused(rds.failover_db_cluster, **asked) == "InvalidDBClusterStateFault"


def test_the_writer_changes_after_a_while_and_it_is_written_down(rds: Any, clock: FakeClock, cluster: str) -> None:
    """Half a minute, for which the cluster says so; endpoint and zones stay, roles change, RDS tells it."""
    before = described(rds, cluster)
    took = failed_over(rds, clock)
    assert timedelta(seconds=20) < took < timedelta(seconds=60)
    assert writers(rds) == [READER]
    assert described(rds, cluster)["Endpoint"] == before["Endpoint"]
    assert member(rds, READER)["AvailabilityZone"] == "us-east-1b"
    told = [
        each["Message"] for each in rds.describe_events(SourceIdentifier=cluster, SourceType="db-cluster")["Events"]
    ]
    assert [each for each in told if "failover" in each] == [
        f"Started cross AZ failover to DB instance: {READER}",
        f"Completed failover to DB instance: {READER}",
    ]


def test_its_instances_are_not_available_meanwhile(rds: Any, clock: FakeClock, cluster: str) -> None:
    """Both restart: nothing else is to be asked of them until the cluster is available again."""
    rds.failover_db_cluster(DBClusterIdentifier=cluster)
    assert {member(rds, name)["DBInstanceStatus"] for name in (WRITER, READER)} == {"rebooting"}
    clock.sleep(120)
    assert {member(rds, name)["DBInstanceStatus"] for name in (WRITER, READER)} == {"available"}


def test_a_failover_that_is_given_up_leaves_the_writer(rds: Any, clock: FakeClock, cluster: str, lab: Lab) -> None:
    """On request the previous writer is promoted again, and RDS tells that."""
    lab.faults.add({"kind": "same-zone", "service": "rds", "resource": cluster})
    failed_over(rds, clock)
    assert writers(rds) == [WRITER]
    told = [
        each["Message"] for each in rds.describe_events(SourceIdentifier=cluster, SourceType="db-cluster")["Events"]
    ]
    assert told[-1] == f"Promoting previous primary again: {WRITER}"
