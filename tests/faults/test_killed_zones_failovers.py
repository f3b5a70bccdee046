"""A process that dies around the failover of a multi-AZ DB cluster: nothing is made or asked for twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.failover import FAILOVER, switches
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.resources import rows
from dr_orchestrator.wiring import opening
from tests.support import workspace
from tests.support.dying import deaths, killed_at, killed_in, resumed, swept
from tests.support.estate import Estate, estate
from tests.support.failovers import ZONES_DRILL, ZONES_FAILS_OVER, ScriptedClient
from tests.support.multi_az import CLUSTER, make_cluster
from tests.support.shop import GREEN, run, world

ASKS = ("RestoreDBClusterFromSnapshot", "FailoverDBCluster")
RESOURCE = """
  ledger-db:
    {type: multi-az-cluster, id: ledger-prod, region: us-east-1, database: {name: ledger, secret: prod/orders}}"""


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab"), CLUSTER) as made:
        make_cluster(made)
        made.clock.sleep(7200)
        yield made


@pytest.fixture
def here(ledgers: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A world whose client is scripted: no database stands behind the lab's clusters here."""
    monkeypatch.setattr(workspace, "SHOP", workspace.SHOP.replace("\n  sessions: {", f"{RESOURCE}\n  sessions: {{"))
    monkeypatch.setattr(rows, "Client", lambda *_: ScriptedClient(ledgers.clock))
    monkeypatch.setattr(opening, "_last_seen", lambda *_: ledgers.clock.now())
    name = f"ledger-{len(ledgers.lab.journal)}"
    ledgers.client("rds").create_db_cluster_snapshot(DBClusterIdentifier=CLUSTER.id, DBClusterSnapshotIdentifier=name)
    ledgers.clock.sleep(1800)
    with world(ledgers, home, ZONES_FAILS_OVER) as made:
        yield made


def asked(ledgers: Estate, found: Run) -> list[int]:
    """How often each of the calls took effect on what a run made."""
    taken = [call for call in ledgers.lab.journal if call.status == 200]
    ours = [call.action for call in taken if found.header.id in call.params.get("DBClusterIdentifier", "")]
    return [ours.count(each) for each in ASKS]


def test_a_cluster_that_is_not_disturbed(here: wiring.App, ledgers: Estate) -> None:
    """There, and on to another zone: green and clean, by one copy, with three instances of the quota."""
    found = run(here, ZONES_DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert asked(ledgers, found) == [1, 2]
    assert len(found.copies) == 1
    assert "3 more for drills" in found.steps[0].detail


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), deaths((ASKS[0], 1), (ASKS[1], 1), (ASKS[1], 2)))
def test_killed_around_each_call(here: wiring.App, ledgers: Estate, operation: str, number: int, after: bool) -> None:
    """The restore is gone on with; a failover is never asked for again, and its run is inconclusive and clean."""
    found = resumed(here, killed_in(here, ZONES_DRILL, killed_at(operation, number, after)))
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    if operation == ASKS[0]:
        assert found.closing.verdict in GREEN, found.closing.reasons
        assert asked(ledgers, found) == [1, 2]
    else:
        assert found.closing.verdict is Verdict.INCONCLUSIVE
        assert asked(ledgers, found) == [1, number - (not after)]
        assert set(switches(found.checks)) == ({FAILOVER} if number == 2 else set())


def test_a_sweep_ends_what_died(here: wiring.App, ledgers: Estate) -> None:
    """A cluster that fails over goes like any other copy, with its instances."""
    found = swept(here, ZONES_DRILL, killed_at(ASKS[1], 1, after=True), ledgers.clock, 3600.0)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    listed = ledgers.client("rds").describe_db_instances()["DBInstances"]
    assert not [each for each in listed if found.header.id in each["DBInstanceIdentifier"]]
