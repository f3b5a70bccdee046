"""The rights on routing controls: of the drills' own control panel, and never against a safety rule."""

from __future__ import annotations

import json
from pathlib import Path

from dr_orchestrator.aws.access.notes import told_of
from dr_orchestrator.aws.access.policies import drill_policies, source_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Policy, Statement
from dr_orchestrator.catalog.load import load
from dr_orchestrator.resources import TYPES
from tests.support import controls, there, workspace
from tests.support.iam import reference
from tests.support.there import DRILL

OF = "arn:aws:route53-recovery-control::123456789012"
CLUSTER, PANEL = f"{OF}:cluster/0a1b", f"{OF}:controlpanel/0123456789abcdef"
URL = "https://0a.route53-recovery-cluster.{0}.amazonaws.com/v1"
CELL = {region: URL.format(region) for region in ("us-east-1", "us-west-2")}


def scoped(home: Path, drills: str = controls.DRILLS) -> Scope:
    tiers = f"{there.tiers('Z0123456789ABCDEF')}{controls.policy_of(CLUSTER, PANEL, CELL)}"
    workspace.write(home, shop=f"{there.SHOP.rstrip()}{drills}", tiers=tiers, template=there.ANSWERS)
    catalogue = load(home / "drills", TYPES)
    return Scope(TYPES, [catalogue.drills[DRILL]], catalogue.allowed)


def statements(policies: list[Policy]) -> list[Statement]:
    found = [each for policy in policies for each in policy["Statement"]]
    return [each for each in found if "route53-recovery" in json.dumps(each) or "HealthCheck" in json.dumps(each)]


def test_controls_of_the_drills_panel_alone_are_switched(tmp_path: Path) -> None:
    """In that panel, and never with a safety rule overridden; what IAM cannot tell is said in words."""
    scope = scoped(tmp_path)
    found = {each["Sid"]: each for each in statements(drill_policies(scope))}
    rights = {sid: each for sid, each in found.items() if each["Effect"] == "Allow"}
    assert found.keys() - rights.keys() == {"NeverSwitchAnythingElse", "NeverOverrideSafetyRules"}
    assert found["NeverSwitchAnythingElse"]["NotResource"] == [f"{PANEL}/routingcontrol/*"]
    switch = rights["SwitchRoutingControls"]
    assert switch["Action"] == ["route53-recovery-cluster:UpdateRoutingControlStates"]
    assert switch["Resource"] == [f"{PANEL}/routingcontrol/*"]
    assert switch["Condition"] == {"Bool": {"route53-recovery-cluster:AllowSafetyRulesOverrides": "false"}}
    assert rights["DeleteRoutingControls"]["Resource"] == [f"{PANEL}/routingcontrol/*"]
    assert rights["MakeRoutingControls"]["Resource"] == [CLUSTER]
    assert {action for each in rights.values() for action in each["Action"]} == {
        *(f"route53-recovery-control-config:{each}RoutingControl" for each in ("Create", "Delete")),
        "route53-recovery-cluster:UpdateRoutingControlStates",
        *("route53:CreateHealthCheck", "route53:DeleteHealthCheck"),
    }
    assert any("the guard alone tells that a health check is the run's" in each for each in told_of(scope))


def test_every_statement_is_one_of_aws(tmp_path: Path) -> None:
    """Actions, resources and condition keys are those that AWS publishes; none holds in a region."""
    scope = scoped(tmp_path)
    own = statements([*drill_policies(scope), *source_policies(scope)])
    assert len(own) == 11
    assert not [each["Sid"] for each in own if "RequestedRegion" in json.dumps(each)]
    names = tuple(each["Sid"] for each in own)
    policies = (*drill_policies(scope), *source_policies(scope))
    faults = [fault for policy in policies for fault in reference.faults(policy)]
    assert [fault for fault in faults if fault.startswith(names)] == []


def test_a_name_that_records_switch_needs_none_of_it(tmp_path: Path) -> None:
    """Though the panel is declared: another drill may use it."""
    scope = scoped(tmp_path, there.DRILLS)
    assert statements([*drill_policies(scope), *source_policies(scope)]) == []
    assert not any("health check" in each for each in told_of(scope))
