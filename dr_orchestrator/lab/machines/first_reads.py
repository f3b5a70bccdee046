"""How fast a volume gives its blocks: what is made of a snapshot fetches each from S3 as it is first read, unless all
of them were there from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.lab.machines.disk import Speed

MIB = 1024**2
LAZY = 20.0
"""MiB a second at which blocks come from S3 that nobody fetches ahead of their reader."""

_OTHERS = 250.0
"""MiB a second of a volume that tells no throughput of its own."""


@dataclass
class Coming:
    """The blocks of a volume that were not there as it was made: how many bytes, and those that were read since.

    Where EC2 fetches them by itself, it does so from `since` on at `rate` MiB a second.
    """

    bytes: int
    since: datetime
    rate: float = 0.0
    read: int = 0

    def left(self, now: datetime) -> int:
        """The bytes that have yet to come."""
        fetched = self.rate * MIB * max(0.0, (now - self.since).total_seconds())
        return max(0, self.bytes - max(self.read, int(fetched)))


def comes(volume: Any, gib: int, rate: float | None) -> None:
    """Have the blocks of a volume come as they are read, or by themselves at so many MiB a second."""
    volume.coming = Coming(gib * 1024 * MIB, world().now(), float(rate or 0.0))


def speed(volume: Any) -> Speed:
    """How fast a volume is read now."""
    fast = float(volume.__dict__.get("throughput") or _OTHERS)
    coming: Coming | None = volume.__dict__.get("coming")
    if coming is None:
        return Speed(0, fast * MIB, fast * MIB)
    return Speed(coming.left(world().now()), min(fast, max(coming.rate, LAZY)) * MIB, fast * MIB)


def was_read(volume: Any, bytes: int) -> None:
    """Note that so many bytes of a volume were read: they are there from now on."""
    coming: Coming | None = volume.__dict__.get("coming")
    if coming is not None:
        coming.read += bytes
