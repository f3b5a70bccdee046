"""Policies of drills that switch a global cluster over: the run's own, in both regions, and no other."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.access.policies import drill_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Policy
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.resources import TYPES
from tests.support import elsewhere, workspace
from tests.support.elsewhere import AWAY
from tests.support.fakes import FakeClock
from tests.support.iam import reference
from tests.support.iam.enforced import allowed
from tests.support.switchovers import DRILL, SWITCHES

ACCOUNT = "123456789012"
ASKED, WORN = {"aws:RequestTag/dr-drill:run": ["r"]}, {"aws:ResourceTag/dr-drill:run": ["r"]}
WHOLE = f"arn:aws:rds::{ACCOUNT}:global-cluster:dro-1-global-boards"


def member(region: str, name: str = "dro-1-boards") -> str:
    return f"arn:aws:rds:{region}:{ACCOUNT}:cluster:{name}"


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> list[Policy]:
    """Those of the drill role, for the one drill; its regions are told by nothing else."""
    shop = workspace.SHOP.replace("\n  sessions: {", f"{elsewhere.CLUSTER_RESOURCE.rstrip()}\n  sessions: {{")
    shop = shop.replace("\ndrills:", f"\ndrills:{SWITCHES}", 1)
    here = workspace.world(tmp_path_factory.mktemp("home"), FakeClock(), shop=shop)
    made = drill_policies(Scope(TYPES, [here.drill(DRILL)], Allowed(frozenset({ACCOUNT}))))
    assert [fault for each in made for fault in reference.faults(each)] == []
    return made


@pytest.mark.parametrize("region", ["us-east-1", AWAY])
@pytest.mark.parametrize("call", ["SwitchoverGlobalCluster", "RemoveFromGlobalCluster", "DeleteGlobalCluster"])
def test_the_runs_own_is_changed_in_both_regions(policies: list[Policy], call: str, region: str) -> None:
    """What wears a run's tag and is named as copies are: the global cluster, and its members."""
    at = {"aws:RequestedRegion": [region]}
    for arn in (WHOLE, member("us-east-1"), member(AWAY)):
        assert allowed(policies, f"rds:{call}", arn, at | WORN)
        assert not allowed(policies, f"rds:{call}", arn, at)


@pytest.mark.parametrize("call", ["SwitchoverGlobalCluster", "RemoveFromGlobalCluster", "DeleteGlobalCluster"])
def test_productions_is_not_changed_whatever_it_wears(policies: list[Policy], call: str) -> None:
    """Neither by its name, nor as the member that is named."""
    at = {"aws:RequestedRegion": ["us-east-1"]} | WORN
    for arn in (WHOLE.replace("dro-1-global-boards", "boards"), member("us-east-1", "boards-prod")):
        assert not allowed(policies, f"rds:{call}", arn, at)


def test_one_is_made_with_the_runs_tag_alone(policies: list[Policy]) -> None:
    """And so is the secondary, in it."""
    at = {"aws:RequestedRegion": [AWAY]}
    for call, arns in (
        ("CreateGlobalCluster", (WHOLE, member("us-east-1"))),
        ("CreateDBCluster", (WHOLE, member(AWAY), f"arn:aws:rds:{AWAY}:{ACCOUNT}:subgrp:dro-isolated")),
    ):
        for arn in arns:
            assert allowed(policies, f"rds:{call}", arn, at | ASKED)
            assert not allowed(policies, f"rds:{call}", arn, at)


def test_a_failover_with_loss_is_allowed_nowhere(policies: list[Policy]) -> None:
    """No drill asks for it."""
    assert not allowed(policies, "rds:FailoverGlobalCluster", WHOLE, {"aws:RequestedRegion": ["us-east-1"]} | WORN)
