"""Where the mount target of a copy stands: looked at before it is made, and proven of the live one after.

A mount target answers whom its security groups let in, and begins nothing by itself: what may come in is the matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.machines.lent import Lent
from dr_orchestrator.aws.preflight import network
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.efs_file_system import mount_targets

_CARDS = "ec2:DescribeNetworkInterfaces"
NFS = 2049
_WIDEST = {4: 24, 6: 64}
"""The shortest prefix of a private range that may reach a mount target, by the version of IP: a subnet's."""


def subnet(account: Account, resource: Resource) -> Mapping[str, Any]:
    """The subnet of the mount targets; NotRecoverable where there is none."""
    return network.subnet(account, resource.own["mount"].subnet, _see(resource))


def standing(account: Account, resource: Resource, machine: Mapping[str, Any]) -> str:
    """The subnet in words, and how the machine stands to it; NotRecoverable where it has no address left."""
    found = subnet(account, resource)
    id, vpc, zone = found["SubnetId"], found["VpcId"], found["AvailabilityZone"]
    if not int(found.get("AvailableIpAddressCount", 1)):
        raise NotRecoverable(f"subnet {id} has no address left for a mount target", "name another", network.SUBNETS)
    theirs, other = str(machine.get("VpcId")), str(machine["Placement"]["AvailabilityZone"])
    if theirs != vpc:
        told = f"in another VPC than the machine's {theirs}, which has to be connected with it"
    else:
        told = "in the machine's VPC" + ("" if other == zone else f", whose zone is {other}: traffic is charged")
    return f"{id} of {vpc} in {zone}, {told}"


def zoned(account: Account, resource: Resource, zone: str) -> str:
    """That a file system of one zone is mounted in the subnet's own, in words; nothing binds any other."""
    there = str(subnet(account, resource)["AvailabilityZone"])
    if not zone:
        return "the source is kept in several zones, and so is the copy"
    return f"the source is kept in {zone} alone; the copy is in {there} alone, where its mount target stands"


def groups(account: Account, resource: Resource, theirs: frozenset[str]) -> tuple[str, ...]:
    """The ids of the security groups; NotRecoverable where one is of another VPC, or lets in too much, or is among
    `theirs`; NotMeasured where nobody tells what the machine that reads wears.
    """
    vpc = str(subnet(account, resource)["VpcId"])
    readers = _worn(Lent(account, str(resource.own["mount"].reader)).described)
    named = resource.own["mount"].security_groups
    return network.groups(account, vpc, named, partial(faults, theirs=theirs, readers=readers), _see(resource))


def _see(resource: Resource) -> str:
    return f"see `mount` of {resource.name}"


def worn_by(api: Api, id: str) -> frozenset[str]:
    """The security groups of the mount targets of a file system, the source's."""
    return frozenset(group for each in mount_targets.listed(api, id) for group in mount_targets.groups(api, each))


def _worn(machine: Mapping[str, Any]) -> frozenset[str]:
    cards = (card.get("Groups") or () for card in machine.get("NetworkInterfaces") or ())
    return frozenset(str(each["GroupId"]) for of in (machine.get("SecurityGroups") or (), *cards) for each in of)


def faults(group: Mapping[str, Any], theirs: frozenset[str], readers: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The rules of a group that let in what they must not, and what to do.

    `theirs` are the groups of the source's own mount targets, `readers` those of the machine that reads copies.
    """
    if str(group["GroupId"]) in theirs:
        yield "is worn by the source, too", "whoever mounts production could mount the copy: give drills their own"
    if not (rules := group.get("IpPermissions") or ()):
        yield "lets nobody in", f"allow TCP {NFS} from the machine that reads the copy"
    for rule in rules:
        if (rule.get("IpProtocol"), rule.get("FromPort"), rule.get("ToPort")) != ("tcp", NFS, NFS):
            yield f"lets in more than TCP {NFS}", "a mount target speaks nothing but NFS"
        hint = "a copy holds production's data: allow only the machine that reads it"
        if wide := [each for each in network.ranges(rule) if network.is_wide(each, _WIDEST)]:
            yield f"lets in {wide[0]}", hint
        if lists := [str(each.get("PrefixListId")) for each in rule.get("PrefixListIds") or ()]:
            yield f"lets in {lists[0]}", hint
        for pair in rule.get("UserIdGroupPairs") or ():
            let = str(pair.get("GroupId"))
            if let in theirs:
                yield f"lets in {let}, which the source's mount targets wear", hint
            elif let not in readers:
                yield f"lets in {let}, which the machine that reads does not wear", hint


def proven(account: Account, resource: Resource, id: str, wanted: tuple[str, ...]) -> str:
    """Prove of a live file system that it has the drills' mount target alone, where that was to stand, and that this
    wears the `wanted` groups, in words.
    """
    api = account.api("efs")
    targets = list(mount_targets.listed(api, id))
    if not targets:
        raise NotMeasured(f"{id} has no mount target", call=mount_targets.CALL)
    where = resource.own["mount"].subnet
    strange = [str(each["SubnetId"]) for each in targets if each["SubnetId"] != where]
    if len(targets) != 1 or strange:
        told = ", ".join(strange) or f"{where} twice"
        raise NotRecoverable(f"{id} is to be mounted in {where} alone, and is in {told}, too", call=mount_targets.CALL)
    worn = set(mount_targets.groups(api, targets[0]))
    if worn != set(wanted):
        told = f"{', '.join(sorted(worn)) or 'none'}, not {', '.join(sorted(wanted))}"
        raise NotRecoverable(f"the security groups of its mount target are {told}", call=mount_targets.GROUPS_CALL)
    if public := _public(account, str(targets[0].get("NetworkInterfaceId") or "")):
        raise NotRecoverable(f"its mount target has the public address {public}", call=_CARDS)
    return f"mounted in {where} and {', '.join(wanted)} alone, at {targets[0].get('IpAddress')}, and not public"


def _public(account: Account, card: str) -> str:
    """The public address of the network interface of a mount target; EFS gives none, and somebody may have."""
    asked = [{"Name": "network-interface-id", "Values": [card]}]
    found = next(iter(account.api("ec2").pages("DescribeNetworkInterfaces", "NetworkInterfaces", Filters=asked)), None)
    if found is None:
        raise NotMeasured(f"no network interface {card or 'is told'} of a mount target", call=_CARDS)
    return str((found.get("Association") or {}).get("PublicIp") or "")
