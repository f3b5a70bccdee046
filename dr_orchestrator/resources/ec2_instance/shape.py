"""The shapes of what only instances have in drill files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Shape, Text, shaped

Subnet = Annotated[
    str, shaped(r"subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the id of a subnet", "subnet- and the digits that EC2 gave it")
]
ProfileName = Annotated[
    str, shaped(r"[A-Za-z0-9+=,.@_-]{1,128}", "the name of an instance profile", "its name, and not its ARN")
]


class Network(Shape):
    """Where copies of an instance are put: closed off, with no way to production and no public address."""

    subnet: Subnet = Field(description="The subnet, whose zone the copies stand in.")
    security_groups: list[Text] = Field(
        min_length=1,
        description="Ids or names of security groups: nothing out but TCP 443 to other groups, to no range.",
    )


class Profile(Shape):
    """The instance profile that copies are given; without one they can do nothing in AWS, and run no commands."""

    name: ProfileName = Field(description="Its name, which its role has, too.")
    reason: Text | None = Field(default=None, description="Why copies may do what production may, if it is its own.")
