"""The shapes of what only file systems have in drill files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Shape, Text, shaped

Machine = Annotated[
    str,
    shaped(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the id of a machine", "i- and the digits that EC2 gave it: i-0abc…"),
]
Subnet = Annotated[
    str, shaped(r"subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the id of a subnet", "subnet- and the digits that EC2 gave it")
]
Key = Annotated[
    str, shaped(r"(?:arn:aws(?:-[a-z]+)*:kms:|alias/)?[A-Za-z0-9:/_-]{1,256}", "a key of KMS", "its ARN, id or alias")
]


class Mount(Shape):
    """Where copies of a file system are mounted: one mount target of the drills', and the machine that reads there."""

    reader: Machine = Field(description="The machine that mounts them: the drills' own, with the tag dr-drill:reader.")
    subnet: Subnet = Field(description="The subnet of their mount target, which that machine reaches.")
    security_groups: list[Text] = Field(
        min_length=1,
        description="Ids or names of security groups of the mount target: TCP 2049 in from that machine, nothing else.",
    )
