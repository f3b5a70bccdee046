"""Aurora clusters keep the contract, from a snapshot and to an instant; the instance in them has tests of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from unittest import mock

import pytest

from dr_orchestrator.lab.cloud.databases import quotas
from dr_orchestrator.lab.cloud.databases.clusters.vaulted import back_up
from dr_orchestrator.resources.aurora_cluster.restore import DOOR
from tests.resources.suite import LifeContract, SafetyContract
from tests.resources.suite_of_endings import PointsContract, UnknownStatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.resources.suite_of_logins import ResetContract
from tests.resources.suite_of_troubles import GoneContract, MistakenContract, TroublesContract
from tests.support.aurora import ENGINE
from tests.support.aurora_drills import CLUSTER, make_cluster
from tests.support.estate import VAULT, Estate, estate
from tests.support.ways.aurora_cluster import WAYS

PAGE = 20
"""The fewest that RDS lists at a time."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The estate with a cluster in it, and with more of clusters and of its snapshots than stand on one page."""
    many = mock.patch.multiple(quotas, CLUSTERS=1000, INSTANCES=1000)  # each test leaves what it restored
    with many, estate(tmp_path_factory.mktemp("lab"), CLUSTER) as built:
        built.clock.pace = 3000.0  # long ticks: few calls, no less truth
        make_cluster(built, CLUSTER, "db.r6g.large")
        built.clock.sleep(7200)
        rds = built.client("rds")
        for number in range(PAGE):
            rds.create_db_cluster(
                DBClusterIdentifier=f"other-{number}",
                Engine=ENGINE,
                MasterUsername="o",
                MasterUserPassword="not-a-secret",
            )
            rds.create_db_cluster_snapshot(
                DBClusterIdentifier=CLUSTER.id, DBClusterSnapshotIdentifier=f"by-hand-{number}"
            )
            built.clock.sleep(900)
        for hours in (2, 1):
            back_up(VAULT.name, CLUSTER.id, built.clock.now() - timedelta(hours=hours))
        yield built


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestTroubles(TroublesContract):
    ways = WAYS


class TestGone(GoneContract):
    ways = WAYS


class TestMistaken(MistakenContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = WAYS


class TestStates(UnknownStatesContract):
    ways = WAYS


class TestReset(ResetContract):
    ways, door = WAYS, DOOR
