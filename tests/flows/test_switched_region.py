"""A name that routing controls switch leads to another region and back: an endpoint of the cluster is all it takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.domain import planes
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.leading import STAND_IN, RecordType, Way
from dr_orchestrator.domain.led import ways
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.cloudformation_stack import controlling, naming
from dr_orchestrator.resources.cloudformation_stack.lab.controls import AssertionRule, Cluster, Control, ControlPanel
from dr_orchestrator.runner.session import Session
from tests.support import controls, there
from tests.support.estate import REGION, Estate
from tests.support.passing import passing
from tests.support.shop import run
from tests.support.there import AWAY, DRILL

Cell = tuple[Cluster, ControlPanel]
SWITCH, CHANGE = "route53-recovery-cluster:UpdateRoutingControlStates", "route53:ChangeResourceRecordSets"


@pytest.fixture(scope="module")
def zone(shop: Estate) -> str:
    return there.prepared(shop)


@pytest.fixture
def cell(shop: Estate) -> Cell:
    return controls.prepared(shop)


@pytest.fixture
def here(shop: Estate, zone: str, cell: Cell, home: Path) -> Iterator[wiring.App]:
    with there.world(shop, home, zone, controls.DRILLS, policy=controls.policy(*cell)) as made:
        yield made


class Heard:
    """Every call that passed the guard, with its parameters and where it went, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        check = Guard.check

        def hear(guard: Guard, service: str, operation: str, parameters: Any, region: str = "") -> None:
            check(guard, service, operation, parameters, region)
            self.calls.append((f"{service}:{operation}", region, parameters))

        monkeypatch.setattr(Guard, "check", hear)

    def writes(self, call: str) -> list[Any]:
        """The parameters of a write: each is checked twice, as it is asked for and as it is sent."""
        return [given for name, _, given in self.calls if name == call][::2]


