"""The network that a drill declares for its copies: one subnet, and security groups that let through what they may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.errors import NotRecoverable

GROUPS, SUBNETS = "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"
_RANGES = {"IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6"}

Faults = Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]]
"""Tells of a group the rules that let through what they must not, and what to do."""


def subnet(account: Account, wanted: str, see: str) -> Mapping[str, Any]:
    """The subnet of that id; NotRecoverable where there is none, with `see` for who declares it."""
    asked = [{"Name": "subnet-id", "Values": [wanted]}]
    found: Mapping[str, Any] | None = next(
        iter(account.api("ec2").pages("DescribeSubnets", "Subnets", Filters=asked)), None
    )
    if found is None:
        raise NotRecoverable(f"no subnet {wanted}", see, SUBNETS)
    return found


def groups(account: Account, vpc: str, names: Iterable[str], faults: Faults, see: str) -> tuple[str, ...]:
    """The ids of the groups in a VPC, declared by id or name; NotRecoverable where one is not there, or has a fault."""
    found = list[str]()
    for wanted in names:
        by = "group-id" if wanted.startswith("sg-") else "group-name"
        asked = [{"Name": by, "Values": [wanted]}, {"Name": "vpc-id", "Values": [vpc]}]
        listed = list(account.api("ec2").pages("DescribeSecurityGroups", "SecurityGroups", Filters=asked))
        if not listed:
            raise NotRecoverable(f"no security group {wanted} in {vpc}", see, GROUPS)
        for group in listed:
            if wrong := next(faults(group), None):
                raise NotRecoverable(f"security group {wanted} {wrong[0]}", wrong[1], GROUPS)
            found.append(str(group["GroupId"]))
    return tuple(found)


def ranges(rule: Mapping[str, Any]) -> list[str]:
    """The ranges of addresses that a rule names."""
    return [str(one.get(key)) for held, key in _RANGES.items() for one in rule.get(held) or ()]


def is_wide(range: str, widest: Mapping[int, int]) -> bool:
    """Whether a range is public, or has a shorter prefix than the widest of its version of IP may have: a half of all
    addresses is both.
    """
    known = ip_network(range, strict=False)
    return not known.is_private or known.prefixlen < widest[known.version]
