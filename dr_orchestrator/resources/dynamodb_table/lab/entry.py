"""The shape of what an estate file says of a table of DynamoDB."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Attribute, Duration, Truth
from dr_orchestrator.resources.estate import InItem, Of, OfStack, Vaulted


class Items(Of):
    """The items of a table: the value of its key, and of the other attributes, all of them text."""

    key: InItem
    attributes: dict[Attribute, InItem] = Field(default_factory=dict)


class Table(OfStack):
    """A table; the one of a `stack` is made by that, and filled.

    Every `nightly` so long before the lab began, and each night since, AWS Backup backs it up, in `vault`, too.
    """

    key: Attribute = "pk"
    items: Items | None = None
    nightly: Duration | None = timedelta(hours=7)
    vault: Vaulted | None = None
    protected: Truth = True
