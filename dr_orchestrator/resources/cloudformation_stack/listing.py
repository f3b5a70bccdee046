"""The stacks of a region: all of them, how many more there may be, and what one holds."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import run_of
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack.name import NAME


def listed(account: Account) -> Iterator[LiveObject]:
    """Every stack that is not gone."""
    api = account.api("cloudformation")
    for each in api.pages("DescribeStacks", "Stacks"):
        if (status := each["StackStatus"]) != "DELETE_COMPLETE":
            name, run, going = each["StackName"], run_of(each.get("Tags", [])), status == "DELETE_IN_PROGRESS"
            yield LiveObject(NAME, api.region, name, each["StackId"], run, going)


def quota(account: Account) -> Quota:
    """The CloudFormation stacks of the region."""
    api = account.api("cloudformation")
    limits = {each["Name"]: each["Value"] for each in api.pages("DescribeAccountLimits", "AccountLimits")}
    if "StackLimit" not in limits:
        raise NotMeasured("CloudFormation tells no StackLimit", call="cloudformation:DescribeAccountLimits")
    there = [each for each in api.pages("DescribeStacks", "Stacks") if each["StackStatus"] != "DELETE_COMPLETE"]
    return Quota("CloudFormation stacks", len(there), limits["StackLimit"])


def held(account: Account, stack: str) -> Iterator[tuple[str, str]]:
    """The resources that a stack holds, or held: the type in CloudFormation and the name of each of its resources."""
    api = account.api("cloudformation")
    for each in api.pages("ListStackResources", "StackResourceSummaries", StackName=stack):
        if name := str(each.get("PhysicalResourceId") or ""):
            yield each["ResourceType"], name
