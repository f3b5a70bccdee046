"""How much of AWS's quotas is used: a full account fails the restore, and production's own failover with it."""

from __future__ import annotations

from dataclasses import dataclass

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.errors import NotMeasured

TABLE_RESTORES = 50
"""How many tables DynamoDB restores at a time, in an account and region; only table by table it tells of them."""


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


def table_restores(account: Account) -> Quota:
    """The tables named like copies that DynamoDB is restoring in the region, whoever's drills they are of.

    Of other tables nothing is asked: drills may read their own sources and copies only.
    """
    api = account.api("dynamodb")
    names = [str(name) for name in api.pages("ListTables", "TableNames")]
    used = sum(_is_restored(api, name) for name in names if name.startswith(copies.PREFIX))
    return Quota("restores of tables (those by drills)", used, TABLE_RESTORES)


def _is_restored(api: Api, name: str) -> bool:
    try:
        table = api.call("DescribeTable", TableName=name)["Table"]
    except NotFound:  # deleted since it was listed
        return False
    return bool(table.get("RestoreSummary", {}).get("RestoreInProgress"))
