"""The machines of a region, with what a copy of one left behind."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.copies import PREFIX, TAG
from dr_orchestrator.aws.machines import PART_OF
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.resources.ec2_instance import machine
from dr_orchestrator.resources.ec2_instance.name import IMAGE, NAME, NAMED


def listed(account: Account) -> Iterator[LiveObject]:
    """Every machine that has not ended: a copy by the name that it wears, any other by its id; volumes and network
    interfaces of copies that are of no machine any more; and the images that drills have copied.
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
    asked = [{"Name": "tag-key", "Values": [PART_OF]}, {"Name": "status", "Values": ["available"]}]
    for each in api.pages("DescribeNetworkInterfaces", "NetworkInterfaces", Filters=asked):
        worn = machine.tags(each)
        yield LiveObject(NAME, api.region, worn[PART_OF], str(each["NetworkInterfaceId"]), worn.get(TAG))
    yield from _images(api)


def _images(api: Api) -> Iterator[LiveObject]:
    """The images that drills have copied, and snapshots of such that are of no image any more."""
    asked, held = [{"Name": "tag-key", "Values": [TAG]}], set[str]()
    for each in api.pages("DescribeImages", "Images", Owners=["self"], Filters=asked):
        worn, id = machine.tags(each), str(each["ImageId"])
        held |= {str((one.get("Ebs") or {}).get("SnapshotId")) for one in each.get("BlockDeviceMappings") or ()}
        yield LiveObject(IMAGE, api.region, worn.get(NAMED, id), id, worn.get(TAG))
    for each in api.pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=asked):
        worn, id = machine.tags(each), str(each["SnapshotId"])
        if PART_OF in worn and id not in held:
            yield LiveObject(IMAGE, api.region, worn[PART_OF], id, worn.get(TAG))
