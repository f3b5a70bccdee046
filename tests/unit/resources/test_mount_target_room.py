"""The room for a mount target: told from one listing, and counted of the VPC alone where that could be full."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.efs_file_system import room

HERE, THERE = "vpc-1", "vpc-2"


class Efs:
    """File systems by their ids, with the VPC of each mount target."""

    def __init__(self, **targets: list[str]) -> None:
        self.targets, self.asked = targets, list[str]()

    def pages(self, operation: str, _key: str, **given: Any) -> Iterator[Any]:
        self.asked.append(operation)
        if operation == "DescribeSubnets":
            yield {"VpcId": HERE}
        elif operation == "DescribeFileSystems":
            yield from ({"FileSystemId": id, "NumberOfMountTargets": len(of)} for id, of in self.targets.items())
        else:
            yield from ({"LifeCycleState": "available", "VpcId": vpc} for vpc in self.targets[given["FileSystemId"]])


def look(efs: Efs, groups: int = 1) -> str:
    mount = SimpleNamespace(subnet="subnet-1", security_groups=["sg"] * groups)
    account = SimpleNamespace(api=lambda _: efs)
    return room.look(
        cast(Account, account), Resource("files", "efs-file-system", "fs-1", "us-east-1", own={"mount": mount})
    )


def test_a_region_with_few_has_room_in_each_vpc() -> None:
    """EFS tells how many each file system has: nothing else is asked."""
    efs = Efs(a=[HERE] * 3, b=[THERE] * 2)
    assert look(efs).startswith("5 of 1,400 mount targets in the region")
    assert "DescribeMountTargets" not in efs.asked


def test_a_full_vpc_is_told_before_anything_starts() -> None:
    """Of many in the region those of the VPC count alone."""
    assert look(Efs(a=[HERE] * 1399, b=[THERE] * 9)) == "1,399 of 1,400 mount targets in vpc-1"
    with pytest.raises(NotMeasured, match="1,400 of 1,400 mount targets in vpc-1"):
        look(Efs(a=[HERE] * 1400))


def test_too_many_groups_are_told() -> None:
    """EFS takes five of a mount target."""
    with pytest.raises(NotRecoverable, match="wears 5 security groups at most, and 6 are declared"):
        look(Efs(), groups=6)
