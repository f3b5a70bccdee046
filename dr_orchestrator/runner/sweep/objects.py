"""The objects that live in an account, as listings show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dr_orchestrator.domain.copy import LiveObject

Listing = tuple[str, str]
"""A place, and what is listed there: one listing, which is read whole or not at all."""


@dataclass(frozen=True)
class Inventory:
    """All objects of some places at one moment; `unread` says of what could not be listed, why.

    `regions` are the places as they are called: by their regions alone in the account that sources are in. `accounts`
    are those that were listed, by place: what another account shows, or does not, says nothing of a copy.
    """

    regions: tuple[str, ...]
    objects: frozenset[LiveObject]
    unread: Mapping[Listing, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