def test_the_cluster_leads_the_name_there_and_back(
    shop: Estate, here: wiring.App, zone: str, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Health checks that follow two controls turn the answers over; the lost region is asked for nothing, though its
    own endpoint is dead, and all is gone at the end.
    """
    cluster, panel = cell
    before = shop.inventory()
    began: list[int] = []
    name_it, verify = Session.name_it, Session.verify
    heard = Heard(monkeypatch)

    def named(session: Session, *given: Any) -> None:
        name_it(session, *given)
        cluster.endpoints[REGION].cut()
        began.append(len(heard.calls))

    monkeypatch.setattr(Session, "name_it", named)
    monkeypatch.setattr(Session, "verify", lambda *given: (verify(*given), began.append(len(heard.calls)))[0])
    with passing() as called:
        found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.PASSED_WITH_FINDINGS, Cleanup.CLEAN)

    led = ways(found.checks)
    assert (led[Way.THERE].to, led[Way.BACK].to) == ("localhost", STAND_IN[RecordType.CNAME])
    assert "switched it" in led[Way.THERE].by
    assert REGION not in led[Way.THERE].by
    assert led[Way.BACK].every.total_seconds() < 20, "no record changes: the health checks follow in seconds"

    within = heard.calls[began[0] : began[1]]
    assert not [each for each in within if each[1] == REGION], "nothing is asked where production is"
    assert not [each for each in within if each[0].startswith("route53-recovery-control-config:")]
    switched = [
        [each["RoutingControlState"] for each in given["UpdateRoutingControlStateEntries"]]
        for given in heard.writes(SWITCH)
    ]
    assert switched == [["Off", "On"], ["On", "Off"], ["Off", "On"]], "what comes back, and the lost side"
    assert not any("SafetyRulesToOverride" in given for given in heard.writes(SWITCH))
    made, there_, _ = (given["ChangeBatch"]["Changes"] for given in heard.writes(CHANGE))
    roles = {each["ResourceRecordSet"]["Failover"]: each["ResourceRecordSet"] for each in made}
    assert {role: each["ResourceRecords"][0]["Value"] for role, each in roles.items()} == {
        "PRIMARY": "lost.invalid",
        "SECONDARY": "coming.invalid",
    }
    assert [each["ResourceRecordSet"]["Failover"] for each in there_] == ["SECONDARY"], "the lost side's stays"

    needs = next(each for each in found.checks if each.name == planes.CHECK).figures["control_planes"]["needs"]
    assert "the switch itself is made by the cluster" in needs[0]
    assert {row.state for row in found.copies} == {CopyState.DELETED}
    assert [row.copy.type for row in found.copies if not row.copy.parent] == [
        *("drill-name", "arc-routing-control", "arc-routing-control", "health-check", "health-check"),
        *("cloudformation-stack", "dynamodb-table"),
    ]
    assert {row.copy.region for row in found.copies} == {AWAY}
    assert (controls.left(panel), shop.client("route53").list_health_checks()["HealthChecks"]) == ([], [])
    assert there.records(shop, zone) == {}
    assert shop.inventory() == before

    declared = calls_of(TYPES, here.drill(DRILL))
    assert called <= declared.all, called - declared.all
    assert (naming.CALLS | controlling.CALLS).all <= called
    page = (here.settings.home / "reports").rglob("*.html")
    assert any("Switched by routing controls" in each.read_text() for each in page)


def test_a_cluster_that_nobody_reaches_is_not_measured_and_all_is_cleaned(
    shop: Estate, here: wiring.App, zone: str, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether that is the cluster or the way to it nobody can tell; what was made goes by the control planes."""
    cluster, panel = cell
    name_it = Session.name_it

    def named(session: Session, *given: Any) -> None:
        name_it(session, *given)
        for each in cluster.endpoints.values():
            each.cut()

    monkeypatch.setattr(Session, "name_it", named)
    found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert "none of 4 endpoints of the cluster did what was asked" in found.closing.reasons[0]
    assert (controls.left(panel), there.records(shop, zone)) == ([], {})
    assert shop.client("route53").list_health_checks()["HealthChecks"] == []


def test_a_safety_rule_that_refuses_fails_the_recovery_and_all_is_cleaned(
    here: wiring.App, zone: str, shop: Estate, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told by its name, and not overridden; the name still leads to the lost side when it goes."""
    _, panel = cell
    lead = Session.lead

    def refused(session: Session, name: str, way: Way) -> None:
        lost = tuple(each.arn for name, each in panel.controls.items() if "-back-" in name)
        panel.rules.append(AssertionRule("never-leave", lost, 1))
        try:
            lead(session, name, way)
        finally:
            panel.rules.clear()

    monkeypatch.setattr(Session, "lead", refused)
    found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)
    assert "the cluster refuses to switch its routing controls" in found.closing.reasons[0]
    assert "Unmet assertion rule never-leave" in found.closing.reasons[0]
    assert (controls.left(panel), there.records(shop, zone)) == ([], {})


@pytest.mark.parametrize(
    ("tagged", "says", "why"),
    [
        (False, {}, "does not wear the tag dr-drill:controls: nothing says it is for drills"),
        (True, {"eu-west-1": "http://127.0.0.1:1/v1"}, "are not those of tiers.yaml: eu-west-1"),
    ],
)
def test_a_panel_that_is_not_the_drills_is_told_before_anything_starts(
    shop: Estate, zone: str, home: Path, tagged: bool, says: dict[str, str], why: str
) -> None:
    """Without its tag it may switch production; with other endpoints it may be another cluster's."""
    cluster, panel = controls.prepared(shop, tagged=tagged)
    endpoints = {region: each.url for region, each in cluster.endpoints.items()} | says
    policy = controls.policy_of(cluster.arn, panel.arn, endpoints)
    with there.world(shop, home, zone, controls.DRILLS, policy=policy) as here:
        found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.copies) == (Verdict.FAILED, ())
    assert why in found.closing.reasons[0]
    assert (panel.controls, there.records(shop, zone)) == ({}, {})


def test_a_panel_that_somebody_else_changes_is_waited_for(shop: Estate, here: wiring.App, cell: Cell) -> None:
    """AWS takes one change of it at a time: the drill goes on when its turn comes, and nothing failed."""
    _, panel = cell
    name_it = Session.name_it

    def named(session: Session, *given: Any) -> None:
        panel.free = shop.clock.now() + timedelta(seconds=100)
        name_it(session, *given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Session, "name_it", named)
        found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.PASSED_WITH_FINDINGS
    made = next(step for step in found.steps if step.name == "make routing control of the lost side")
    assert made.ended_at is not None
    assert (made.ended_at - made.started_at).total_seconds() > 100
    assert controls.left(panel) == []


def test_a_panel_without_room_is_not_measured(shop: Estate, here: wiring.App, cell: Cell) -> None:
    """Nothing is made: what is drilled did nothing wrong."""
    _, panel = cell
    names = [f"somebodys-{number}" for number in range(95)]
    panel.controls.update(
        {each: Control(f"{panel.arn}/routingcontrol/{each}", each, shop.clock.now()) for each in names}
    )
    found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.copies) == (Verdict.INCONCLUSIVE, ())
    assert "too few left: 95 of 100 routing controls of the control panel" in found.closing.reasons[0]


def test_nothing_is_made_in_a_panel_that_lost_its_tag_meanwhile(
    shop: Estate, here: wiring.App, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at right before each is made: the looks before a run may lie long ago, where it was resumed."""
    _, panel = cell
    name_it = Session.name_it

    def named(session: Session, *given: Any) -> None:
        panel.tags.clear()
        name_it(session, *given)

    monkeypatch.setattr(Session, "name_it", named)
    found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)
    assert "does not wear the tag dr-drill:controls" in found.closing.reasons[0]
    assert panel.controls == {}
