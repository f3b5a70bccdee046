"""Where a copy of a machine stands: looked at before, and proven of the live machine after.

A machine acts from its first second, with production's configuration in it: what it may reach is the whole matter. Its
agent needs TCP 443 to the endpoints of Systems Manager in its network, and that alone may leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.preflight import network
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.ec2_instance import machine

_WIDEST = {4: 16, 6: 48}
"""The shortest prefix of a private range that may reach copies, by the version of IP."""

_HTTPS = 443
TAKEN_DOWN = "the copy is taken down at once: nothing was asked of it"


def subnet(account: Account, resource: Resource) -> Mapping[str, Any]:
    """The subnet of the copies; NotRecoverable where there is none, or where it gives public addresses of IPv6."""
    wanted = resource.own["network"].subnet
    found = network.subnet(account, wanted, _see(resource))
    if found.get("AssignIpv6AddressOnCreation"):
        hint = "give the drills a subnet that does not"
        raise NotRecoverable(f"subnet {wanted} gives each machine an address of IPv6", hint, network.SUBNETS)
    return found


def standing(account: Account, resource: Resource, theirs: str) -> str:
    """The subnet in words, and whether its VPC is the source's own (`theirs`)."""
    found = subnet(account, resource)
    vpc, zone = found["VpcId"], found["AvailabilityZone"]
    told = "the source's own VPC" if vpc == theirs else f"another VPC than the source's {theirs}"
    return f"{found['SubnetId']} in {zone} is in {vpc}, {told}"


def groups(account: Account, resource: Resource) -> tuple[str, ...]:
    """The ids of the security groups; NotRecoverable where one is of another VPC, or lets through too much."""
    vpc, theirs = str(subnet(account, resource)["VpcId"]), _worn_by_source(account, resource)
    named = resource.own["network"].security_groups
    return network.groups(account, vpc, named, partial(faults, theirs=theirs), _see(resource))


def _see(resource: Resource) -> str:
    return f"see `network` of {resource.name}"


def _worn_by_source(account: Account, resource: Resource) -> frozenset[str]:
    found = machine.described(account.api("ec2"), resource.id) or {}
    cards = (card.get("Groups") or () for card in found.get("NetworkInterfaces") or ())
    worn = (found.get("SecurityGroups") or (), *cards)
    return frozenset(str(each["GroupId"]) for of in worn for each in of)


def faults(group: Mapping[str, Any], theirs: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The rules of a group that let through what they must not, and what to do; `theirs` are the source's groups."""
    if str(group["GroupId"]) in theirs:
        yield (
            "is worn by the source, too",
            "what may reach production's machine reaches the copy: give drills their own",
        )
    for rule in group.get("IpPermissionsEgress") or ():
        if (rule.get("IpProtocol"), rule.get("FromPort"), rule.get("ToPort")) != ("tcp", _HTTPS, _HTTPS):
            hint = "a copy must not reach production: leave it TCP 443 to the endpoints of Systems Manager, or nothing"
            yield "lets out more than TCP 443", hint
        hint = "name the security group of the endpoints of Systems Manager instead"
        if ranges := [
            *network.ranges(rule),
            *(str(each.get("PrefixListId")) for each in rule.get("PrefixListIds") or ()),
        ]:
            yield f"lets out to {ranges[0]}", hint
        reached = {str(each.get("GroupId")) for each in rule.get("UserIdGroupPairs") or ()}
        if production := sorted(reached & theirs):
            yield f"lets out to {production[0]}, which the source wears", hint
    hint = "a copy holds production's data: allow only the machine that checks it"
    for rule in group.get("IpPermissions") or ():
        if wide := [each for each in network.ranges(rule) if network.is_wide(each, _WIDEST)]:
            yield f"lets in {wide[0]}", hint


def wrong(live: Mapping[str, Any], resource: Resource, wanted: tuple[str, ...]) -> Iterator[str]:
    """All that is not as it was asked for in where a live copy stands."""
    cards = live.get("NetworkInterfaces") or ()
    if len(cards) != 1:
        yield f"it has {len(cards)} network interfaces, not one"
    if live.get("PublicIpAddress") or any((each.get("Association") or {}).get("PublicIp") for each in cards):
        yield "it has a public address"
    if any(each.get("Ipv6Addresses") for each in cards):
        yield "it has an address of IPv6"
    if live.get("SubnetId") != resource.own["network"].subnet:
        yield f"its subnet is {live.get('SubnetId')}, not {resource.own['network'].subnet}"
    worn = {each["GroupId"] for card in cards for each in card.get("Groups") or ()}
    if worn != set(wanted):
        yield f"its security groups are {', '.join(sorted(worn)) or 'none'}, not {', '.join(sorted(wanted))}"
