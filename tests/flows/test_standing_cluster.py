"""Drills of an Aurora cluster of what lies in another region already: copied snapshots, as old as their originals."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.aurora_cluster.points import ClusterSnapshot
from dr_orchestrator.wiring import opening
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere, workspace
from tests.support.aurora_drills import CLUSTER, make_cluster
from tests.support.dying import killed_at, killed_in, resumed, swept
from tests.support.elsewhere import AWAY, standing
from tests.support.estate import REGION, Estate, estate
from tests.support.passing import passing
from tests.support.shop import GREEN, run, world

DRILL = "boards-standing-snapshot"
MAKES = ("RestoreDBClusterFromSnapshot", "CreateDBInstance")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The estate with a cluster in it, and a second region that is prepared for copies."""
    with estate(tmp_path_factory.mktemp("lab"), CLUSTER) as made:
        make_cluster(made, CLUSTER, "db.r6g.large")
        made.clock.sleep(7200)
        elsewhere.prepared(made.lab)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    written = workspace.SHOP.replace("\n  sessions: {", f"{elsewhere.CLUSTER_RESOURCE.rstrip()}\n  sessions: {{")
    monkeypatch.setattr(workspace, "SHOP", written)
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with world(shop, home, elsewhere.CLUSTER_STANDING.rstrip()) as made, dead:
        yield made
    kept = rds_backends[ACCOUNT][AWAY].cluster_snapshots
    for name in list(kept):
        del kept[name]


def taken(shop: Estate) -> str:
    """Somebody takes a snapshot of the cluster; its name."""
    name = f"boards-{next(_numbers)}"
    shop.client("rds").create_db_cluster_snapshot(DBClusterIdentifier=CLUSTER.id, DBClusterSnapshotIdentifier=name)
    shop.clock.sleep(1200)
    return name


def described(shop: Estate, name: str) -> Any:
    (found,) = shop.client("rds").describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)["DBClusterSnapshots"]
    return found


def copied(shop: Estate, name: str, to: str = "") -> str:
    """Somebody copies it to the other region, which takes a while; its name there."""
    to = to or f"nightly-{next(_numbers)}"
    shop.client("rds", AWAY).copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier=described(shop, name)["DBClusterSnapshotArn"],
        TargetDBClusterSnapshotIdentifier=to,
        SourceRegion=REGION,
        KmsKeyId=elsewhere.ALIAS,
    )
    return to


def lying(shop: Estate) -> tuple[str, datetime]:
    """A copy of a new snapshot, that is whole there; its name, and the instant of its data."""
    name = taken(shop)
    found = copied(shop, name)
    shop.clock.sleep(1800)
    return found, described(shop, name)["SnapshotCreateTime"]


def automated(shop: Estate) -> Any:
    """The newest that RDS took by itself."""
    found = shop.client("rds").describe_db_cluster_snapshots(DBClusterIdentifier=CLUSTER.id, SnapshotType="automated")[
        "DBClusterSnapshots"
    ]
    return max(found, key=lambda each: each["SnapshotCreateTime"])


def restored(shop: Estate, here: wiring.App) -> tuple[Run, dict[str, str]]:
    """A run of what lies there, and its restore; nothing was copied, and nothing of the run is left."""
    heard, kept, before = len(shop.lab.journal), standing(AWAY), shop.inventory()
    found = run(here, DRILL)
    calls = [each for each in shop.lab.journal[heard:] if each.status == 200]
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert not [each for each in calls if each.action.startswith("Copy")]
    assert [row.copy.region for row in found.copies] == [AWAY] * 2
    assert standing(AWAY) == kept
    assert shop.inventory() == before
    (asked,) = [each.params for each in calls if each.action == MAKES[0]]
    return found, asked


def test_a_copied_snapshot_is_restored_where_it_lies(shop: Estate, here: wiring.App) -> None:
    """By its name and under its key there; the loss is counted from the instant of its data."""
    name, of = lying(shop)
    found, asked = restored(shop, here)
    assert asked["SnapshotIdentifier"] == name
    assert asked["KmsKeyId"] == rds_backends[ACCOUNT][AWAY].cluster_snapshots[name].kms_key_id
    assert asked["KmsKeyId"].split(":")[3] == AWAY
    (point,) = found.points
    assert point.data_time_source == f"SnapshotCreateTime of its original in {AWAY}"
    assert point.data_time == of
    assert point.created_at is not None
    assert point.created_at - of > timedelta(minutes=10)
    assert found.closing is not None
    rpa = found.closing.measures.rpa
    assert rpa is not None
    assert rpa > timedelta(minutes=30)


def test_one_whose_automated_original_has_expired_tells_its_minute(shop: Estate, here: wiring.App) -> None:
    """RDS names what it takes by itself after the minute, and keeps it shorter than a team its copies."""
    original = automated(shop)
    name = copied(shop, original["DBClusterSnapshotIdentifier"])
    shop.clock.sleep(1800)
    backend: Any = rds_backends[ACCOUNT][REGION]
    gone = {
        key: each for key, each in backend.cluster_snapshots.items() if key != original["DBClusterSnapshotIdentifier"]
    }
    with mock.patch.object(backend, "cluster_snapshots", gone):
        (point,) = plan(here, DRILL).recovery_points
    assert point.id == name
    assert timedelta() <= original["SnapshotCreateTime"] - point.data_time < timedelta(minutes=1)
    assert point.data_time_source == f"name of its automated original in {AWAY}"


