"""The protection that a tier wants of the backups of its services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

RETENTION = timedelta(days=30)
"""How long recovery points are kept at least, unless a tier says otherwise."""


@dataclass(frozen=True)
class Wanted:
    """The wishes of a tier: how long points are kept, the regions of which one has to hold copies (none where it is
    empty), whether nobody may delete them before their time, and whether the key is the customer's own.
    """

    retention: timedelta = RETENTION
    copy_in: tuple[str, ...] = ()
    immutable: bool = False
    own_key: bool = False
    deletion_protection: bool = True
