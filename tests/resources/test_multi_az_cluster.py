"""Multi-AZ DB clusters keep the contract, from a snapshot and to an instant, with the instances that AWS makes."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest

from dr_orchestrator.aws.clusters.restoring import DOOR
from dr_orchestrator.lab.cloud.databases import quotas
from tests.resources.suite import LifeContract, SafetyContract
from tests.resources.suite_of_endings import PointsContract, UnknownStatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.resources.suite_of_logins import ResetContract
from tests.resources.suite_of_troubles import GoneContract, MistakenContract, TroublesContract
from tests.support.aurora import ENGINE
from tests.support.estate import Estate, estate
from tests.support.multi_az import CLUSTER, make_cluster
from tests.support.ways.multi_az_cluster import WAYS

PAGE = 20
"""The fewest that RDS lists at a time."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The estate with a cluster in it, and with more of clusters and of its snapshots than stand on one page."""
    many = mock.patch.multiple(quotas, CLUSTERS=1000, INSTANCES=3000)  # each test leaves what it restored
    with many, estate(tmp_path_factory.mktemp("lab"), CLUSTER) as built:
        built.clock.pace = 3000.0  # long ticks: few calls, no less truth
        make_cluster(built)
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
        yield built


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestUnknownStates(UnknownStatesContract):
    ways = WAYS


class TestPoints(PointsContract):
    ways = WAYS


class TestTroubles(TroublesContract):
    ways = WAYS


class TestGone(GoneContract):
    ways = WAYS


class TestMistaken(MistakenContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestReset(ResetContract):
    ways = WAYS
    door = DOOR
