"""The file systems that a machine of the lab can mount: those whose mount targets answer it, by their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends

from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.lab.machines.disk import Disk, disk_of

_NFS = 2049


def mountable(account: str, region: str, machine: Any) -> Mapping[str, Disk]:
    """Those that a machine reaches; one whose security groups do not let it in does not answer."""
    found: dict[str, Disk] = {}
    for each in list(efs_backends[account][region].file_systems_by_id.values()):
        for target in each.iter_mount_targets():
            if _answers(target) and any(_lets_in(account, region, group, machine) for group in _groups(target)):
                found[str(target.ip_address)] = disk_of(each)
    return found


def _answers(target: Any) -> bool:
    timeline = target.__dict__.get("_timeline")
    return timeline is None or timeline.at(world().now()) == "available"


def _groups(target: Any) -> list[str]:
    return list(target.security_groups or ())


def _lets_in(account: str, region: str, group: str, machine: Any) -> bool:
    found: Any = ec2_backends[account][region].get_security_group_from_id(group)
    own, address = {each.id for each in machine.security_groups or ()}, ip_address(machine.private_ip)
    for rule in found.ingress_rules if found else ():
        if rule.ip_protocol not in ("tcp", "-1") or not _holds(rule):
            continue
        block = rule.ip_range.get("CidrIp")
        if (block and address in ip_network(str(block))) or rule.source_group.get("GroupId") in own:
            return True
    return False


def _holds(rule: Any) -> bool:
    first, last = rule.from_port, rule.to_port
    return first is None or int(first) <= _NFS <= int(last)
