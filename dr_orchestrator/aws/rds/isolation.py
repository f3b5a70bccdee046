"""The network that copies are put into: looked at before, and proven of the live copy after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.preflight import place
from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.service import Isolation, Resource
from dr_orchestrator.errors import NotRecoverable

_GROUPS, _SUBNETS = "ec2:DescribeSecurityGroups", "rds:DescribeDBSubnetGroups"
TAKEN_DOWN = "the copy is taken down at once: nothing was asked of it"
_ANYWHERE = ("0.0.0.0/0", "::/0")


def declared(resource: Resource) -> Isolation:
    """Where copies of an instance are put; NotRecoverable where nothing says so."""
    if resource.isolation is None:
        hint = "declare `isolation` in tiers.yaml or at the resource"
        raise NotRecoverable(f"{resource.name} has no isolation", hint)
    return resource.isolation


def subnet_group(account: Account, isolation: Isolation, theirs: str) -> str:
    """The subnet group, and whether its VPC is the source's own (`theirs`)."""
    name = isolation.subnet_group
    vpc = vpc_of(account, name)
    told = "the source's own VPC" if vpc == theirs else f"another VPC than the source's {theirs}"
    return f"{name} is in {vpc}, {told}"


def vpc_of(account: Account, subnet_group: str) -> str:
    """The VPC that a subnet group is in; NotRecoverable where there is no such group."""
    groups = account.api("rds").call("DescribeDBSubnetGroups", DBSubnetGroupName=subnet_group)["DBSubnetGroups"]
    if not groups:
        raise NotRecoverable(f"no subnet group {subnet_group}", "see `isolation` in tiers.yaml", _SUBNETS)
    return str(groups[0].get("VpcId", ""))


def zones(account: Account, subnet_group: str) -> list[str]:
    """The zones that a subnet group has subnets in, in order."""
    groups = account.api("rds").call("DescribeDBSubnetGroups", DBSubnetGroupName=subnet_group)["DBSubnetGroups"]
    subnets = [subnet for group in groups for subnet in group.get("Subnets", [])]
    return sorted({str(each.get("SubnetAvailabilityZone", {}).get("Name") or "") for each in subnets} - {""})


def two_zones(account: Account, subnet_group: str) -> str:
    """The zones that a subnet group has subnets in; NotRecoverable where a standby would find no other."""
    found = zones(account, subnet_group)
    if len(found) < 2:
        told = f"{subnet_group} has subnets in {found[0] if found else 'no zone'} alone: a standby needs another one"
        raise NotRecoverable(told, "add a subnet in another zone, see `isolation` in tiers.yaml", _SUBNETS)
    return f"{subnet_group} reaches {', '.join(found)}"


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


def closed(groups: Iterable[str]) -> str:
    """The words for groups of which none was refused."""
    return f"{', '.join(groups)}: nothing out, not open to the world"


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


@dataclass(frozen=True)
class Standing:
    """Where something that RDS runs stands, and whether its data is encrypted; `key` is empty where it is not."""

    name: str
    arn: str
    public: bool
    subnet_group: str
    security_groups: frozenset[str]
    encrypted: bool
    key: str


def of_instance(live: Mapping[str, Any]) -> Standing:
    """Where an instance stands; it is public unless AWS says that it is not."""
    public, subnets = live.get("PubliclyAccessible") is not False, live.get("DBSubnetGroup", {})
    return _standing("DBInstance", live, public, str(subnets.get("DBSubnetGroupName")))


def of_cluster(live: Mapping[str, Any]) -> Standing:
    """Where a cluster stands; it is as public as its instances, unless it has a way in of its own."""
    public = bool(live.get("PubliclyAccessible") or live.get("InternetAccessGatewayEnabled"))
    return _standing("DBCluster", live, public, str(live.get("DBSubnetGroup")))


def _standing(key: str, live: Mapping[str, Any], public: bool, subnet_group: str) -> Standing:
    worn = frozenset(each["VpcSecurityGroupId"] for each in live["VpcSecurityGroups"])
    encrypted = bool(live["StorageEncrypted"])
    name, arn = live[f"{key}Identifier"], live[f"{key}Arn"]
    return Standing(name, arn, public, subnet_group, worn, encrypted, str(live.get("KmsKeyId") or ""))


def proven(
    live: Standing, source: Standing, isolation: Isolation, groups: tuple[str, ...], to: Place | None = None
) -> str:
    """The isolation of the live copy, in words; NotRecoverable where it stands anywhere but where it was to be put:
    in the place of its source, or in the one that the drill names (`to`).
    """
    region, account = source.arn.split(":")[3:5]
    region, account = (to.region, to.account or account) if to else (region, account)
    where = place.same(live.arn, region, account)
    if wrong := list(_wrong(live, source, isolation, groups)):
        raise NotRecoverable(f"{live.name} is not isolated: {'; '.join(wrong)}", TAKEN_DOWN)
    encrypted = f"encrypted with {live.key}" if live.encrypted else "not encrypted, as its source"
    return f"{where}, not public, in {isolation.subnet_group} and {', '.join(groups)} alone, {encrypted}"


def as_its_source(live: Standing, source: Standing, account: str = "") -> str:
    """The protection of one that a template put where it stands, in words; NotRecoverable where it is less than that
    of its source: in another place, open to the internet, or not encrypted. `account` is where it is to stand, if that
    is not its source's.
    """
    region, owner = source.arn.split(":")[3:5]
    where = place.same(live.arn, region, account or owner)
    wrong = [
        *(["it can be reached from the internet"] if live.public else []),
        *(["it is not encrypted, and its source is"] if source.encrypted and not live.encrypted else []),
    ]
    if wrong:
        raise NotRecoverable(f"{live.name} is less protected than its source: {'; '.join(wrong)}", TAKEN_DOWN)
    encrypted = f"encrypted with {live.key}" if live.encrypted else "not encrypted, as its source"
    return f"{live.name}: {where}, not public, {encrypted}"


def _wrong(live: Standing, source: Standing, isolation: Isolation, groups: tuple[str, ...]) -> Iterator[str]:
    if live.public:
        yield "it can be reached from the internet"
    if live.subnet_group.lower() != isolation.subnet_group.lower():
        yield f"its subnet group is {live.subnet_group}, not {isolation.subnet_group}"
    if live.security_groups != set(groups):
        worn = ", ".join(sorted(live.security_groups)) or "none"
        yield f"its security groups are {worn}, not {', '.join(groups)}"
    if source.encrypted and not live.encrypted:
        yield "it is not encrypted, and its source is"
