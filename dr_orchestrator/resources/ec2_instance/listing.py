"""The machines of a region, with what a copy of one left behind, and how many more vCPU there may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import PREFIX, TAG
from dr_orchestrator.aws.machines import PART_OF
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.resources.ec2_instance import machine
from dr_orchestrator.resources.ec2_instance.name import NAME

_FAMILIES = frozenset("acdhimrtz")
_CODE = "L-1216C47A"
"""The code by which Service Quotas knows the vCPU of running machines of the standard families."""


def listed(account: Account) -> Iterator[LiveObject]:
    """Every machine that has not ended: a copy by the name that it wears, any other by its id; and volumes of copies
    that are of no machine any more.
    """
    api = account.api("ec2")
    for each in machine.every(api):
        id, called = str(each["InstanceId"]), machine.name(each)
        going = machine.state(each) == "shutting-down"
        name = called if called.startswith(PREFIX) else id
        yield LiveObject(NAME, api.region, name, id, machine.tags(each).get(TAG), going)
    asked = [{"Name": "tag-key", "Values": [PART_OF]}, {"Name": "status", "Values": ["available", "error"]}]
    for each in api.pages("DescribeVolumes", "Volumes", Filters=asked):
        worn = machine.tags(each)
        yield LiveObject(NAME, api.region, worn[PART_OF], str(each["VolumeId"]), worn.get(TAG))


def is_standard(kind: str) -> bool:
    """Whether a type of machine is of a family that the quota counts: `m7g.large` is, `g5.xlarge` is not."""
    family = kind.partition(".")[0]
    return family[:1] in _FAMILIES and not family.startswith(("inf", "trn", "mac", "dl", "hpc"))


def quota(account: Account) -> Quota:
    """The vCPU of the region's machines of standard families that run."""
    api = account.api("ec2")
    running = [each for each in machine.every(api) if machine.state(each) in ("pending", "running")]
    used = sum(map(_vcpus, (each for each in running if is_standard(str(each["InstanceType"])))))
    told = account.api("service-quotas").call("GetServiceQuota", ServiceCode="ec2", QuotaCode=_CODE)
    return Quota("vCPU of standard machines", used, int(told["Quota"]["Value"]))


def _vcpus(found: Mapping[str, Any]) -> int:
    """At least one, where EC2 does not tell."""
    cores = found.get("CpuOptions") or {}
    return max(1, int(cores.get("CoreCount") or 1) * int(cores.get("ThreadsPerCore") or 1))
