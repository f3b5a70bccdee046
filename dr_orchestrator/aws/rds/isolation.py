"""The network that copies are put into: looked at before, and proven of the live copy after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.looks import place
from dr_orchestrator.domain.service import Isolation, Resource
from dr_orchestrator.errors import NotRecoverable

_GROUPS, _SUBNETS = "ec2:DescribeSecurityGroups", "rds:DescribeDBSubnetGroups"
_ANYWHERE = ("0.0.0.0/0", "::/0")


def declared(resource: Resource) -> Isolation:
    """Where copies of an instance are put; NotRecoverable where nothing says so."""
    if resource.isolation is None:
        hint = "declare `isolation` in tiers.yaml or at the resource"
        raise NotRecoverable(f"{resource.name} has no isolation", hint)
    return resource.isolation


def subnet_group(account: Account, isolation: Isolation, source: Mapping[str, Any]) -> str:
    """The subnet group, and whether its VPC is the source's own."""
    name = isolation.subnet_group
    groups = account.api("rds").call("DescribeDBSubnetGroups", DBSubnetGroupName=name)["DBSubnetGroups"]
    if not groups:
        raise NotRecoverable(f"no subnet group {name}", "see `isolation` in tiers.yaml", _SUBNETS)
    vpc, theirs = groups[0].get("VpcId", ""), source.get("DBSubnetGroup", {}).get("VpcId", "")
    told = "the source's own VPC" if vpc == theirs else f"another VPC than the source's {theirs}"
    return f"{name} is in {vpc}, {told}"


def security_groups(account: Account, isolation: Isolation) -> tuple[str, ...]:
    """The ids of the security groups, given by id or name; one that is open to the world or lets out is refused."""
    found: list[str] = []
    for wanted in isolation.security_groups:
        by = "group-id" if wanted.startswith("sg-") else "group-name"
        ask = [{"Name": by, "Values": [wanted]}]
        groups = list(account.api("ec2").pages("DescribeSecurityGroups", "SecurityGroups", Filters=ask))
        if not groups:
            raise NotRecoverable(f"no security group {wanted}", "see `isolation` in tiers.yaml", _GROUPS)
        for group in groups:
            _refuse_open(wanted, group)
            found.append(group["GroupId"])
    return tuple(found)


def _refuse_open(wanted: str, group: Mapping[str, Any]) -> None:
    if group.get("IpPermissionsEgress"):
        hint = "a copy must not reach production: revoke the group's egress rules"
        raise NotRecoverable(f"security group {wanted} lets traffic out", hint, _GROUPS)
    ranges = [
        each for rule in group.get("IpPermissions", []) for key in ("IpRanges", "Ipv6Ranges") for each in rule[key]
    ]
    if any(each.get("CidrIp", each.get("CidrIpv6")) in _ANYWHERE for each in ranges):
        hint = "a copy holds production's data: allow only the machine that checks it"
        raise NotRecoverable(f"security group {wanted} lets anybody in", hint, _GROUPS)


def proven(live: Mapping[str, Any], source: Mapping[str, Any], isolation: Isolation, groups: tuple[str, ...]) -> str:
    """What the live copy's isolation is; NotRecoverable where it stands anywhere but where it was to be put."""
    region, account = source["DBInstanceArn"].split(":")[3:5]
    where = place.same(live["DBInstanceArn"], region, account)
    if wrong := list(_wrong(live, source, isolation, groups)):
        hint = "the copy is taken down at once: nothing was asked of it"
        raise NotRecoverable(f"{live['DBInstanceIdentifier']} is not isolated: {'; '.join(wrong)}", hint)
    encrypted = (
        f"encrypted with {live.get('KmsKeyId')}" if live.get("StorageEncrypted") else "not encrypted, as its source"
    )
    return f"{where}, not public, in {isolation.subnet_group} and {', '.join(groups)} alone, {encrypted}"


def _wrong(
    live: Mapping[str, Any], source: Mapping[str, Any], isolation: Isolation, groups: tuple[str, ...]
) -> Iterator[str]:
    if live.get("PubliclyAccessible") is not False:
        yield "it can be reached from the internet"
    stands = str(live.get("DBSubnetGroup", {}).get("DBSubnetGroupName"))
    if stands.lower() != isolation.subnet_group.lower():
        yield f"its subnet group is {stands}, not {isolation.subnet_group}"
    worn = {each["VpcSecurityGroupId"] for each in live.get("VpcSecurityGroups", [])}
    if worn != set(groups):
        yield f"its security groups are {', '.join(sorted(worn)) or 'none'}, not {', '.join(groups)}"
    if source.get("StorageEncrypted") and not live.get("StorageEncrypted"):
        yield "it is not encrypted, and its source is"
