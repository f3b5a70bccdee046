"""An Aurora cluster whose copy stands in another region: its snapshot is brought there, and restored there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.wiring import opening
from tests.support import elsewhere, workspace
from tests.support.aurora_drills import CLUSTER, make_cluster
from tests.support.dying import killed_at, killed_in, resumed, swept
from tests.support.elsewhere import AWAY, standing
from tests.support.estate import REGION, Estate, estate
from tests.support.shop import GREEN, run, world

DRILL = "boards-away-snapshot"
MAKES = ("CopyDBClusterSnapshot", "RestoreDBClusterFromSnapshot", "CreateDBInstance")


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
    name = f"boards-{len(shop.lab.journal)}"
    shop.client("rds").create_db_cluster_snapshot(DBClusterIdentifier=CLUSTER.id, DBClusterSnapshotIdentifier=name)
    shop.clock.sleep(1200)
    written = workspace.SHOP.replace("\n  sessions: {", f"{elsewhere.CLUSTER_RESOURCE.rstrip()}\n  sessions: {{")
    monkeypatch.setattr(workspace, "SHOP", written)
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with world(shop, home, elsewhere.CLUSTER_DRILL.rstrip()) as made, dead:
        yield made


def test_a_clusters_snapshot_is_brought_and_restored_there(shop: Estate, here: wiring.App) -> None:
    """Snapshot, cluster and instance stand in the target, in this order; all of them are gone when it is over."""
    heard, before = len(shop.lab.journal), shop.inventory()
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [row.copy.region for row in found.copies] == [AWAY] * 3
    made = [each for each in shop.lab.journal[heard:] if each.action in MAKES]
    assert [each.action for each in made] == list(MAKES)
    copied, restored, _ = (each.params for each in made)
    assert copied["SourceDBClusterSnapshotIdentifier"].startswith(f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:")
    assert "DestinationRegion=eu-central-1" in copied["PreSignedUrl"]
    assert copied["KmsKeyId"] == elsewhere.ALIAS
    assert restored["SnapshotIdentifier"] == copied["TargetDBClusterSnapshotIdentifier"]
    assert "KmsKeyId" not in restored, "the copied snapshot has the key of its region already"
    assert standing(AWAY) == []
    assert shop.inventory() == before


def test_a_group_that_is_not_there_is_told(shop: Estate, here: wiring.App) -> None:
    """The cluster's own parameter group is of its region: before anything is made."""
    rds = shop.client("rds", AWAY)
    rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName="boards-prod-cluster")
    found = run(here, DRILL)
    family = {"Description": "own", "DBParameterGroupFamily": "aurora-postgresql16"}
    rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="boards-prod-cluster", **family)
    assert found.copies == ()
    assert found.closing is not None
    assert "boards-prod-cluster" in found.closing.reasons[0]


@contextmanager
def unencrypted() -> Iterator[str]:
    """Within: neither the cluster nor any snapshot of it is encrypted; the ARN of one."""
    backend: Any = rds_backends[ACCOUNT][REGION]
    with ExitStack() as held:
        held.enter_context(mock.patch.object(backend.clusters[CLUSTER.id], "storage_encrypted", False))
        for each in backend.cluster_snapshots.values():
            held.enter_context(mock.patch.multiple(each, encrypted=False, storage_encrypted=False))
        yield str(next(iter(backend.cluster_snapshots.values())).arn)


def test_a_key_for_what_is_not_encrypted_is_told(shop: Estate, here: wiring.App) -> None:
    """AWS encrypts no copy of an unencrypted cluster's snapshot: before anything is asked for, with what to write."""
    heard = len(shop.lab.journal)
    with unencrypted() as arn:
        found = run(here, DRILL)
        rds = shop.client("rds", AWAY)
        given = {"SourceDBClusterSnapshotIdentifier": arn, "SourceRegion": REGION, "KmsKeyId": elsewhere.ALIAS}
        with pytest.raises(rds.exceptions.ClientError, match="KmsKeyId is not allowed"):
            rds.copy_db_cluster_snapshot(TargetDBClusterSnapshotIdentifier="by-hand", **given)
    assert found.copies == ()
    assert found.closing is not None
    assert "snapshots of boards-prod are not encrypted, and AWS copies none of a cluster" in found.closing.reasons[0]
    assert not [each for each in shop.lab.journal[heard:] if each.action in MAKES and each.status == 200]


@pytest.mark.campaign(1)
@pytest.mark.parametrize("operation", MAKES)
def test_killed_on_the_way_it_goes_on(here: wiring.App, shop: Estate, operation: str) -> None:
    """What was asked for is adopted, and asked for once."""
    heard = len(shop.lab.journal)
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, 1, after=True)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    taken = [each for each in shop.lab.journal[heard:] if each.action in MAKES and each.status == 200]
    assert [each.action for each in taken] == list(MAKES)
    assert standing(AWAY) == []


@pytest.mark.campaign(1)
@pytest.mark.parametrize("operation", MAKES)
def test_killed_on_the_way_a_sweep_takes_all_of_it_down(here: wiring.App, shop: Estate, operation: str) -> None:
    """In the region where it stands."""
    found = swept(here, DRILL, killed_at(operation, 1, after=True), shop.clock, 3600.0)
    assert all(row.state in TERMINAL for row in found.copies)
    assert standing(AWAY) == []
