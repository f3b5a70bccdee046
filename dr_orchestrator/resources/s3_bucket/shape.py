"""The shapes of what only buckets have in drill files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Account, Region, Shape, Text, Truth, whole
from dr_orchestrator.resources.s3_bucket.name import NAME


class Sample(Shape):
    """The objects that hold so many bytes, each byte of the bucket drawn with the same chance."""

    draws: Annotated[int, whole(1, 1_000_000)] = Field(
        description="How many bytes are drawn: 300 leave at most 1 % of all of them in doubt, with 95 % confidence."
    )
    seed: Annotated[int, whole(0)] | None = Field(
        default=None, description="Draws the sample of an earlier run again; else the run's id draws it."
    )


class Inventory(Shape):
    """The lists of all versions that S3 makes of a bucket, and where it puts them."""

    id: Text = Field(description="The id of the inventory's configuration.")
    bucket: Text = Field(description="The bucket that the lists are put into.")
    prefix: Text | None = Field(default=None, description="What the lists are put under there, if anything.")

    account: Account | None = Field(default=None, description="The account of that bucket, where it is another one.")

    @property
    def below(self) -> str:
        """The prefix without slashes around it: S3 sets one between it and what follows."""
        return (self.prefix or "").strip("/")


class ReplicaOf(Shape):
    """The bucket that S3 replicates into this one."""

    bucket: Text = Field(description="Its name.")
    region: Region = Field(description="Its region.")


OWN_KEYS: Mapping[str, Any] = {
    "inventory": (
        Inventory | None,
        Field(
            default=None,
            description=f"The inventory that lists it, as of the newest list, not asking page by page ({NAME}).",
        ),
    ),
    "prefix": (Text | None, Field(default=None, description=f"What the keys begin with; all ({NAME}).")),
    "requester_pays": (Truth | None, Field(default=None, description=f"Who reads it pays for that ({NAME}).")),
    "replica_of": (ReplicaOf | None, Field(default=None, description=f"What S3 replicates into it ({NAME}).")),
    "sample": (
        Sample | None,
        Field(
            default=None,
            description=(
                f"Restores a sample of the objects, drawn by their size, in place of all; without it all are ({NAME})."
            ),
        ),
    ),
}
"""The keys of a bucket in drill files that no other type has."""
