"""The shape of what an estate file says of a bucket."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from dr_orchestrator.catalog.shapes.fields import Duration, Shape, whole
from dr_orchestrator.resources.estate import InItem, Of, OfStack, Vaulted


class Sizes(Shape):
    """How large objects are, in bytes: from one size to the other."""

    least: Annotated[int, whole(1, 1_000_000)] = 256
    most: Annotated[int, whole(1, 1_000_000)] = 2_752


class Objects(Of):
    """The objects of a bucket, all of another content."""

    key: InItem
    bytes: Sizes = Sizes()


class Bucket(OfStack):
    """A bucket with its versions; the one of a `stack` is made by that, and filled. A `vault` has it of last night."""

    objects: Objects | None = None
    vault: Vaulted | None = None
    vaulted: Duration = timedelta(minutes=67)
