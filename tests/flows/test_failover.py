"""Failovers of a restored copy under a client: what it was not served, what it lost, and who served it then."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.clock import Moment, span
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, NAMES, switches
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Run, Step
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.runner.journal import Journal
from tests.support.failovers import (
    CLUSTER_DRILL,
    CLUSTER_FAILS_OVER,
    DRILL,
    FAILS_OVER,
    ZONES_DRILL,
    ZONES_FAILS_OVER,
)
from tests.support.real_shop import RealShop, real_shop
from tests.support.shop import GREEN, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    more = FAILS_OVER + CLUSTER_FAILS_OVER + ZONES_FAILS_OVER
    with real_shop(tmp_path_factory.mktemp("failover"), more=more, pace=300.0, zones=True) as made:
        yield made


@pytest.fixture(autouse=True)
def no_fault_is_left(shop: RealShop) -> Iterator[None]:
    yield
    shop.lab.faults.clear()
    assert not [each for each in threading.enumerate() if each.name == "client"]


def drilled(shop: RealShop, *rules: dict[str, Any], drill: str = DRILL) -> Run:
    """A run, with faults of its copy; whatever came of it, nothing is left."""
    for rule in rules:
        shop.lab.faults.add({"service": "rds", "resource": "dro-*", **rule})
    found = run(shop.here, drill)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    return found


def rules_of(found: Run) -> set[Rule]:
    assert found.closing is not None
    return set(found.closing.reason_rules)


@pytest.mark.campaign(2)
@pytest.mark.parametrize("drill", [DRILL, CLUSTER_DRILL, ZONES_DRILL])
def test_a_copy_fails_over_and_back_and_loses_nothing(shop: RealShop, drill: str) -> None:
    """The outage is the client's, another zone serves after each way, and every acknowledged write is there."""
    found = drilled(shop, drill=drill)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    ways, measures = switches(found.checks), found.closing.measures
    there, back = ways[FAILOVER], ways[FAILBACK]
    assert there.moved
    assert (back.before.serving, back.moved) == (there.after.serving, True)
    if drill != ZONES_DRILL:  # of two standbys AWS chooses one
        assert (back.before, back.after) == (there.after, there.before)
    for each in (there, back):
        assert each.outage is not None
        assert each.counted.lost == each.counted.doubled == 0
        assert each.counted.acknowledged == each.counted.present >= 100
        assert each.outage.began >= each.asked
    assert there.outage is not None
    assert measures.rta == span(found.events, Moment.DISRUPTION, Moment.SERVICE_VERIFIED) == there.outage.lasted
    assert (measures.rpa, measures.rpa_grade, measures.worst_case) == (there.counted.lost_for, "A", None)
    assert [each.state for each in found.server_times if "failover" in each.state] == [
        *("failover started", "failover completed"),
        *("failover started", "failover completed"),
    ]
    page = (shop.here.settings.generated / f"{found.header.id}.md").read_text()
    assert "The failover, as a client saw it" in page
    usual = {CLUSTER_DRILL: "30 to 60 s", ZONES_DRILL: "at most 35 s", DRILL: "60 to 120 s"}
    assert f"AWS tells of {usual[drill]}" in page
    assert f"| Acknowledged | {there.counted.acknowledged} | {back.counted.acknowledged} |" in page
    told = next(each for each in run_json(found)["checks"] if each["name"] == NAMES[FAILOVER])
    assert told["figures"]["counted"]["acknowledged"] == there.counted.acknowledged


@pytest.mark.campaign(1)
@pytest.mark.parametrize("drill", [DRILL, CLUSTER_DRILL, ZONES_DRILL])
def test_a_standby_that_lacks_what_was_acknowledged_fails_the_drill(shop: RealShop, drill: str) -> None:
    """Writes that were acknowledged and are gone with their zone: FAILED, with the numbers, whatever the RPO allows."""
    found = drilled(shop, {"kind": "asynchronous"}, drill=drill)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    there = switches(found.checks)[FAILOVER]
    assert there.counted.lost > 0
    assert there.counted.present == there.counted.acknowledged - there.counted.lost
    assert any(f"{there.counted.lost} writes lost" in reason for reason in found.closing.reasons)
    assert found.closing.measures.rpa is not None
    assert found.closing.measures.rpa > timedelta()


@pytest.mark.campaign(1)
@pytest.mark.parametrize("drill", [DRILL, CLUSTER_DRILL, ZONES_DRILL])
def test_a_failover_that_left_no_zone_fails_the_drill(shop: RealShop, drill: str) -> None:
    """An outage after which the old zone serves was a restart: nothing was failed over, however short it was."""
    found = drilled(shop, {"kind": "same-zone"}, drill=drill)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    there = switches(found.checks)[FAILOVER]
    assert (there.moved, there.counted.lost) == (False, 0)
    assert "still serves" in there.result.observed


@pytest.mark.campaign(1)
@pytest.mark.parametrize(
    ("drill", "action", "code"),
    [
        (DRILL, "RebootDBInstance", "InvalidDBInstanceState"),
        (CLUSTER_DRILL, "FailoverDBCluster", "InvalidDBClusterStateFault"),
        (ZONES_DRILL, "FailoverDBCluster", "InvalidDBClusterStateFault"),
    ],
)
def test_a_failover_that_aws_refuses_fails_the_drill(shop: RealShop, drill: str, action: str, code: str) -> None:
    """What AWS does not do was not measured: the step fails, nothing is counted, and all is taken down."""
    found = drilled(shop, {"kind": "error", "action": action, "code": code}, drill=drill)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert Rule.FAULT in rules_of(found)
    assert not switches(found.checks)
    assert found.closing.measures.rta is None


def test_a_stop_in_the_midst_of_the_outage_takes_all_down(shop: RealShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops the drill while nothing serves gets a clean account, and no client that goes on writing."""

    begin = Journal.begin

    def stopping(self: Journal, name: str, *args: Any) -> Step:
        if name == "fail over: wait until it serves again":
            shop.here.stop.set()
        return begin(self, name, *args)

    monkeypatch.setattr(Journal, "begin", stopping)
    try:
        found = run(shop.here, DRILL)
    finally:
        shop.here.stop.clear()
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert [step.outcome for step in found.steps if step.name == "fail over"] == [Outcome.PASSED]
