"""A replica in an account of its own has its Aurora cluster from a snapshot that is copied, shared and copied there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import HELD, calls_of
from dr_orchestrator.domain.copy import TERMINAL, Place
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES, passwords
from tests.support import elsewhere
from tests.support import shop as hurt
from tests.support.apart import OTHER, beating_as_of, stand_apart
from tests.support.born_cluster import CLUSTER, SNAPSHOT, cluster_estate, put
from tests.support.dying import deaths, gone_on, killed_at, swept
from tests.support.estate import REGION, Estate
from tests.support.passing import passing
from tests.support.shop import everything, fresh, run

DRILL = "shop-replica"
COPY, SHARE = "CopyDBClusterSnapshot", "ModifyDBClusterSnapshotAttribute"
DEATHS = deaths((SHARE, 1), (COPY, 2))


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with cluster_estate(tmp_path_factory.mktemp("lab")) as made:
        fresh(made)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    """A workspace whose replica has a cluster, and an account of its own; its heartbeat is that of the snapshot."""
    listed = shop.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    taken = next(each["SnapshotCreateTime"] for each in listed if each["DBClusterSnapshotIdentifier"] == SNAPSHOT)
    with hurt.world(shop, home) as made, beating_as_of(taken):
        put(home / "drills")
        stand_apart(home / "drills")
        yield made


def snapshots(account: str) -> list[str]:
    return [name for name in rds_backends[account][REGION].cluster_snapshots if name.startswith("dro-")]


def cleanup(found: Run) -> Cleanup:
    assert found.closing is not None
    return found.closing.cleanup


def test_its_cluster_is_made_of_a_snapshot_that_was_brought_there(shop: Estate, here: wiring.App) -> None:
    """Two copies of the newest snapshot are of the run; the stack is made from the second, and nothing is left."""
    before = everything(shop)

    found = run(here, DRILL)

    assert cleanup(found) is Cleanup.CLEAN
    assert found.closing is not None
    assert found.closing.verdict in hurt.GREEN, found.closing.reasons
    lead = f"dro-{found.header.id}-"
    shared, there = f"{lead}shared-{CLUSTER.id}", f"{lead}{CLUSTER.id}"
    copies = {row.copy.id: row.copy.place for row in found.copies if row.copy.type == "aurora-snapshot"}
    assert copies == {shared: Place("", REGION), there: Place(OTHER, REGION)}
    first, second = shop.calls(COPY)
    assert first["SourceDBClusterSnapshotIdentifier"] == SNAPSHOT
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:{shared}"
    assert second["SourceDBClusterSnapshotIdentifier"] == arn
    assert found.template is not None
    given = {each.property: each.becomes for each in found.template.edits if each.resource == "Boards"}
    assert given["SnapshotIdentifier"] == there
    assert (snapshots(ACCOUNT), snapshots(OTHER)) == ([], [])
    assert everything(shop) == before


def test_such_a_drill_calls_what_is_declared(here: wiring.App) -> None:
    """Nothing that a policy of `dro iam` would deny, and nothing declared for the snapshot's way that is not used."""
    with passing() as passed:
        run(here, DRILL)

    declared, used = calls_of(TYPES, here.drill(DRILL)), TYPES[CLUSTER.type].born | TYPES[CLUSTER.type].carried
    assert passed <= declared.all, passed - declared.all
    unmet = (HELD, passwords.WHEN)
    assert not {each for each in used.all - passed if not used.only_when.get(each, "").startswith(unmet)}


def test_a_key_that_the_other_account_may_not_use_is_told(shop: Estate, here: wiring.App) -> None:
    """Before the cluster's snapshot is copied, which would be refused in the other account, late."""
    elsewhere.lets_in(ACCOUNT, REGION)  # and nobody else
    found = run(here, DRILL)
    assert found.closing is not None
    assert f"account {OTHER} may not use arn:aws:kms:" in found.closing.reasons[0]
    assert (found.copies, shop.calls(COPY)) == ((), [])


@pytest.mark.campaign(1)
@pytest.mark.parametrize("death", DEATHS, ids=lambda each: "-".join(map(str, each)))
@pytest.mark.parametrize(("made_of_it", "after"), [(gone_on, 0), (swept, 7200)], ids=["resumed", "swept"])
def test_a_dead_run_leaves_nothing(
    shop: Estate, here: wiring.App, death: tuple[str, int, bool], made_of_it: Callable[..., object], after: int
) -> None:
    """Whenever its process dies: what was copied is adopted, or taken down by a sweep that proves it."""
    before = everything(shop)

    made_of_it(here, DRILL, killed_at(*death), shop.clock, after)

    assert all(each.state in TERMINAL for each in here.ledger.queries.runs(1)[0].copies)
    assert len({each["TargetDBClusterSnapshotIdentifier"] for each in shop.calls(COPY)}) <= 2
    assert (snapshots(ACCOUNT), snapshots(OTHER)) == ([], [])
    assert everything(shop) == before
