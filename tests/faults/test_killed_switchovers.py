"""A process that dies while a copy is made to span two regions, or is switched over: nothing is made or asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, switches
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from tests.support.dying import deaths, killed_at, killed_in, resumed, swept
from tests.support.elsewhere import AWAY
from tests.support.estate import REGION, Estate
from tests.support.shop import GREEN, run
from tests.support.switchovers import DRILL, boards_in, left, scripted

ASKS = ("CreateGlobalCluster", "CreateDBCluster", "CreateDBInstance", "SwitchoverGlobalCluster")
ONCE = [1, 1, 2, 2]
"""How often each takes effect in a whole drill: an instance in each region, and two ways."""


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with boards_in(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def here(boards: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A world whose client is scripted: no database stands behind the lab's clusters here."""
    with scripted(boards, home, monkeypatch) as made:
        yield made
    assert left() == []


def asked(boards: Estate, found: Run) -> list[int]:
    """How often each of the calls took effect on what a run made."""
    taken = [call for call in boards.lab.journal if call.status == 200]
    ours = [call.action for call in taken if found.header.id in str(call.params)]
    return [ours.count(each) for each in ASKS]


def test_a_copy_that_is_not_disturbed(here: wiring.App, boards: Estate) -> None:
    """There and back, in two regions: green and clean, with five copies that are gone."""
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert asked(boards, found) == ONCE
    assert len(found.copies) == 5
    assert {each.state in TERMINAL for each in found.copies} == {True}
    ways = switches(found.checks)
    assert (ways[FAILOVER].before.serving, ways[FAILOVER].after.serving) == (REGION, AWAY)
    assert (ways[FAILBACK].before.serving, ways[FAILBACK].after.serving) == (AWAY, REGION)


def test_it_is_taken_apart_before_anything_of_it_is_deleted(here: wiring.App, boards: Estate) -> None:
    """AWS's order: what reads leaves the global cluster, then what writes; only then anything is deleted."""
    heard = len(boards.lab.journal)
    found = run(here, DRILL)
    ends = ("RemoveFromGlobalCluster", "DeleteDBInstance", "DeleteDBCluster", "DeleteGlobalCluster")
    taken = [call for call in boards.lab.journal[heard:] if call.action in ends and call.status == 200]
    assert [call.action for call in taken] == [
        *("RemoveFromGlobalCluster", "RemoveFromGlobalCluster"),
        *("DeleteDBInstance", "DeleteDBCluster", "DeleteGlobalCluster", "DeleteDBInstance", "DeleteDBCluster"),
    ]
    assert [call.params["DbClusterIdentifier"].split(":")[3] for call in taken[:2]] == [AWAY, REGION]
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN


@pytest.mark.campaign(1)
@pytest.mark.parametrize(
    ("operation", "number", "after"),
    deaths(("CreateGlobalCluster", 1), ("CreateDBCluster", 1), ("CreateDBInstance", 2)),
)
def test_killed_while_it_is_made(here: wiring.App, boards: Estate, operation: str, number: int, after: bool) -> None:
    """The next process goes on with what was asked for, and measures all of it."""
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, number, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert asked(boards, found) == ONCE


@pytest.mark.campaign(1)
@pytest.mark.parametrize(
    ("operation", "number", "after"), deaths(("SwitchoverGlobalCluster", 1), ("SwitchoverGlobalCluster", 2))
)
def test_killed_around_a_switchover(here: wiring.App, boards: Estate, operation: str, number: int, after: bool) -> None:
    """AWS's events tell whether it was asked; it is not asked again, and the run is inconclusive and clean, wherever
    the copy writes by then.
    """
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, number, after)))
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert asked(boards, found)[-1] == number - (not after)
    assert ("failover started" in " ".join(found.closing.reasons)) is (after or number == 2)
    assert set(switches(found.checks)) == ({FAILOVER} if number == 2 else set())


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number"), [("CreateDBCluster", 1), ("SwitchoverGlobalCluster", 1)])
def test_a_sweep_ends_what_died(here: wiring.App, boards: Estate, operation: str, number: int) -> None:
    """A secondary that was just asked for, or a copy that writes in the other region, is taken apart, and goes."""
    found = swept(here, DRILL, killed_at(operation, number, after=True), boards.clock, 3600.0)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert len(found.copies) == (4 if operation == "CreateDBCluster" else 5)


@pytest.mark.campaign(1)
@pytest.mark.parametrize("number", [1, 2])
def test_killed_while_it_is_taken_apart(here: wiring.App, boards: Estate, number: int) -> None:
    """What left the global cluster has left; a sweep goes on with the rest."""
    swept(here, DRILL, killed_at("RemoveFromGlobalCluster", number, after=True), boards.clock, 3600.0)


@pytest.mark.campaign(2)
@pytest.mark.parametrize(
    "operation", ["CreateGlobalCluster", "CreateDBCluster", "SwitchoverGlobalCluster", "RemoveFromGlobalCluster"]
)
def test_a_lost_answer_makes_nothing_twice(here: wiring.App, boards: Estate, operation: str) -> None:
    """It took effect, and AWS's word on it never came: it is adopted, or seen to be under way, or done."""
    boards.lab.faults.add({"kind": "lost-response", "action": operation, "times": 1})
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert asked(boards, found) == ONCE


def test_a_switchover_that_was_taken_is_none_that_failed(here: wiring.App, boards: Estate) -> None:
    """Its answer was lost, and the try after it is refused for what it did: that of a cluster's state, too."""
    boards.lab.faults.add({"kind": "lost-response", "action": "SwitchoverGlobalCluster", "times": 1})
    rule = {"kind": "error", "action": "SwitchoverGlobalCluster", "code": "InvalidDBClusterStateFault", "times": 1}
    boards.lab.faults.add(rule)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert asked(boards, found) == ONCE


def test_what_aws_does_not_delete_yet_is_asked_again(here: wiring.App, boards: Estate) -> None:
    """A cluster that was taken out is promoted for a while: nothing of it is left behind for that, and charged."""
    for operation, code in (
        ("DeleteDBInstance", "InvalidDBClusterStateFault"),
        ("DeleteDBCluster", "InvalidGlobalClusterStateFault"),
    ):
        boards.lab.faults.add({"kind": "error", "action": operation, "code": code, "times": 1})
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert {each.state in TERMINAL for each in found.copies} == {True}
