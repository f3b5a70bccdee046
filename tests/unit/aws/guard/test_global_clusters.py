"""The guard on global clusters, which are of no region: each, and each member that is named, is a copy of the run."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, Guard
from tests.support.guarded import ACCOUNT, COPY, SOURCES, copy
from tests.support.types import CALLS

HERE, THERE = "us-east-1", "eu-central-1"
WHOLE, SECOND = f"{COPY}-global", f"{COPY}-there"
ROWS = [
    copy(WHOLE, "aurora-global-cluster", HERE),
    copy(COPY, "aurora-cluster", HERE),
    copy(SECOND, "aurora-cluster", THERE),
]


def arn(region: str, name: str) -> str:
    return f"arn:aws:rds:{region}:{ACCOUNT}:cluster:{name}"


def check(operation: str, region: str, **given: Any) -> None:
    Guard(CALLS, lambda: ROWS, SOURCES).check("rds", operation, given, region)


@pytest.mark.parametrize(("region", "target"), [(HERE, arn(THERE, SECOND)), (THERE, arn(HERE, COPY))])
def test_the_runs_own_is_switched_over_to_its_other_member(region: str, target: str) -> None:
    """There and back: each is asked for where the primary is, and names a member in the other region."""
    check("SwitchoverGlobalCluster", region, GlobalClusterIdentifier=WHOLE, TargetDbClusterIdentifier=target)


@pytest.mark.parametrize(
    ("whole", "target"),
    [
        ("production", arn(THERE, SECOND)),
        ("", arn(THERE, SECOND)),
        (WHOLE, arn(THERE, "orders-prod")),
        (WHOLE, arn(HERE, SECOND)),
        (WHOLE, arn(THERE, COPY)),
        (WHOLE, ""),
    ],
    ids=["production's", "none", "to production's", "to one that is not there", "to its primary there", "to nobody"],
)
@pytest.mark.parametrize("operation", ["SwitchoverGlobalCluster", "RemoveFromGlobalCluster"])
def test_no_other_global_cluster_and_no_other_member(operation: str, whole: str, target: str) -> None:
    """Production's is switched over by nothing, nobody leaves it, and nothing of production's becomes a primary."""
    key = "TargetDbClusterIdentifier" if operation.startswith("Switch") else "DbClusterIdentifier"
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        check(operation, THERE, GlobalClusterIdentifier=whole, **{key: target})


def test_a_target_of_a_switchover_is_named_by_its_arn() -> None:
    """AWS takes a bare name for one of the region that is called, and the copy is in another."""
    for region in (HERE, THERE):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            check("SwitchoverGlobalCluster", region, GlobalClusterIdentifier=WHOLE, TargetDbClusterIdentifier=SECOND)


def test_a_member_leaves_where_it_stands() -> None:
    """The call that takes one out is made in its region, and in no other."""
    check("RemoveFromGlobalCluster", THERE, GlobalClusterIdentifier=WHOLE, DbClusterIdentifier=arn(THERE, SECOND))
    with pytest.raises(Forbidden):
        check("RemoveFromGlobalCluster", HERE, GlobalClusterIdentifier=WHOLE, DbClusterIdentifier=arn(THERE, SECOND))


def test_a_failover_with_loss_is_no_call_of_a_drill() -> None:
    """What may lose data is not listed, on whatever it is."""
    given = {"GlobalClusterIdentifier": WHOLE, "TargetDbClusterIdentifier": arn(THERE, SECOND), "AllowDataLoss": True}
    with pytest.raises(Forbidden, match="not a call that a drill makes"):
        check("FailoverGlobalCluster", HERE, **given)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"SourceDBClusterIdentifier": arn(HERE, "orders-prod")}, "is not a copy of this run"),
        ({"SourceDBClusterIdentifier": arn(THERE, COPY)}, "is not a copy of this run"),
        ({"GlobalClusterIdentifier": "production"}, "is not a copy of this run"),
        ({"DeletionProtection": True}, "no drill gives it"),
        ({"StorageEncrypted": False}, "no drill gives it"),
    ],
)
def test_a_global_cluster_is_made_of_the_runs_own_cluster_alone(changed: dict[str, Any], told: str) -> None:
    """Not of production's, under no name but the copy's, and never protected."""
    given = {
        "GlobalClusterIdentifier": WHOLE,
        "SourceDBClusterIdentifier": arn(HERE, COPY),
        "DeletionProtection": False,
        "Tags": [],
    }
    check("CreateGlobalCluster", HERE, **given)
    with pytest.raises(Forbidden, match=told):
        check("CreateGlobalCluster", HERE, **{**given, **changed})


@pytest.mark.parametrize(
    "lacking", ["GlobalClusterIdentifier", "DBSubnetGroupName", "VpcSecurityGroupIds", "DeletionProtection"]
)
def test_no_cluster_is_made_but_a_secondary_in_isolation(lacking: str) -> None:
    """An empty cluster of its own, one in the default network, or a protected one is none that drills make."""
    given = {
        "DBClusterIdentifier": SECOND,
        "GlobalClusterIdentifier": WHOLE,
        "Engine": "aurora-postgresql",
        "DBSubnetGroupName": "dro-isolated",
        "VpcSecurityGroupIds": ["sg-1"],
        "DeletionProtection": False,
    }
    check("CreateDBCluster", THERE, **given)
    with pytest.raises(Forbidden):
        check("CreateDBCluster", THERE, **{key: value for key, value in given.items() if key != lacking})
    with pytest.raises(Forbidden):
        check("CreateDBCluster", THERE, **{**given, "GlobalClusterIdentifier": "production"})
