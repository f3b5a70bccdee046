"""The shape of what an estate file says of a table of DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Attribute, Duration, Region, Truth
from dr_orchestrator.resources.estate import Found, InItem, Mistake, Of, OfStack, Vaulted, other_region


class Items(Of):
    """The items of a table: the value of its key, and of the other attributes, all of them text."""

    key: InItem
    attributes: dict[Attribute, InItem] = Field(default_factory=dict)


class Table(OfStack):
    """A table; the one of a `stack` is made by that, and filled.

    Every `nightly` so long before the lab began, and each night since, AWS Backup backs it up, in `vault`, too.
    Its global table has a replica where it is `replicated_to`.
    """

    key: Attribute = "pk"
    items: Items | None = None
    nightly: Duration | None = timedelta(hours=7)
    vault: Vaulted | None = None
    protected: Truth = True
    replicated_to: Region | None = None

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:
        """Items that do not fit into their time, or have another key."""
        told = [*super().mistakes(found, home)]
        if self.replicated_to is not None:
            told += other_region(("replicated_to",), self.replicated_to)
        if self.items is not None:
            told += self.items.mistakes("items")
            if self.key in self.items.attributes:
                words = f"'{self.key}' is the table's key"
                told.append(
                    (("items", "attributes", self.key), words, "its value belongs into 'key', beside 'attributes'")
                )
        return told
