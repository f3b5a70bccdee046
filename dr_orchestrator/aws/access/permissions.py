"""What each kind of drill calls on each type of resource, and the IAM actions that those calls need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dr_orchestrator.domain.drill import Drill, Kind
from dr_orchestrator.domain.service import ResourceType


@dataclass(frozen=True)
class Calls:
    """Calls as `service:Operation`. `only_when` says of those that not every drill makes, what occasions them."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    only_when: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Calls) -> Calls:
        return Calls(self.reads | other.reads, self.writes | other.writes, {**self.only_when, **other.only_when})

    @property
    def all(self) -> frozenset[str]:
        """Reads and writes."""
        return self.reads | self.writes


_WHO = Calls(
    frozenset({"sts:GetCallerIdentity", "iam:SimulatePrincipalPolicy"}),
    only_when={"iam:SimulatePrincipalPolicy": "the caller is a user or role of IAM; where it may not, that is told"},
)
_INSTANCE = _WHO | Calls(
    frozenset(
        {
            *("rds:DescribeDBInstances", "rds:DescribeDBSubnetGroups", "rds:DescribeEvents"),
            *("rds:DescribeAccountAttributes", "ec2:DescribeSecurityGroups"),
            *("secretsmanager:GetSecretValue", "kms:DescribeKey"),
        }
    ),
    frozenset({"rds:DeleteDBInstance"}),
    {"secretsmanager:GetSecretValue": "the resource has a database", "kms:DescribeKey": "the source is encrypted"},
)
_TABLE = _WHO | Calls(
    frozenset(
        {
            *("dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups", "dynamodb:ListTagsOfResource"),
            *("dynamodb:GetItem", "dynamodb:Scan", "kms:DescribeKey"),
        }
    ),
    frozenset({"dynamodb:RestoreTableToPointInTime", "dynamodb:TagResource", "dynamodb:DeleteTable"}),
    {
        "dynamodb:GetItem": "a check reads an item",
        "dynamodb:Scan": "a check counts items, or a store is filled",
        "kms:DescribeKey": "the source is encrypted with a key of its own",
    },
)
_STACK = _TABLE | Calls(
    frozenset(
        {
            *("cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents"),
            *("cloudformation:ListStackResources", "cloudformation:DescribeAccountLimits"),
            "dynamodb:ListTables",
        }
    ),
    frozenset({"cloudformation:CreateStack", "cloudformation:DeleteStack", "dynamodb:BatchWriteItem"}),
)

KINDS: Mapping[tuple[Kind, ResourceType], Calls] = {
    (Kind.SNAPSHOT_RESTORE, ResourceType.RDS_INSTANCE): _INSTANCE
    | Calls(frozenset({"rds:DescribeDBSnapshots"}), frozenset({"rds:RestoreDBInstanceFromDBSnapshot"})),
    (Kind.PITR_RESTORE, ResourceType.RDS_INSTANCE): _INSTANCE
    | Calls(frozenset({"rds:DescribeDBInstanceAutomatedBackups"}), frozenset({"rds:RestoreDBInstanceToPointInTime"})),
    (Kind.PITR_RESTORE, ResourceType.DYNAMODB_TABLE): _TABLE | Calls(frozenset({"dynamodb:ListTables"})),
    (Kind.REPLICA_REBUILD, ResourceType.CLOUDFORMATION_STACK): _STACK,
}
"""What a run of a kind of drill calls, from its first look to its teardown; a store of a replica counts as its own."""

SWEEP = Calls(
    frozenset(
        {
            *("rds:DescribeDBInstances", "cloudformation:DescribeStacks", "dynamodb:ListTables"),
            *("dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "sts:GetCallerIdentity"),
        }
    ),
    only_when={
        "dynamodb:DescribeTable": "a table is named like a copy",
        "dynamodb:ListTagsOfResource": "a table is named like a copy",
    },
)
"""What `dro sweep` calls for its inventories, which tell whose account they are of, and to find strays.

What it deletes it deletes by the calls of the kind that made it, which also tell what a stack of ours holds.
"""

_ON_THE_TARGET = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "rds:RestoreDBInstanceFromDBSnapshot": ("rds:RestoreDBInstanceFromDBSnapshot", "rds:AddTagsToResource"),
    "rds:RestoreDBInstanceToPointInTime": ("rds:RestoreDBInstanceToPointInTime", "rds:AddTagsToResource"),
    "dynamodb:RestoreTableToPointInTime": (
        "dynamodb:RestoreTableToPointInTime",
        *(f"dynamodb:{each}" for each in _ON_THE_TARGET),
    ),
    "cloudformation:CreateStack": ("cloudformation:CreateStack", "cloudformation:TagResource"),
}
"""The IAM actions of a call, where they are not just the one of its own name."""


def calls_of(drill: Drill) -> Calls:
    """What a drill calls; its checks and all that only some occasions need counted in."""
    return KINDS[drill.kind, drill.resource.type]


def actions_of(calls: frozenset[str]) -> frozenset[str]:
    """The IAM actions that calls need."""
    return frozenset(action for call in calls for action in ACTIONS.get(call, (call,)))
