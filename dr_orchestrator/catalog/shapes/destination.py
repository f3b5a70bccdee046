"""The shape of what a drill says of the place in which its copy is to stand."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Account, KeyName, Region, Shape, Text, shaped
from dr_orchestrator.domain.destination import Destination

OWN = ("network", "reader", "mount")
"""The keys of `to` that stand for keys of the resource, which are of its own region and account."""

Machine = Annotated[
    str,
    shaped(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the id of a machine", "i- and the digits that EC2 gave it: i-0abc…"),
]
Subnet = Annotated[
    str, shaped(r"subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the id of a subnet", "subnet- and the digits that EC2 gave it")
]


class Isolation(Shape):
    """Where copies of a database are put; there must be no way out of it."""

    subnet_group: Text = Field(description="The DB subnet group.")
    security_groups: list[Text] = Field(min_length=1, description="The security groups, by id or name.")


class SecondaryRegion(Shape):
    """The other region of a global database of the run's own: a secondary of its copy is made there."""

    region: Region = Field(description="The AWS region.")
    kms_key: KeyName | None = Field(default=None, description="The KMS key there that encrypts the secondary.")
    isolation: Isolation | None = Field(
        default=None, description="Where the secondary is put, if the names differ there."
    )
    parameter_group: Text | None = Field(
        default=None, description="The cluster parameter group of the secondary, of that region."
    )


class Ground(Shape):
    """Where copies of a machine are put there; closed off, as those beside its source."""

    subnet: Text = Field(description="The id of the subnet.")
    security_groups: list[Text] = Field(min_length=1, description="The security groups, by id or name.")


class Mount(Shape):
    """Where copies of a file system are mounted: one mount target of the drills', and the machine that reads there."""

    reader: Machine = Field(description="The machine that mounts them: the drills' own, with the tag dr-drill:reader.")
    subnet: Subnet = Field(description="The subnet of their mount target, which that machine reaches.")
    security_groups: list[Text] = Field(
        min_length=1,
        description="Ids or names of security groups of the mount target: TCP 2049 in from that machine, nothing else.",
    )


class To(Shape):
    """The place in which a drill's copy is to stand: the snapshot is copied there, and restored there."""

    region: Region = Field(description="The AWS region.")
    account: Account | None = Field(
        default=None, description="The AWS account, where it is another; `roles: elsewhere` names its role."
    )
    kms_key: KeyName | None = Field(default=None, description="The KMS key there that encrypts the copied snapshot.")
    shared_key: KeyName | None = Field(
        default=None,
        description="The ARN of the KMS key of that region, in the source's account, to share the snapshot under.",
    )
    isolation: Isolation | None = Field(default=None, description="Where the copy is put, if its names differ there.")
    network: Ground | None = Field(default=None, description="Where the copy of a machine is put there.")
    reader: Text | None = Field(default=None, description="The machine there that reads the copy of a volume.")
    mount: Mount | None = Field(default=None, description="Where the copy of a file system is mounted and read there.")
    option_group: Text | None = Field(default=None, description="The option group of the copy, of that region.")
    parameter_group: Text | None = Field(default=None, description="Its parameter group, of that region.")

    @property
    def own(self) -> dict[str, Any]:
        """Those of the resource's own keys that are others there."""
        return {key: value for key in OWN if (value := getattr(self, key)) is not None}

    @property
    def named(self) -> Destination:
        """The place as drills know it."""
        return Destination(
            self.region,
            self.account or "",
            self.kms_key or "",
            self.shared_key or "",
            self.option_group or "",
            self.parameter_group or "",
        )
