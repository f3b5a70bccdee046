"""The shape of what a drill says of the place in which its copy is to stand."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Account, KeyName, Region, Shape, Text
from dr_orchestrator.domain.destination import Destination

OWN = ("network", "reader")
"""The keys of `to` that stand for keys of the resource, which are of its own region."""


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
