"""The volumes of a region, and how many more GiB of them there may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import PREFIX, TAG
from dr_orchestrator.aws.machines import PART_OF
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.ebs_volume import volume
from dr_orchestrator.resources.ebs_volume.name import GP3, NAME, SNAPSHOT

_GP3, _GIB_A_TIB = "L-7A658B76", 1024
"""The code by which Service Quotas knows the storage of gp3 volumes in a region, which it tells in TiB."""


def listed(account: Account) -> Iterator[LiveObject]:
    """Every volume but those that end with a copy of a machine: a copy by the name that it wears, any other by its
    id; and the snapshots that drills have copied.
    """
    api = account.api("ec2")
    for each in api.pages("DescribeVolumes", "Volumes"):
        worn, id = volume.tags(each), str(each["VolumeId"])
        if PART_OF in worn:
            continue
        called = volume.name(each)
        name = called if called.startswith(PREFIX) else id
        yield LiveObject(NAME, api.region, name, id, worn.get(TAG), each.get("State") == "deleting")
    asked = [{"Name": "tag-key", "Values": [TAG]}]
    for each in api.pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=asked):
        worn, id = volume.tags(each), str(each["SnapshotId"])
        if PART_OF not in worn:
            yield LiveObject(SNAPSHOT, api.region, volume.name(each), id, worn.get(TAG))


def takes(account: Account, resource: Resource) -> Mapping[str, int]:
    """How many GiB a copy of a volume takes, where it is of gp3; NotRecoverable where it is not there."""
    if (source := volume.described(account.api("ec2"), resource.id)) is None:
        raise NotRecoverable(f"no volume {resource.id}", call=volume.CALL)
    return {GP3: int(source["Size"])} if source["VolumeType"] == GP3 else {}


def quota(account: Account) -> Quota:
    """The storage of the region's gp3 volumes, in GiB."""
    asked = [{"Name": "volume-type", "Values": ["gp3"]}]
    used = sum(each["Size"] for each in account.api("ec2").pages("DescribeVolumes", "Volumes", Filters=asked))
    told = account.api("service-quotas").call("GetServiceQuota", ServiceCode="ebs", QuotaCode=_GP3)
    return Quota("GiB of gp3 volumes", used, int(told["Quota"]["Value"] * _GIB_A_TIB))
