"""The machines of a region as a look at the whole estate finds them."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.ec2_instance import machine
from dr_orchestrator.resources.ec2_instance.name import NAME


def discovered(ground: Ground) -> Iterator[Found]:
    """Every machine that has not ended; one of an Auto Scaling group, which makes it anew, is told as its part."""
    place = f"arn:{partition(ground.region)}:ec2:{ground.region}:{ground.account.pinned}"
    for of in ground.listed("ec2", "DescribeInstances", "Reservations"):
        for each in of["Instances"]:
            if machine.state(each) == machine.ENDED:
                continue
            worn, id = machine.tags(each), str(each["InstanceId"])
            group = worn.get(machine.GROUP, "")
            part_of = f"the Auto Scaling group {group}, which makes it anew" if group else ""
            yield Found(NAME, id, ground.region, f"{place}:instance/{id}", worn, part_of=part_of, source=group)
