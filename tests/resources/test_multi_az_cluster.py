"""Multi-AZ DB clusters keep the contract, from a snapshot and to an instant, with the instances that AWS makes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from unittest import mock

import pytest

from dr_orchestrator.aws.clusters.restoring import DOOR
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.lab.cloud.databases import quotas
from dr_orchestrator.lab.cloud.databases.clusters.vaulted import back_up
from tests.resources.suite import LifeContract, SafetyContract
from tests.resources.suite_of_endings import PointsContract, UnknownStatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.resources.suite_of_logins import ResetContract
from tests.resources.suite_of_troubles import GoneContract, MistakenContract, TroublesContract
from tests.support.aurora import ENGINE
from tests.support.estate import VAULT, Estate, estate
from tests.support.multi_az import CLASS, CLUSTER, described, make_cluster
from tests.support.ways import Make, looked
from tests.support.ways.multi_az_cluster import WAYS

SETTINGS = {
    "DBClusterInstanceClass": CLASS,
    "StorageType": "gp3",
    "Iops": "3000",
    "DBClusterParameterGroupName": f"{CLUSTER.id}-cluster",
    "PubliclyAccessible": "false",
    "DeletionProtection": "false",
}
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
        for hours in (2, 1):
            back_up(VAULT.name, CLUSTER.id, built.clock.now() - timedelta(hours=hours))
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


def test_what_a_vault_gives_back_has_class_storage_and_zones_of_its_source(way_of: Make) -> None:
    """Without a class AWS would make no multi-AZ DB cluster of a point; it stands in isolation, open to nobody."""
    way = way_of("multi-az-vault")
    way.restored()
    (asked,) = way.calls("StartRestoreJob")
    given = {key: asked["Metadata"][key] for key in SETTINGS}
    assert given == SETTINGS
    assert "dro-isolated" in asked["Metadata"]["DBSubnetGroupName"]
    live = described(way.client("rds"), way.copy.id)
    assert (live["DBClusterInstanceClass"], live["StorageType"], live["Iops"]) == (CLASS, "gp3", 3000)
    assert len(live["DBClusterMembers"]) == 3
    assert "its 3 instances likewise" in way.restorer.isolated(way.copy).words
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_the_looks_before_a_restore_from_a_vault_tell_of_the_vault_too(way_of: Make) -> None:
    """A vault that is not there, or a point that has to be fetched first, is told before anything starts."""
    told = looked(way_of("multi-az-vault"))
    assert "vault nightly is a backup vault, not locked" in told
    assert "3 of db.m6gd.large, which AWS makes" in told
