"""The room for one more mount target: of those of a VPC, and of the groups that one wears; nobody raises either."""

from __future__ import annotations

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.efs_file_system import mount_targets, network

# docs.aws.amazon.com/efs/latest/ug/limits.html, "Amazon EFS resource quotas that you can't change"
OF_A_VPC, GROUPS = 1400, 5


def look(account: Account, resource: Resource) -> str:
    """How many mount targets the VPC of copies has; NotMeasured where it can have no more."""
    vpc = str(network.subnet(account, resource)["VpcId"])
    if len(groups := resource.own["mount"].security_groups) > GROUPS:
        told = f"a mount target wears {GROUPS} security groups at most, and {len(groups)} are declared"
        raise NotRecoverable(told, f"see `mount` of {resource.name}", "efs:CreateMountTarget")
    used, where = _used(account.api("efs"), vpc)
    told = f"{used:,} of {OF_A_VPC:,} mount targets {where}"
    if used >= OF_A_VPC:
        raise NotMeasured(told, "name a subnet of another VPC, or wait until others are gone", mount_targets.CALL)
    return told


def _used(api: Api, vpc: str) -> tuple[int, str]:
    """How many there are, and where: of the region, which EFS tells at once, unless as many could fill the VPC."""
    listed = api.pages("DescribeFileSystems", "FileSystems")
    found = {str(each["FileSystemId"]): int(each.get("NumberOfMountTargets") or 0) for each in listed}
    if (every := sum(found.values())) < OF_A_VPC:
        return every, "in the region, of which a VPC may have all"
    named = (each for id, number in found.items() if number for each in mount_targets.listed(api, id))
    return sum(each.get("VpcId") == vpc for each in named), f"in {vpc}"
