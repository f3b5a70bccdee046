"""The volumes of a region, and how many more GiB of them there may be."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import PREFIX, TAG
from dr_orchestrator.aws.machines import PART_OF
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.resources.ebs_volume import volume
from dr_orchestrator.resources.ebs_volume.name import NAME

_GP3, _GIB_A_TIB = "L-7A658B76", 1024
"""The code by which Service Quotas knows the storage of gp3 volumes in a region, which it tells in TiB."""


def listed(account: Account) -> Iterator[LiveObject]:
    """Every volume but those that end with a copy of a machine: a copy by the name that it wears, any other by its
    id.
    """
    api = account.api("ec2")
    for each in api.pages("DescribeVolumes", "Volumes"):
        worn, id = volume.tags(each), str(each["VolumeId"])
        if PART_OF in worn:
            continue
        called = volume.name(each)
        name = called if called.startswith(PREFIX) else id
        yield LiveObject(NAME, api.region, name, id, worn.get(TAG), each.get("State") == "deleting")


def quota(account: Account) -> Quota:
    """The storage of the region's gp3 volumes, in GiB."""
    asked = [{"Name": "volume-type", "Values": ["gp3"]}]
    used = sum(each["Size"] for each in account.api("ec2").pages("DescribeVolumes", "Volumes", Filters=asked))
    told = account.api("service-quotas").call("GetServiceQuota", ServiceCode="ebs", QuotaCode=_GP3)
    return Quota("GiB of gp3 volumes", used, int(told["Quota"]["Value"] * _GIB_A_TIB))
