"""The right to fail production over: one call on one ARN, only where a drill declares it, and no denial is less."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dr_orchestrator.aws.access.policies import drill_policies, source_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.catalog.load import load
from dr_orchestrator.resources import TYPES
from tests.support import workspace
from tests.support.iam import reference
from tests.support.on_production import ACCOUNT, DRILL, ENTRY, SHOP

ARN = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:orders-prod"
REBOOT, FAILOVER = "rds:RebootDBInstance", "rds:FailoverDBCluster"
COPIES = ":dro-"


def made(home: Path, *drills: str, at: datetime | None = None, shop: str = SHOP) -> list[dict[str, Any]]:
    workspace.write(home, shop, tiers=workspace.TIERS + ENTRY)
    catalogue = load(home / "drills", TYPES)
    scope = Scope(TYPES, [catalogue.drills[each] for each in drills], catalogue.allowed, at=at)
    policies = [*drill_policies(scope), *source_policies(scope)]
    assert not [fault for policy in policies for fault in reference.faults(policy)]
    return [each for policy in policies for each in policy["Statement"]]


def about(statements: list[dict[str, Any]], effect: str, call: str = REBOOT) -> list[dict[str, Any]]:
    return [each for each in statements if each["Effect"] == effect and call in each["Action"]]


def test_it_is_one_call_on_one_arn(tmp_path: Path) -> None:
    """Beside a drill on copies, too: what production may be asked is this, and every other one is denied."""
    statements = made(tmp_path, DRILL, "orders-snapshot")
    (right,) = about(statements, "Allow")
    assert (right["Action"], right["Resource"]) == ([REBOOT], [ARN])
    assert right["Condition"] == {"DateLessThan": {"aws:CurrentTime": "2100-01-01T00:00:00Z"}}
    denied = about(statements, "Deny")
    (others,) = [each for each in denied if "NotResource" in each]
    assert ARN in others["NotResource"]
    assert all(COPIES in each for each in others["NotResource"] if each != ARN)
    (untagged,) = [each for each in denied if "NotResource" not in each]
    assert ARN not in untagged["Resource"]
    assert "Null" in untagged["Condition"]


def test_a_cluster_is_failed_over_on_its_arn_alone(tmp_path: Path) -> None:
    """And on the instances that the drill names, which AWS asks for, too; copies of either type may be, tagged."""
    cluster = SHOP.replace("type: rds-instance, id: orders-prod", "type: aurora-cluster, id: orders-prod")
    plain = made(tmp_path / "a", DRILL, shop=cluster)
    arn = f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:orders-prod"
    (right,) = about(plain, "Allow", FAILOVER)
    assert (right["Action"], right["Resource"]) == ([FAILOVER], [arn])
    assert "rds:DescribeGlobalClusters" in json.dumps(plain)
    named = cluster.replace("checks: []", "writer: {failover: orders-2}\n    checks: []")
    statements = made(tmp_path / "b", DRILL, "orders-snapshot", shop=named)
    target = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:orders-2"
    (right,) = about(statements, "Allow", FAILOVER)
    assert (right["Action"], right["Resource"]) == ([FAILOVER], [arn, target])
    (others,) = [each for each in about(statements, "Deny", FAILOVER) if "NotResource" in each]
    assert {arn, target} < {*others["NotResource"]}
    copies = {each for each in others["NotResource"] if COPIES in each}
    assert {*others["NotResource"]} == {arn, target} | copies
    assert {each.split(":")[5] for each in copies} == {"cluster", "db"}


def test_without_the_drill_there_is_no_such_right(tmp_path: Path) -> None:
    """Nobody gets it by the way, and what wears no tag is denied whole."""
    statements = made(tmp_path, "orders-snapshot")
    assert about(statements, "Allow") == []
    assert ARN not in json.dumps([each for each in statements if each["Effect"] == "Allow" and REBOOT in str(each)])


def test_an_entry_that_has_expired_gives_no_right(tmp_path: Path) -> None:
    """Its last day holds to its end; from then on nothing is printed, and the denials name no exception."""
    assert about(made(tmp_path / "a", DRILL, at=datetime(2099, 12, 31, 23, 59, tzinfo=UTC)), "Allow")
    assert ARN not in json.dumps(made(tmp_path / "b", DRILL, at=datetime(2100, 1, 1, tzinfo=UTC)))


def test_the_probe_has_a_login_of_its_own(tmp_path: Path) -> None:
    """Its secret may be read, and that of the resource is read by drills of copies alone."""
    told = json.dumps(made(tmp_path, DRILL))
    assert "secret:prod/dr-probe-??????" in told
    assert "rds:DescribePendingMaintenanceActions" in told
    for never in ("secret:prod/orders", "kms:CreateGrant", "UseKeysOfSources"):
        assert never not in told
