"""The shapes of what only buckets have in drill files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Region, Shape, Text, whole


class Sample(Shape):
    """The objects that hold so many bytes, each byte of the bucket drawn with the same chance."""

    draws: Annotated[int, whole(1, 1_000_000)] = Field(
        description="How many bytes are drawn: 300 leave at most 1 % of all of them in doubt, with 95 % confidence."
    )
    seed: Annotated[int, whole(0)] | None = Field(
        default=None, description="Draws the sample of an earlier run again; else the run's id draws it."
    )


class ReplicaOf(Shape):
    """The bucket that S3 replicates into this one."""

    bucket: Text = Field(description="Its name.")
    region: Region = Field(description="Its region.")
