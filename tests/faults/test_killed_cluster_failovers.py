"""A process that dies while a cluster is given a reader, or fails over to it: nothing is made or asked for twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.failover import FAILOVER, switches
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.resources import rows
from dr_orchestrator.wiring import opening
from tests.support import elsewhere, workspace
from tests.support.aurora_drills import CLUSTER, make_cluster
from tests.support.dying import deaths, killed_at, killed_in, resumed, swept
from tests.support.estate import Estate, estate
from tests.support.failovers import CLUSTER_DRILL, CLUSTER_FAILS_OVER, ScriptedClient
from tests.support.shop import GREEN, run, world

ASKS = ("RestoreDBClusterFromSnapshot", "CreateDBInstance", "FailoverDBCluster")
ONCE = [1, 2, 2]
"""How often each takes effect in a whole drill: two instances, and two ways."""


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab"), CLUSTER) as made:
        make_cluster(made, CLUSTER, "db.r6g.large")
        made.clock.sleep(7200)
        yield made


@pytest.fixture
def here(boards: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A world whose client is scripted: no database stands behind the lab's clusters here."""
    declared = workspace.SHOP.replace("\n  sessions: {", f"{elsewhere.CLUSTER_RESOURCE.rstrip()}\n  sessions: {{")
    monkeypatch.setattr(workspace, "SHOP", declared)
    monkeypatch.setattr(rows, "Client", lambda *_: ScriptedClient(boards.clock))
    monkeypatch.setattr(opening, "_last_seen", lambda *_: boards.clock.now())
    name = f"boards-{len(boards.lab.journal)}"
    boards.client("rds").create_db_cluster_snapshot(DBClusterIdentifier=CLUSTER.id, DBClusterSnapshotIdentifier=name)
    boards.clock.sleep(1800)
    with world(boards, home, CLUSTER_FAILS_OVER) as made:
        yield made


def asked(boards: Estate, found: Run) -> list[int]:
    """How often each of the calls took effect on what a run made."""
    taken = [call for call in boards.lab.journal if call.status == 200]
    ours = [call.action for call in taken if found.header.id in call.params.get("DBClusterIdentifier", "")]
    return [ours.count(each) for each in ASKS]


def test_a_cluster_that_is_not_disturbed(here: wiring.App, boards: Estate) -> None:
    """There and back to its own reader: green and clean, with three copies that are gone."""
    found = run(here, CLUSTER_DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert asked(boards, found) == ONCE
    assert len(found.copies) == 3
    assert {each.state in TERMINAL for each in found.copies} == {True}
    assert "2 more for drills" in found.steps[0].detail


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), deaths(("CreateDBInstance", 1), ("CreateDBInstance", 2)))
def test_killed_while_its_instances_are_made(
    here: wiring.App, boards: Estate, operation: str, number: int, after: bool
) -> None:
    """The next process goes on with what was asked for, and measures all of it."""
    found = resumed(here, killed_in(here, CLUSTER_DRILL, killed_at(operation, number, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert asked(boards, found) == ONCE


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), deaths(("FailoverDBCluster", 1), ("FailoverDBCluster", 2)))
def test_killed_around_a_failover(here: wiring.App, boards: Estate, operation: str, number: int, after: bool) -> None:
    """AWS's events tell whether it was asked; it is not asked again, and the run is inconclusive and clean."""
    found = resumed(here, killed_in(here, CLUSTER_DRILL, killed_at(operation, number, after)))
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert asked(boards, found)[-1] == number - (not after)
    assert ("failover started" in " ".join(found.closing.reasons)) is (after or number == 2)
    assert set(switches(found.checks)) == ({FAILOVER} if number == 2 else set())


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number"), [("CreateDBInstance", 2), ("FailoverDBCluster", 1)])
def test_a_sweep_ends_what_died(here: wiring.App, boards: Estate, operation: str, number: int) -> None:
    """A reader that was just asked for, or a cluster that fails over, goes like any other copy."""
    found = swept(here, CLUSTER_DRILL, killed_at(operation, number, after=True), boards.clock, 3600.0)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert len(found.copies) == 3


@pytest.mark.campaign(1)
@pytest.mark.parametrize("operation", ["CreateDBInstance", "FailoverDBCluster"])
def test_a_lost_answer_makes_nothing_twice(here: wiring.App, boards: Estate, operation: str) -> None:
    """It took effect, and AWS's word on it never came: it is adopted, or seen to be under way."""
    boards.lab.faults.add({"kind": "lost-response", "action": operation, "times": 1})
    found = run(here, CLUSTER_DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert asked(boards, found) == ONCE
