"""The file systems of a region as a look at the whole estate finds them."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.efs_file_system import file_system
from dr_orchestrator.resources.efs_file_system.name import NAME


def discovered(ground: Ground) -> Iterator[Found]:
    """Every file system, with the tags that it wears."""
    for each in ground.listed("efs", "DescribeFileSystems", "FileSystems"):
        if file_system.state(each) != file_system.GONE:
            id, arn = str(each["FileSystemId"]), str(each["FileSystemArn"])
            yield Found(NAME, id, ground.region, arn, file_system.tags(each))
