"""How much of AWS's quotas is used: a full account fails the restore, and production's own failover with it."""

from __future__ import annotations

from dataclasses import dataclass

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.errors import NotMeasured

TABLE_RESTORES = 50
"""How many tables DynamoDB restores at a time, in an account and region; nothing tells how many it is restoring."""


@dataclass(frozen=True)
class Quota:
    """How many of something there are, and may be."""

    what: str
    used: int
    most: int

    def __str__(self) -> str:
        return f"{self.used} of {self.most} {self.what} in use"


def instances(account: Account) -> Quota:
    """The RDS instances of the region."""
    told = account.api("rds").call("DescribeAccountAttributes")["AccountQuotas"]
    for quota in told:
        if quota["AccountQuotaName"] == "DBInstances":
            return Quota("RDS instances", quota["Used"], quota["Max"])
    raise NotMeasured("RDS tells no quota of DBInstances", call="rds:DescribeAccountAttributes")


def stacks(account: Account) -> Quota:
    """The CloudFormation stacks of the region."""
    api = account.api("cloudformation")
    limits = {each["Name"]: each["Value"] for each in api.pages("DescribeAccountLimits", "AccountLimits")}
    if "StackLimit" not in limits:
        raise NotMeasured("CloudFormation tells no StackLimit", call="cloudformation:DescribeAccountLimits")
    listed = [each for each in api.pages("DescribeStacks", "Stacks") if each["StackStatus"] != "DELETE_COMPLETE"]
    return Quota("CloudFormation stacks", len(listed), limits["StackLimit"])
