"""The volumes of a region as a look at the whole estate finds them."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.ebs_volume import volume
from dr_orchestrator.resources.ebs_volume.name import NAME


def discovered(ground: Ground) -> Iterator[Found]:
    """Every volume that is there to stay; one that ends with its machine is told as a part of that."""
    place = f"arn:{partition(ground.region)}:ec2:{ground.region}:{ground.account.pinned}"
    for each in ground.listed("ec2", "DescribeVolumes", "Volumes"):
        if each.get("State") == volume.GOING:
            continue
        worn = volume.tags(each)
        held = [one for one in each.get("Attachments") or () if one.get("DeleteOnTermination")]
        source = str(held[0].get("InstanceId", "")) if held else ""
        part_of = f"the machine {source}, with which it ends" if source else ""
        id = str(each["VolumeId"])
        yield Found(NAME, id, ground.region, f"{place}:volume/{id}", worn, part_of=part_of, source=source)