def test_one_whose_original_is_gone_is_no_point(shop: Estate, here: wiring.App) -> None:
    """Nobody tells the age of its data, and the instant of its copying would make the loss look smaller."""
    name = taken(shop)
    copied(shop, name)
    shop.clock.sleep(1800)
    shop.client("rds").delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
    assert any("no available snapshot of boards-prod" in each for each in plan(here, DRILL).blockers)


def test_one_that_tells_of_no_original_is_no_point(shop: Estate, here: wiring.App) -> None:
    """Its own time is that of its copying: as old as its data it is not."""
    name, _ = lying(shop)
    other, _ = lying(shop)
    kept: Any = rds_backends[ACCOUNT][AWAY].cluster_snapshots[other]
    kept.source_db_cluster_snapshot_arn = None
    (point,) = plan(here, DRILL).recovery_points
    assert point.id == name


def test_what_another_cluster_of_its_name_left_there_is_not_taken(shop: Estate, here: wiring.App) -> None:
    """Its data are another's: AWS tells the cluster that a snapshot was taken of."""
    name, _ = lying(shop)
    other, _ = lying(shop)
    rds_backends[ACCOUNT][AWAY].cluster_snapshots[other].db_cluster_resource_id = "cluster-FORMER"  # type: ignore[attr-defined]
    (point,) = plan(here, DRILL).recovery_points
    assert point.id == name


def test_a_copy_that_came_too_late_is_not_taken(shop: Estate, here: wiring.App) -> None:
    """What is still on its way when disaster strikes helps nobody."""
    name, _ = lying(shop)
    copied(shop, taken(shop), "on-its-way")
    assert plan(here, DRILL).recovery_points[0].id == name


def test_a_copy_that_was_begun_after_the_disruption_is_not_taken(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that goes on after a while chooses of what there was when disaster struck, whatever its data's age."""
    name, _ = lying(shop)
    newer, struck = taken(shop), shop.clock.now()
    shop.clock.sleep(60)
    copied(shop, newer, "whole-by-now")
    shop.clock.sleep(1800)
    cluster = replace(CLUSTER, to=Destination(AWAY, standing=True))
    assert ClusterSnapshot(cluster, None, shop.toolkit).choose().id == "whole-by-now"
    monkeypatch.setattr(type(shop.toolkit.context), "struck", struck)
    assert ClusterSnapshot(cluster, None, shop.toolkit).choose().id == name


def test_the_lag_of_the_copies_counts(shop: Estate, here: wiring.App) -> None:
    """At worst the largest gap there is lost, and for as long as a copy came behind its data."""
    firsts = [lying(shop) for _ in range(3)]
    kept = rds_backends[ACCOUNT][AWAY].cluster_snapshots
    found = run(here, DRILL)
    assert found.closing is not None
    worst = found.closing.measures.worst_case
    assert worst is not None
    gaps = [later[1] - earlier[1] for earlier, later in itertools.pairwise(firsts)]
    behind = [kept[name].created - of.replace(tzinfo=None) for name, of in firsts]
    assert worst >= max(gaps) + max(behind)
    told = found.closing.measures.worst_case_source
    assert "copied snapshots" in told
    assert "how long the copying takes is not known" in told, "the time of a copy is that of its beginning"


def test_each_region_has_a_verdict_of_its_own(shop: Estate, here: wiring.App) -> None:
    """What lies in the other region is too old, whatever lies beside the source."""
    lying(shop)
    shop.clock.sleep(7200)
    taken(shop)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED


def test_where_nothing_lies_nothing_is_started(here: wiring.App) -> None:
    """No point there is told by the plan, and by the first look of the run."""
    why = "no available snapshot of boards-prod"
    assert any(why in each for each in plan(here, DRILL).blockers)
    found = run(here, DRILL)
    assert found.copies == ()
    assert found.closing is not None
    assert why in found.closing.reasons[0]


def test_such_a_drill_calls_what_is_declared(shop: Estate, here: wiring.App) -> None:
    """Nothing that a policy of `dro iam` would deny, and no copying at all."""
    lying(shop)
    with passing() as passed:
        run(here, DRILL)
    declared = calls_of(TYPES, here.drill(DRILL)).all
    assert passed <= declared, passed - declared
    assert "rds:CopyDBClusterSnapshot" not in declared


@pytest.mark.campaign(1)
@pytest.mark.parametrize("operation", MAKES)
def test_killed_on_the_way_it_goes_on(here: wiring.App, shop: Estate, operation: str) -> None:
    """What was asked for is adopted, and asked for once."""
    lying(shop)
    heard, kept = len(shop.lab.journal), standing(AWAY)
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, 1, after=True)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    asked = [each for each in shop.lab.journal[heard:] if each.action in MAKES and each.status == 200]
    assert [each.action for each in asked] == list(MAKES)
    assert standing(AWAY) == kept


@pytest.mark.parametrize("operation", MAKES)
def test_killed_on_the_way_a_sweep_leaves_the_copies_that_lie_there(
    here: wiring.App, shop: Estate, operation: str
) -> None:
    """It takes down what the run made, and nothing else."""
    lying(shop)
    kept = standing(AWAY)
    found = swept(here, DRILL, killed_at(operation, 1, after=True), shop.clock, 3600.0)
    assert all(row.state in TERMINAL for row in found.copies)
    assert standing(AWAY) == kept
