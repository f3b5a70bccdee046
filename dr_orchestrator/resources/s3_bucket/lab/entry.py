"""The shape of what an estate file says of a bucket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from dr_orchestrator.catalog.shapes.fields import Duration, Shape, whole
from dr_orchestrator.resources.estate import Found, InItem, Mistake, Of, OfStack, Vaulted, least_to_most


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

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:
        """Objects that do not fit into their time, or are of no size."""
        told = [*super().mistakes(found, home)]
        if self.objects is not None:
            told += self.objects.mistakes("objects")
            sizes = least_to_most("bytes", self.objects.bytes.least, self.objects.bytes.most)
            told += [(("objects", *key), words, fix) for key, words, fix in sizes]
        return told
