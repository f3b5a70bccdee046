"""The calls by which a run makes a global cluster of its copy, switches it over, and takes it apart."""

from __future__ import annotations

from dr_orchestrator.domain.resource_type import By, Calls, Effect, Write
from dr_orchestrator.resources.aurora_cluster.name import ENGINES, GLOBAL, NAME
from dr_orchestrator.resources.brought import BROUGHT

_ARN = r"arn:[^:]+:rds:(?P<region>[^:]+):\d+:cluster:(?P<name>[^:]+)"
_WHOLE = By(GLOBAL, "GlobalClusterIdentifier", anywhere=True)
_TAGGED = {Effect.TAG: ("rds:AddTagsToResource",)}
_PUT = frozenset({"DBSubnetGroupName", "VpcSecurityGroupIds"})

CALLS = BROUGHT | Calls(
    frozenset({"rds:DescribeGlobalClusters", "rds:DescribeDBClusterParameters"}),
    frozenset(
        {
            *("rds:RestoreDBClusterFromSnapshot", "rds:CreateGlobalCluster", "rds:CreateDBCluster"),
            *("rds:SwitchoverGlobalCluster", "rds:RemoveFromGlobalCluster", "rds:DeleteGlobalCluster"),
        }
    ),
)
"""Those of such a drill, besides what each drill of a cluster calls."""

WRITES = (
    Write(
        "rds:CreateGlobalCluster",
        _WHOLE,
        Effect.CREATE,
        frozenset({"DeletionProtection", "Tags"}),
        within=By(NAME, "SourceDBClusterIdentifier", arn=_ARN),
        actions=_TAGGED,
        only={"DeletionProtection": (False,)},
    ),
    Write(
        "rds:CreateDBCluster",
        By(NAME, "DBClusterIdentifier"),
        Effect.CREATE,
        _PUT
        | {"Engine", "EngineVersion", "DBClusterParameterGroupName", "ServerlessV2ScalingConfiguration", "Tags"}
        | {"DeletionProtection", "CopyTagsToSnapshot", "KmsKeyId", "SourceRegion"},
        within=_WHOLE,
        actions=_TAGGED,
        only={"Engine": ENGINES, "DeletionProtection": (False,)},
        beside=("cluster-pg:*", "og:*"),
        needs=_PUT,
    ),
    Write(
        "rds:SwitchoverGlobalCluster",
        _WHOLE,
        Effect.CHANGE,
        within=By(NAME, "TargetDbClusterIdentifier", arn=_ARN, anywhere=True),
    ),
    Write(
        "rds:RemoveFromGlobalCluster",
        _WHOLE,
        Effect.DELETE,
        within=By(NAME, "DbClusterIdentifier", arn=_ARN),
    ),
    Write("rds:DeleteGlobalCluster", _WHOLE, Effect.DELETE),
)
"""None is let through unless the global cluster and each cluster that is named are copies of the run."""
