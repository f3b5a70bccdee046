"""The calls of a look at a customer's stack, and the rights that they need in the customer's account.

DetectStackDrift is a read: it changes neither the stack nor what is in it, and leaves a report that CloudFormation
keeps for itself (docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackDrift.html). The decision
0043 argues it.
"""

from __future__ import annotations

from collections.abc import Sequence

from dr_orchestrator.aws.access.statements import Policy, Statement, allow, document, packed
from dr_orchestrator.domain.customer_stack import CustomerStack
from dr_orchestrator.domain.resource_type import CallTable

_STACK = (
    "DescribeStacks",
    "ListStackResources",
    "GetTemplate",
    "DetectStackDrift",
    "DescribeStackDriftDetectionStatus",
    "DescribeStackResourceDrifts",
)
_ROLE = ("GetRole", "ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies")
_POLICY = ("GetPolicy", "GetPolicyVersion")
_RULE = ("DescribeRule", "ListTargetsByRule")
HISTORY = "cloudtrail:LookupEvents"
READS = frozenset(
    {
        *(f"cloudformation:{each}" for each in _STACK),
        *(f"iam:{each}" for each in (*_ROLE, *_POLICY)),
        *(f"events:{each}" for each in _RULE),
        HISTORY,
        "sts:GetCallerIdentity",
    }
)
"""Every call that is ever made there."""

TABLE = CallTable(READS, ())
"""The calls that a guard of such an account knows: these reads, and not one write."""

_ON_THE_WAY = ("cloudformation:DetectStackResourceDrift", "cloudformation:BatchDescribeTypeConfigurations")
"""The rights that CloudFormation asks of whoever has drift detected, beside those of its own calls."""


def reader_policy(stacks: Sequence[CustomerStack], partition: str = "aws") -> list[Policy]:
    """The policy of the role by which the stacks of one account are looked at; it can change nothing.

    Which roles and rules a stack has only the stack tells, so these are named by the account alone; a look asks none
    but those.
    """
    account = stacks[0].account
    arns = sorted({f"arn:{partition}:cloudformation:{each.region}:{account}:stack/{each.stack}/*" for each in stacks})
    regions = sorted({each.region for each in stacks})
    rules = [f"arn:{partition}:events:{region}:{account}:rule/*" for region in regions]
    statements: list[Statement] = [
        allow("LookAtTheStack", {f"cloudformation:{each}" for each in _STACK} | {_ON_THE_WAY[0]}, arns),
        allow("LookAtItsRoles", {f"iam:{each}" for each in _ROLE}, [f"arn:{partition}:iam::{account}:role/*"]),
        allow(
            "LookAtTheirPolicies",
            {f"iam:{each}" for each in _POLICY},
            [f"arn:{partition}:iam::{account}:policy/*", f"arn:{partition}:iam::aws:policy/*"],
        ),
        allow("LookAtItsRules", {f"events:{each}" for each in _RULE}, rules),
        allow(
            "LookWhoChangedThem", {HISTORY, _ON_THE_WAY[1], "cloudformation:DescribeStackDriftDetectionStatus"}, ["*"]
        ),
    ]
    return packed(statements)


def trust_policy(external_id: str = "") -> Policy:
    """The trust policy of that role, for the customer: whoever runs `dro`, and nobody else; to be filled in."""
    statement = {
        "Sid": "LetDrillsLook",
        "Effect": "Allow",
        "Principal": {"AWS": "ARN OF THE ROLE THAT RUNS dro"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringLike": {"sts:RoleSessionName": "dro-*"},
            **({"StringEquals": {"sts:ExternalId": external_id}} if external_id else {}),
        },
    }
    return document([statement])
